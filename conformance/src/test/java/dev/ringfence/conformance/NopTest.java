// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The round trip of an entry. */
class NopTest extends Conformance {

  @Test
  void aNopCompletesOnceAndPlainly() {
    Entry nop = client.nop();
    assertThat(client.run(nop)).isOf(nop).succeededWith(0).isPlain();
    assertThat(client.pending()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, 0x0123_4567_89ab_cdefL})
  void anyUserDataComesBack(long userData) {
    assertThat(client.run(client.nop().tag(userData)).userData()).isEqualTo(userData);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 42, 65_536, Integer.MAX_VALUE})
  void lenIsTheResult(int echo) {
    assertThat(client.run(client.nop(echo))).succeededWith(echo).isPlain();
  }

  @ParameterizedTest
  @EnumSource(SyscallError.class)
  void everyErrorCanBeEchoed(SyscallError error) {
    assertThat(client.run(client.nop(error.result()))).failedWith(error);
  }

  @ParameterizedTest
  @ValueSource(ints = {-17, -0x1ff, -0x7000, Integer.MIN_VALUE})
  void aNumberThatIsNoErrorIsNotEchoed(int echo) {
    assertThat(client.run(client.nop(echo))).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        SubmissionFlags.ASYNC,
        SubmissionFlags.DRAIN,
        SubmissionFlags.ASYNC | SubmissionFlags.DRAIN
      })
  void flagsThatOnlyOrderChangeNoResult(int flags) {
    assertThat(client.run(client.nop(7).with(flags))).succeededWith(7).isPlain();
  }

  @Test
  void aNopMayNameALiveCapabilityOfAnyTypeAndRights() {
    long bare = client.duplicate(root, Rights.NONE);
    assertThat(client.run(client.nop().capability(root))).succeededWith(0);
    assertThat(client.run(client.nop().capability(source))).succeededWith(0);
    assertThat(client.run(client.nop().capability(bare))).succeededWith(0);
  }

  @Test
  void aNopDoesNotNameADeadCapability() {
    long closed = client.duplicate(root, Rights.NONE);
    client.run(client.close(closed));
    assertThat(client.run(client.nop().capability(closed))).failedWith(SyscallError.INVALID_HANDLE);
  }

  @Test
  void theEntryMayBeOverwrittenAsSoonAsItIsTaken() {
    Range into = room(8);
    Entry read = client.read(source, into);
    client.submit(read);
    for (int i = 0; i < 2 * ENTRIES; i++) {
      client.run(client.nop(i));
    }
    client.submit(client.write(sink, "ab").skipSuccess());
    assertThat(client.await(read)).succeededWith(2);
    assertThat(text(into, 2)).isEqualTo("ab");
  }
}
