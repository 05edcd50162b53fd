// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MMAP and MUNMAP. */
class MapTest extends Conformance {

  private static final int PAGE = 4096;
  private static final int QUOTA = 1 << 20;
  private static final long RIGHTS = Rights.READ | Rights.WRITE | Rights.MAP;

  private Range mapped(int length) {
    Completion done = client.run(client.map(length));
    assertThat(done.flags()).isEqualTo(CompletionFlags.VALUE);
    return new Range(done.value(), length);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, PAGE, PAGE + 1, QUOTA})
  void newMemoryIsZeroedAlignedAndUsableToItsEnd(int length) {
    long file = fileWith("", RIGHTS);
    Range range = mapped(length);
    assertThat(range.address() % PAGE).isZero();
    assertThat(client.memory().bytes(range)).containsOnly(0);
    assertThat(client.run(client.write(file, range))).succeededWith(length);
    assertThat(client.run(client.read(file, range))).succeededWith(length);
    assertThat(client.run(client.unmap(range))).succeededWith(0).isPlain();
  }

  @Test
  void memoryThatIsMappedAgainIsZeroedAgain() {
    Range first = mapped(QUOTA);
    client.memory().fill(first, 'x');
    assertThat(client.run(client.unmap(first))).succeededWith(0);
    assertThat(client.memory().bytes(mapped(QUOTA))).containsOnly(0);
  }

  @Test
  void theQuotaIsKeptAndGivenBack() {
    Range half = mapped(QUOTA / 2);
    assertThat(client.run(client.map(QUOTA / 2 + 1))).failedWith(SyscallError.QUOTA_EXCEEDED);
    Range rest = mapped(QUOTA / 2);
    assertThat(client.run(client.map(1))).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(client.run(client.map(-1))).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(client.run(client.unmap(half))).succeededWith(0);
    assertThat(client.run(client.unmap(rest))).succeededWith(0);
    mapped(QUOTA);
  }

  @Test
  void aQuotaInPiecesGivesNoWidePiece() {
    Range[] pieces = new Range[4];
    for (int i = 0; i < 4; i++) {
      pieces[i] = mapped(QUOTA / 4);
    }
    client.run(client.unmap(pieces[0]));
    client.run(client.unmap(pieces[2]));
    assertThat(client.run(client.map(QUOTA / 2))).failedWith(SyscallError.OUT_OF_MEMORY);
  }

  @Test
  void aFileIsASnapshot() {
    long file = fileWith("0123456789", RIGHTS);
    Completion done = client.run(client.map(file, 2 * PAGE, 4));
    Range copy = new Range(done.value(), 2 * PAGE);
    byte[] expected = new byte[2 * PAGE];
    System.arraycopy(Requests.bytes("456789"), 0, expected, 0, 6);
    assertThat(client.memory().bytes(copy)).isEqualTo(expected);
    client.run(client.write(file, "xxxxxxxxxx"));
    assertThat(client.memory().bytes(copy)).isEqualTo(expected);
    client.memory().fill(copy, 'y');
    assertThat(content("file")).isEqualTo("xxxxxxxxxx");
    assertThat(client.run(client.unmap(copy))).succeededWith(0);
  }

  @Test
  void aSnapshotBehindTheEndIsZeros() {
    long file = fileWith("0123", RIGHTS);
    Range copy = new Range(client.run(client.map(file, PAGE, 100)).value(), PAGE);
    assertThat(client.memory().bytes(copy)).containsOnly(0);
  }

  @Test
  void aFileNeedsTheRightsToMapAndRead() {
    long unmappable = fileWith("0123", Rights.READ);
    long unreadable = client.opened(root, "file", Rights.MAP);
    assertThat(client.run(client.map(unmappable, PAGE, 0))).missed(Rights.MAP);
    assertThat(client.run(client.map(unreadable, PAGE, 0))).missed(Rights.READ);
    assertThat(client.run(client.map(root, PAGE, 0)))
        .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
    assertThat(client.run(client.map(source, PAGE, 0)))
        .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
    mapped(QUOTA);
  }

  @Test
  void noLengthOrANegativeOffsetIsInvalidAndTakesNothing() {
    long file = fileWith("0123", RIGHTS);
    assertThat(client.run(client.map(0))).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.map(file, PAGE, -1))).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.map(file, 0, 0))).failedWith(SyscallError.INVALID_ARGUMENT);
    mapped(QUOTA);
  }

  // ---- MUNMAP ----------------------------------------------------------------------------------

  @Test
  void onlyWhatWasMappedIsUnmapped() {
    Range range = mapped(3 * PAGE);
    Range[] wrong = {
      range.first(2 * PAGE),
      range.from(PAGE),
      new Range(range.address(), 4 * PAGE),
      new Range(range.address() + 1, 3 * PAGE),
      client.memory().whole(),
      new Range(0, PAGE),
      new Range(-PAGE, PAGE),
      new Range(range.address(), 0),
    };
    for (Range each : wrong) {
      assertThat(client.run(client.unmap(each))).failedWith(SyscallError.INVALID_ADDRESS);
    }
    assertThat(client.run(client.unmap(range))).succeededWith(0);
    assertThat(client.run(client.unmap(range))).failedWith(SyscallError.INVALID_ADDRESS);
  }

  @Test
  void theLengthMayBeRoundedUp() {
    Range range = mapped(PAGE + 1);
    assertThat(client.run(client.unmap(new Range(range.address(), 2 * PAGE)))).succeededWith(0);
  }

  @Test
  void nothingReachesFromOneRangeIntoTheNext() {
    long file = fileWith("0123456789", RIGHTS);
    Range first = mapped(PAGE);
    Range second = mapped(PAGE);
    long seam = Math.max(first.address(), second.address());
    assertThat(client.run(client.read(file, new Range(seam - 4, 8))))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.read(file, new Range(client.memory().end() - 4, 8))))
        .failedWith(SyscallError.INVALID_ADDRESS);
  }

  @Test
  void unmappingWaitsForTheLastUser() {
    Range range = mapped(PAGE);
    Entry read = client.read(source, range.from(100).first(8));
    client.submit(read);
    Entry unmap = client.unmap(range);
    client.submit(unmap);
    assertThat(client.run(client.read(source, range.first(8))))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.pending()).isZero();
    client.run(client.write(sink, "late"));
    assertThat(client.await(read)).succeededWith(4);
    assertThat(client.await(unmap)).succeededWith(0);
  }

  @Test
  void unmappingDoesNotWaitForUsersOfOtherMemory() {
    Range range = mapped(PAGE);
    Range other = mapped(PAGE);
    Entry read = client.read(source, other.first(8));
    client.submit(read);
    assertThat(client.run(client.unmap(range))).succeededWith(0);
    client.run(client.write(sink, "x"));
    assertThat(client.await(read)).succeededWith(1);
  }
}
