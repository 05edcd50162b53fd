// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.AllocateFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ALLOCATE: room on the device, and holes. */
class AllocateTest extends Conformance {

  private static final long ALL = Rights.READ | Rights.WRITE | Rights.TRUNCATE;

  @Test
  void theFileGrowsAndWhatIsNewReadsAsZeros() throws Exception {
    long file = fileWith("0123456789", ALL);
    assertThat(client.run(client.allocate(file, 5, 95, 0))).succeededWith(0).isPlain();
    assertThat(Files.size(tree.resolve("file"))).isEqualTo(100);
    assertThat(content("file")).isEqualTo("0123456789" + "\0".repeat(90));
  }

  @Test
  void withKeepSizeTheSizeStaysAndTruncateIsNotNeeded() throws Exception {
    long file = fileWith("0123456789", Rights.WRITE);
    assertThat(client.run(client.allocate(file, 0, 100_000, AllocateFlags.KEEP_SIZE)))
        .succeededWith(0);
    assertThat(content("file")).isEqualTo("0123456789");
  }

  @Test
  void aHoleReadsAsZeros() {
    long file = fileWith("0123456789", ALL);
    int hole = AllocateFlags.PUNCH_HOLE | AllocateFlags.KEEP_SIZE;
    assertThat(client.run(client.allocate(file, 2, 3, hole))).succeededWith(0);
    assertThat(content("file")).isEqualTo("01\0\0\0" + "56789");
    assertThat(client.run(client.allocate(file, 8, 100, hole))).succeededWith(0);
    assertThat(content("file")).isEqualTo("01\0\0\0" + "567\0\0");
  }

  @Test
  void aZeroedRangeReadsAsZerosOrCannotBeMadeHere() {
    long file = fileWith("0123456789", ALL);
    Completion zeroed = client.run(client.allocate(file, 2, 3, AllocateFlags.ZERO_RANGE));
    boolean able = zeroed.result() != SyscallError.NOT_IMPLEMENTED.result();
    assertThat(zeroed.result()).isIn(0, SyscallError.NOT_IMPLEMENTED.result());
    assertThat(content("file")).isEqualTo(able ? "01\0\0\0" + "56789" : "0123456789");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "-1, 1, 0",
    "0, -1, 0",
    "1, 9223372036854775807, 0",
    "9223372036854775807, 1, 0",
    "0, 1, 2",
    "0, 1, 6",
    "0, 1, 7"
  })
  void aRangeThatCannotBeIsRefused(long offset, long bytes, int flags) {
    long file = fileWith("0123456789", ALL);
    assertThat(client.run(client.allocate(file, offset, bytes, flags)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(content("file")).isEqualTo("0123456789");
  }

  @Test
  void whatTheFileSystemCannotHoldIsRefused() {
    long file = fileWith("0123456789", ALL);
    assertThat(client.run(client.allocate(file, Long.MAX_VALUE - 4096, 1, 0)))
        .failedWith(SyscallError.FILESYSTEM_FULL);
    assertThat(content("file")).isEqualTo("0123456789");
  }

  @Test
  void manyGrowAFileWhileOthersMakeItDurable() throws Exception {
    long file = fileWith("", ALL);
    for (int round = 0; round < 8; round++) {
      Entry[] batch = new Entry[ENTRIES];
      for (int i = 0; i < ENTRIES; i++) {
        long end = (long) (round * ENTRIES + i + 1) * 1000;
        batch[i] = i % 2 == 0 ? client.allocate(file, end - 1, 1, 0) : client.fsync(file);
      }
      assertThat(client.runAll(batch)).extracting(Completion::result).containsOnly(0);
    }
    assertThat(Files.size(tree.resolve("file"))).isEqualTo((8 * ENTRIES - 1) * 1000L);
  }

  @Test
  void unknownFlagsAreRefused() {
    long file = fileWith("0", ALL);
    assertThat(client.run(client.allocate(file, 0, 1, 8)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void withoutKeepSizeItNeedsTruncateToo() {
    long file = fileWith("0", Rights.WRITE);
    assertThat(client.run(client.allocate(file, 0, 1, 0))).missed(Rights.TRUNCATE);
    long readable = client.opened(root, "file", Rights.READ | Rights.TRUNCATE);
    assertThat(client.run(client.allocate(readable, 0, 1, 0))).missed(Rights.WRITE);
    assertThat(client.run(client.allocate(sink, 0, 1, 0)))
        .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
  }
}
