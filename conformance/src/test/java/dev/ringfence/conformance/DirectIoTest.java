// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Files opened with DIRECT, where the file system can do it. */
class DirectIoTest extends Conformance {

  private static final int BLOCK = 4096;

  /** A file of four blocks; 0 where this file system cannot bypass its cache. */
  private long direct() {
    byte[] content = new byte[4 * BLOCK];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i / BLOCK + 'a');
    }
    file("direct", content);
    Completion opened =
        client.run(client.open(root, "direct", OpenFlags.DIRECT, Rights.READ | Rights.WRITE));
    if (opened.result() < 0) {
      assertThat(opened).failedWith(SyscallError.NOT_IMPLEMENTED);
      return 0;
    }
    return opened.capability();
  }

  private Range blocks(int count) {
    Range room = room((count + 1) * BLOCK);
    return new Range((room.address() + BLOCK - 1) & -BLOCK, count * BLOCK);
  }

  @Test
  void alignedTransfersMoveWholeBlocks() {
    long file = direct();
    if (file == 0) {
      return;
    }
    Range two = blocks(2);
    assertThat(client.run(client.read(file, two).at(BLOCK))).succeededWith(2 * BLOCK);
    assertThat(client.memory().bytes(two)[0]).isEqualTo((byte) 'b');
    client.memory().fill(two, 'z');
    assertThat(client.run(client.write(file, two))).succeededWith(2 * BLOCK);
    byte[] expected = new byte[4 * BLOCK];
    Arrays.fill(expected, (byte) 'd');
    Arrays.fill(expected, 0, 2 * BLOCK, (byte) 'z');
    Arrays.fill(expected, 2 * BLOCK, 3 * BLOCK, (byte) 'c');
    assertThat(tree.resolve("direct")).hasBinaryContent(expected);
    assertThat(client.run(client.read(file, two).at(3 * BLOCK))).succeededWith(BLOCK);
  }

  @Test
  void anAddressAnOffsetOrALengthOffTheBlockIsNotAligned() {
    long file = direct();
    if (file == 0) {
      return;
    }
    Range two = blocks(2);
    assertThat(client.run(client.read(file, two.from(1).first(BLOCK))))
        .failedWith(SyscallError.NOT_ALIGNED);
    assertThat(client.run(client.read(file, two.first(BLOCK)).at(1)))
        .failedWith(SyscallError.NOT_ALIGNED);
    assertThat(client.run(client.write(file, two.first(BLOCK - 1))))
        .failedWith(SyscallError.NOT_ALIGNED);
    assertThat(client.run(client.write(file, two.first(100)).at(BLOCK)))
        .failedWith(SyscallError.NOT_ALIGNED);
  }
}
