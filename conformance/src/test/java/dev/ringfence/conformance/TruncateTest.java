// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** TRUNCATE: the size of a file. */
class TruncateTest extends Conformance {

  private static final long RIGHTS = Rights.TRUNCATE | Rights.READ;

  @Test
  void whatIsBehindTheNewEndIsGone() {
    long file = fileWith("0123456789", RIGHTS);
    assertThat(client.run(client.truncate(file, 4))).succeededWith(0).isPlain();
    assertThat(content("file")).isEqualTo("0123");
    assertThat(client.run(client.truncate(file, 0))).succeededWith(0);
    assertThat(content("file")).isEmpty();
  }

  @Test
  void whatIsAddedReadsAsZeros() throws IOException {
    long file = fileWith("0123", RIGHTS);
    client.run(client.truncate(file, 2));
    assertThat(client.run(client.truncate(file, 10_000))).succeededWith(0);
    byte[] expected = new byte[10_000];
    expected[0] = '0';
    expected[1] = '1';
    assertThat(Files.readAllBytes(tree.resolve("file"))).isEqualTo(expected);
    assertThat(client.run(client.read(file, room(64)).at(9_990))).succeededWith(10);
  }

  @Test
  void theSameSizeChangesNothing() {
    long file = fileWith("0123", RIGHTS);
    assertThat(client.run(client.truncate(file, 4))).succeededWith(0);
    assertThat(content("file")).isEqualTo("0123");
  }

  @Test
  void aSizeWithoutMeaningIsRefused() {
    long file = fileWith("0123", RIGHTS);
    for (long size : new long[] {-1, Long.MIN_VALUE}) {
      assertThat(client.run(client.truncate(file, size))).failedWith(SyscallError.INVALID_ARGUMENT);
    }
    assertThat(content("file")).isEqualTo("0123");
  }

  @Test
  void aSizeThatTheFileSystemCannotHoldIsRefused() {
    long file = fileWith("0123", RIGHTS);
    assertThat(client.run(client.truncate(file, Long.MAX_VALUE)))
        .failedWith(SyscallError.FILESYSTEM_FULL);
    assertThat(content("file")).isEqualTo("0123");
  }

  @Test
  void aFileOpenedToAppendCanBeCut() {
    file("file", "0123456789");
    long file = client.opened(root, "file", OpenFlags.APPEND, Rights.WRITE | Rights.TRUNCATE);
    assertThat(client.run(client.truncate(file, 3))).succeededWith(0);
    assertThat(client.run(client.write(file, "x"))).succeededWith(1);
    assertThat(content("file")).isEqualTo("012x");
  }

  @Test
  void thePositionStays() {
    long file = fileWith("0123456789", RIGHTS | Rights.SEEK);
    assertThat(client.run(client.read(file, room(6)).atPosition())).succeededWith(6);
    client.run(client.truncate(file, 2));
    assertThat(client.run(client.read(file, room(6)).atPosition())).succeededWith(0);
    client.run(client.truncate(file, 8));
    assertThat(client.run(client.read(file, room(6)).atPosition())).succeededWith(2);
  }
}
