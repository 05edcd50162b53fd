// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.nio.file.Files;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** COPY_RANGE between files. */
class CopyRangeTest extends Conformance {

  private static final long BOTH = Rights.READ | Rights.WRITE;

  private long target(String content, int flags) {
    file("target", content);
    return client.opened(root, "target", flags, BOTH | Rights.DUP);
  }

  @Test
  void aRangeIsCopied() {
    long from = fileWith("0123456789", Rights.READ);
    long to = target("--------", 0);
    assertThat(client.run(client.copyRange(from, 2, to, 3, 4))).succeededWith(4).isPlain();
    assertThat(content("target")).isEqualTo("---2345-");
    assertThat(content("file")).isEqualTo("0123456789");
  }

  @Test
  void theEndOfTheSourceEndsIt() {
    long from = fileWith("0123456789", Rights.READ);
    long to = target("", 0);
    assertThat(client.run(client.copyRange(from, 6, to, 0, 100))).succeededWith(4);
    assertThat(client.run(client.copyRange(from, 10, to, 4, 100))).succeededWith(0);
    assertThat(client.run(client.copyRange(from, 0, to, 0, 0))).succeededWith(0);
    assertThat(content("target")).isEqualTo("6789");
  }

  @Test
  void aLongCopyIsWholeAndOnlyThat() throws Exception {
    byte[] much = new byte[(3 << 20) + 12_345];
    new Random(11).nextBytes(much);
    file("file", much);
    long from = client.opened(root, "file", Rights.READ);
    long to = target("", 0);
    assertThat(client.run(client.copyRange(from, 0, to, 0, much.length)))
        .succeededWith(much.length);
    assertThat(Files.readAllBytes(tree.resolve("target"))).isEqualTo(much);
  }

  @Test
  void aTargetThatAppendsAppends() {
    long from = fileWith("0123456789", Rights.READ);
    long to = target("start:", OpenFlags.APPEND);
    assertThat(client.run(client.copyRange(from, 2, to, 0, 4))).succeededWith(4);
    assertThat(content("target")).isEqualTo("start:2345");
  }

  @Test
  void rangesOfOneFileMustNotOverlap() {
    long file = fileWith("0123456789", BOTH);
    assertThat(client.run(client.copyRange(file, 0, file, 5, 5))).succeededWith(5);
    assertThat(content("file")).isEqualTo("0123401234");
    assertThat(client.run(client.copyRange(file, 0, file, 4, 5)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.copyRange(file, 4, file, 0, 5)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(content("file")).isEqualTo("0123401234");
  }

  @Test
  void whatCannotBeIsRefused() {
    long from = fileWith("0", Rights.READ);
    long to = target("1", 0);
    for (Entry entry :
        new Entry[] {
          client.copyRange(from, -1, to, 0, 1),
          client.copyRange(from, 0, to, -1, 1),
          client.copyRange(from, 0, to, 0, 0x7fff_f001),
          client.copyRange(from, 0, to, 0, -1),
        }) {
      assertThat(client.run(entry)).failedWith(SyscallError.INVALID_ARGUMENT);
    }
    assertThat(client.run(client.copyRange(from, 0, sink, 0, 1)))
        .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
    assertThat(client.run(client.copyRange(from, 0, 0, 0, 1)))
        .failedWith(SyscallError.INVALID_HANDLE);
  }

  @Test
  void theSourceNeedsReadAndTheTargetWrite() {
    long readable = fileWith("0", Rights.READ);
    long writable = client.opened(root, "file", Rights.WRITE);
    assertThat(client.run(client.copyRange(writable, 0, writable, 5, 1))).missed(Rights.READ);
    assertThat(client.run(client.copyRange(readable, 0, readable, 5, 1))).missed(Rights.WRITE);
  }

  @Test
  void aRevokedTargetIsNotWrittenTo() {
    long from = fileWith("0123456789", Rights.READ);
    long to = target("", 0);
    long derived = client.duplicate(to, Rights.WRITE);
    client.revoke(to);
    assertThat(client.run(client.copyRange(from, 0, derived, 0, 4)))
        .failedWith(SyscallError.INVALID_HANDLE);
    assertThat(content("target")).isEmpty();
  }
}
