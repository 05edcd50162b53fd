// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Doorbell;
import dev.ringfence.abi.SetupFlags;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SQPOLL: the poller's sleep, and the bell that ends it. */
class PolledRingTest extends Conformance {

  private static final long IDLE_NANOS = 1_000_000;

  private Client polled;

  @BeforeEach
  void setUpAPolledRing() {
    polled = client.another(4, SetupFlags.SQPOLL | 1L << SetupFlags.IDLE_MILLIS_SHIFT);
  }

  private boolean asksForTheBell() {
    return Doorbell.needsWakeupOpaque(polled.segment(), polled.doorbell());
  }

  @Test
  void aPollerWithoutWorkAsksToBeWoken() {
    eventually("the poller sleeps", this::asksForTheBell);
  }

  @Test
  void aPollerThatSleepsTakesNothingUntilTheBellRings() {
    eventually("the poller sleeps", this::asksForTheBell);
    Entry nop = polled.nop(7);
    polled.push(nop);
    assertThat(polled.waitingEntries()).isEqualTo(1);
    assertThat(asksForTheBell()).isTrue();
    assertThat(polled.enter()).isZero();
    eventually("it is taken", () -> polled.waitingEntries() == 0);
    eventually("it is done", () -> polled.pending() == 1);
    assertThat(polled.await(nop)).succeededWith(7);
  }

  @Test
  void aPollerThatIsAwakeNeedsNoCall() {
    polled.run(polled.nop());
    for (int i = 0; i < 100; i++) {
      if (asksForTheBell()) {
        polled.enter();
      }
      polled.push(polled.nop(i));
      int expected = i;
      eventually(
          "taken without a call, or asked for one",
          () -> polled.pending() == 1 || asksForTheBell() && polled.enter() == 0);
      assertThat(polled.collect(1).get(0)).succeededWith(expected);
    }
  }

  @Test
  void noEntryIsForgottenWhenThePollerFallsAsleepMeanwhile() {
    SplittableRandom random = new SplittableRandom(IDLE_NANOS);
    for (int i = 0; i < 100; i++) {
      // about as long as the poller goes on looking
      long pause = System.nanoTime() + random.nextLong(IDLE_NANOS * 3 / 2);
      while (System.nanoTime() < pause) {
        Thread.onSpinWait();
      }
      polled.push(polled.nop(i));
      polled.ringTheBell();
      eventually("it is done", () -> polled.pending() == 1);
      assertThat(polled.collect(1).get(0)).succeededWith(i);
    }
  }

  @Test
  void whoWaitsForRoomInAFullQueueAlwaysGetsSome() {
    int pushed = 0;
    int reaped = 0;
    while (reaped < 400) {
      while (polled.room() > 0) {
        polled.push(polled.nop(pushed++));
      }
      polled.ringTheBell();
      eventually("a completion", () -> polled.pending() > 0);
      polled.fetch(polled.pending());
      for (Completion each : polled.reap()) {
        assertThat(each).succeededWith(reaped++);
      }
      polled.ringTheBell();
      eventually("room", () -> polled.room() > 0);
    }
    while (reaped < pushed) {
      assertThat(polled.collect(1).get(0)).succeededWith(reaped++);
    }
  }

  @Test
  void aSignalFromAnotherRingWakesAWaiterThoughThePollerSleeps() {
    long event = event(0);
    Entry waiting = polled.awaitEvent(event);
    polled.submit(waiting);
    eventually("the poller sleeps", this::asksForTheBell);
    client.run(client.signal(event, 2));
    eventually("it is told", () -> polled.pending() == 1);
    assertThat(polled.await(waiting).value()).isEqualTo(2);
  }
}
