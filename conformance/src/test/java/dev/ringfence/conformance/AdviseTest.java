// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Advice;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyncRangeFlags;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ADVISE and SYNC_RANGE: what a range is about to be used for, and bringing it to its device. */
class AdviseTest extends Conformance {

  @ParameterizedTest
  @ValueSource(
      ints = {Advice.NORMAL, Advice.SEQUENTIAL, Advice.RANDOM, Advice.WILL_NEED, Advice.DONT_NEED})
  void adviceChangesNoResult(int advice) {
    long file = fileWith("0123456789", Rights.READ);
    assertThat(client.run(client.advise(file, 0, 0, advice))).succeededWith(0).isPlain();
    assertThat(client.run(client.advise(file, 3, 1L << 40, advice))).succeededWith(0);
    Range into = room(10);
    client.run(client.read(file, into));
    assertThat(text(into, 10)).isEqualTo("0123456789");
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 0x100})
  void unknownAdviceIsRefused(int advice) {
    long file = fileWith("0", Rights.READ);
    assertThat(client.run(client.advise(file, 0, 0, advice)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 4", "3, 10", "0, 5000000000", "9223372036854775807, 0"})
  void aRangeIsBroughtToItsDevice(long offset, long bytes) {
    long file = fileWith("0123456789", Rights.READ | Rights.WRITE);
    client.run(client.write(file, "x"));
    int flags = SyncRangeFlags.WAIT_BEFORE | SyncRangeFlags.WRITE | SyncRangeFlags.WAIT_AFTER;
    assertThat(client.run(client.syncRange(file, offset, bytes, flags))).succeededWith(0).isPlain();
    assertThat(content("file")).isEqualTo("x123456789");
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, 0", "0, -1, 0", "1, 9223372036854775807, 0", "0, 0, 8"})
  void aRangeThatCannotBeIsRefused(long offset, long bytes, int flags) {
    long file = fileWith("0", Rights.READ | Rights.WRITE);
    assertThat(client.run(client.syncRange(file, offset, bytes, flags)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.advise(file, offset, bytes, flags)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void adviceNeedsReadAndSyncingNeedsWrite() {
    long readable = fileWith("0", Rights.READ);
    long writable = client.opened(root, "file", Rights.WRITE);
    assertThat(client.run(client.advise(writable, 0, 0, 0))).missed(Rights.READ);
    assertThat(client.run(client.syncRange(readable, 0, 0, 0))).missed(Rights.WRITE);
    assertThat(client.run(client.advise(root, 0, 0, 0)))
        .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
  }
}
