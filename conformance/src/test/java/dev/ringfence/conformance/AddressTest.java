// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.FileStatus;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which memory an entry may name: the arena, from its first byte to its last, and nothing else. */
class AddressTest extends Conformance {

  /** Ranges that are not, or not wholly, in the arena. */
  enum Outside {
    NULL,
    ONE_BEFORE,
    ONE_BEHIND,
    REACHES_ONE_BEHIND,
    BEGINS_ONE_BEFORE,
    THE_RING_ITSELF,
    THE_INFO_PAGE,
    THE_LAST_ADDRESS,
    WRAPS_ROUND_INTO_THE_ARENA,
    BIT_63
  }

  private Range range(Outside which, int length) {
    Range arena = client.memory().whole();
    long end = client.memory().end();
    long start =
        switch (which) {
          case NULL -> 0;
          case ONE_BEFORE -> arena.address() - length;
          case ONE_BEHIND -> end;
          case REACHES_ONE_BEHIND -> end - length + 1;
          case BEGINS_ONE_BEFORE -> arena.address() - 1;
          case THE_RING_ITSELF -> client.base();
          case THE_INFO_PAGE -> client.base() + 0x3000;
          case THE_LAST_ADDRESS -> -1L;
          case WRAPS_ROUND_INTO_THE_ARENA -> arena.address() - (1L << 32) + 8;
          case BIT_63 -> arena.address() | Long.MIN_VALUE;
        };
    return new Range(start, length);
  }

  @ParameterizedTest
  @EnumSource(Outside.class)
  void bytesOutsideTheArenaAreNeitherReadNorWritten(Outside which) {
    long file = fileWith("0123456789", Rights.READ | Rights.WRITE);
    Range range = range(which, 8);
    assertThat(client.run(client.read(file, range))).failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.write(file, range))).failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.write(sink, range))).failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(content("file")).isEqualTo("0123456789");
  }

  @ParameterizedTest
  @EnumSource(Outside.class)
  void pathsOutsideTheArenaAreNotRead(Outside which) {
    Range range = range(which, 8);
    assertThat(client.run(client.open(root, range, 0, Rights.READ)))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.makeDirectory(root, range)))
        .failedWith(SyscallError.INVALID_ADDRESS);
  }

  @ParameterizedTest
  @EnumSource(value = Outside.class, names = "THE_LAST_ADDRESS", mode = EnumSource.Mode.EXCLUDE)
  void resultsOutsideTheArenaAreNotWritten(Outside which) {
    // aligned as these operations want it, so that only the place is wrong
    Range status = range(which, FileStatus.SIZE);
    Range query = range(which, CapabilityStatus.SIZE);
    if (which == Outside.BEGINS_ONE_BEFORE || which == Outside.REACHES_ONE_BEHIND) {
      int shift = which == Outside.BEGINS_ONE_BEFORE ? -7 : 7;
      status = new Range(status.address() + shift, status.length());
      query = new Range(query.address() + shift, query.length());
    }
    assertThat(client.run(client.stat(root, status))).failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.query(root, query))).failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.list(root, query, 0))).failedWith(SyscallError.INVALID_ADDRESS);
  }

  @Test
  void theFirstAndTheLastByteOfTheArenaCanBeUsed() {
    long file = fileWith("0123456789", Rights.READ | Rights.WRITE);
    Range first = client.memory().whole().first(3);
    Range last = new Range(client.memory().end() - 3, 3);
    assertThat(client.run(client.read(file, first))).succeededWith(3);
    assertThat(client.run(client.read(file, last).at(3))).succeededWith(3);
    assertThat(text(first, 3) + text(last, 3)).isEqualTo("012345");
    assertThat(client.run(client.write(file, last))).succeededWith(3);
    assertThat(content("file")).isEqualTo("3453456789");
  }

  @Test
  void theWholeArenaCanBeOneTransfer() {
    long file = fileWith("", Rights.READ | Rights.WRITE);
    Range whole = client.memory().whole();
    assertThat(client.run(client.write(file, whole))).succeededWith(whole.length());
    assertThat(tree.resolve("file").toFile().length()).isEqualTo(whole.length());
  }

  @Test
  void nothingAtTheEndOfTheArenaIsWithinAndElsewhereIsNot() {
    long file = fileWith("0123", Rights.READ);
    assertThat(client.run(client.read(file, new Range(client.memory().end(), 0)))).succeededWith(0);
    assertThat(client.run(client.read(file, new Range(client.base(), 0))))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.read(file, new Range(-1, 0))))
        .failedWith(SyscallError.INVALID_ADDRESS);
  }

  @Test
  void resultsAreWrittenWhereTheyAreAligned() {
    Range room = room(200);
    for (int shift = 1; shift < 8; shift++) {
      Range odd = new Range(room.address() + shift, 96);
      assertThat(client.run(client.stat(root, odd))).failedWith(SyscallError.NOT_ALIGNED);
      assertThat(client.run(client.query(root, odd))).failedWith(SyscallError.NOT_ALIGNED);
      assertThat(client.run(client.list(root, odd, 0))).failedWith(SyscallError.NOT_ALIGNED);
    }
  }

  @Test
  void anotherRingOfTheDomainSeesTheSameAddresses() {
    Client other = client.another(4, ringFlags());
    Range shared = client.memory().hold("shared");
    long file = fileWith("", Rights.READ | Rights.WRITE);
    assertThat(other.run(other.write(file, shared))).succeededWith(6);
    assertThat(content("file")).isEqualTo("shared");
  }
}
