// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.SyscallError;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TIMEOUT: by time, by count, cancelled. */
class TimeoutTest extends Conformance {

  private static final Duration SOON = Duration.ofMillis(5);
  private static final Duration NEVER = Duration.ofDays(365);

  private void assertStaysPendingUntilCancelled(Entry timeout) {
    client.submit(timeout.tag(1));
    Entry nop = client.nop().tag(2);
    assertThat(client.run(nop)).succeededWith(0);
    assertThat(client.run(client.cancel(1).tag(3))).succeededWith(0);
    assertThat(client.await(timeout)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void itFiresWhenTheTimeHasPassedAndNotBefore() {
    long before = System.nanoTime();
    assertThat(client.run(client.timeout(SOON))).failedWith(SyscallError.TIMEOUT);
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(SOON.toNanos());
  }

  @Test
  void noTimeAtAllFiresAtOnce() {
    assertThat(client.run(client.timeout(Duration.ZERO))).failedWith(SyscallError.TIMEOUT);
    assertThat(client.run(client.timeout(Duration.ofNanos(1)))).failedWith(SyscallError.TIMEOUT);
  }

  @Test
  void theShorterOfTwoFiresFirst() {
    Entry longer = client.timeout(Duration.ofMillis(60)).tag(1);
    Entry shorter = client.timeout(Duration.ofMillis(2)).tag(2);
    assertThat(client.runAll(longer, shorter))
        .extracting(Completion::userData)
        .containsExactly(2L, 1L);
  }

  @Test
  void anAbsoluteTimeFiresWhenTheClockReadsIt() {
    long moment = System.nanoTime() + SOON.toNanos();
    assertThat(client.run(client.timeoutAt(moment))).failedWith(SyscallError.TIMEOUT);
    assertThat(System.nanoTime() - moment).isNotNegative();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MIN_VALUE + 1})
  void anAbsoluteTimeInThePastFiresAtOnce(long moment) {
    assertThat(client.run(client.timeoutAt(moment))).failedWith(SyscallError.TIMEOUT);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE, -1, -5_000_000_000L})
  void aDurationOfCenturiesNeverPasses(long nanos) {
    assertStaysPendingUntilCancelled(client.timeout(Duration.ZERO).auxiliary0(nanos));
  }

  @Test
  void anAbsoluteTimeFarAwayNeverComes() {
    assertStaysPendingUntilCancelled(client.timeoutAt(Long.MAX_VALUE));
  }

  // ---- by count --------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void itEndsWithSuccessWhenAsManyCompletionsWerePosted(int count) {
    Entry timeout = client.timeout(NEVER).len(count);
    client.submit(timeout);
    for (int i = 0; i < count; i++) {
      assertThat(client.pending()).isZero();
      client.run(client.nop());
    }
    assertThat(client.await(timeout)).succeededWith(0).isPlain();
  }

  @Test
  void completionsBeforeItDoNotCount() {
    client.runAll(client.nop(), client.nop(), client.nop());
    Entry timeout = client.timeout(NEVER).len(2);
    client.submit(timeout);
    client.run(client.nop());
    assertThat(client.pending()).isZero();
    client.run(client.nop());
    assertThat(client.await(timeout)).succeededWith(0);
  }

  @Test
  void silentSuccessesDoNotCount() {
    Entry timeout = client.timeout(NEVER).len(1).tag(1);
    client.submit(timeout, client.nop().skipSuccess());
    client.run(client.nop().skipSuccess().len(SyscallError.IO_ERROR.result()));
    assertThat(client.await(timeout)).succeededWith(0);
  }

  @Test
  void completionsOfAnotherRingDoNotCount() {
    Client other = client.another(4, ringFlags());
    Entry timeout = client.timeout(NEVER).len(1).tag(1);
    client.submit(timeout);
    other.runAll(other.nop(), other.nop(), other.nop());
    assertThat(client.pending()).isZero();
    client.run(client.cancel(1).tag(2));
    assertThat(client.await(timeout).result()).isIn(0, SyscallError.OPERATION_CANCELLED.result());
  }

  @Test
  void theTimeCanPassBeforeTheCountIsReached() {
    assertThat(client.run(client.timeout(SOON).len(100))).failedWith(SyscallError.TIMEOUT);
  }

  @Test
  void timeoutsThatCountCountEachOther() {
    Entry first = client.timeout(NEVER).len(1).tag(1);
    Entry second = client.timeout(NEVER).len(2).tag(2);
    client.submit(first, second);
    client.run(client.nop());
    assertThat(client.await(first)).succeededWith(0);
    assertThat(client.await(second)).succeededWith(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE})
  void aCountOutOfRangeIsInvalid(int count) {
    assertThat(client.run(client.timeout(SOON).len(count)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void theLargestCountIsAccepted() {
    assertThat(client.run(client.timeout(SOON).len(Integer.MAX_VALUE)))
        .failedWith(SyscallError.TIMEOUT);
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 4, 1L << 32, Long.MIN_VALUE})
  void unknownFlagsAreInvalid(long flags) {
    assertThat(client.run(client.timeout(SOON).auxiliary1(flags)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  // ---- many ------------------------------------------------------------------------------------

  @Test
  void manyTimeoutsEachFireOnce() {
    Client wide = client.another(1024, ringFlags());
    Entry[] timeouts = new Entry[1024];
    for (int i = 0; i < 1024; i++) {
      timeouts[i] = wide.timeout(Duration.ofNanos(i * 10_000L)).tag(i);
    }
    boolean[] seen = new boolean[1024];
    for (Completion each : wide.runAll(timeouts)) {
      assertThat(each).failedWith(SyscallError.TIMEOUT);
      assertThat(seen[(int) each.userData()]).isFalse();
      seen[(int) each.userData()] = true;
    }
  }

  @Test
  void cancellingRacesWithFiringAndEachPairCompletesTwice() {
    for (int i = 0; i < 500; i++) {
      Entry timeout = client.timeout(Duration.ofNanos(i * 200L)).tag(1);
      Entry cancel = client.cancel(1).tag(2);
      client.submit(timeout);
      client.submit(cancel);
      int fired = client.await(timeout).result();
      int cancelled = client.await(cancel).result();
      boolean stopped = fired == SyscallError.OPERATION_CANCELLED.result() && cancelled == 0;
      boolean late =
          fired == SyscallError.TIMEOUT.result() && cancelled == SyscallError.NOT_FOUND.result();
      assertThat(stopped || late).as("%d, %d", fired, cancelled).isTrue();
    }
  }
}
