// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.TimeoutFlags;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** TIMEOUT that repeats, TIMEOUT_UPDATE, TIMEOUT_REMOVE. */
class RepeatingTimeoutTest extends Conformance {

  private static final Duration FAR = Duration.ofHours(1);
  private static final Duration NEAR = Duration.ofMillis(2);

  @Test
  void aRepeatingOneTellsEachTimeThatItsTimePasses() {
    long start = System.nanoTime();
    Entry timeout = client.timeoutAgain(NEAR);
    client.submit(timeout);
    for (int i = 1; i <= 4; i++) {
      Completion told = client.await(timeout);
      assertThat(told.result()).isEqualTo(SyscallError.TIMEOUT.result());
      assertThat(told.flags()).isEqualTo(CompletionFlags.MORE);
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(i * NEAR.toNanos());
    }
    client.submit(client.cancel(timeout.tag()).skipSuccess());
    Completion last = client.await(timeout);
    while (last.flags() == CompletionFlags.MORE) {
      last = client.await(timeout);
    }
    assertThat(last.flags()).isZero();
    assertThat(last.result())
        .isIn(SyscallError.OPERATION_CANCELLED.result(), SyscallError.TIMEOUT.result());
  }

  @Test
  void aRepeatingOneWithoutRoomEnds() {
    Client small = client.another(1, ringFlags() | Client.completionOrder(1));
    Entry timeout = small.timeoutAgain(Duration.ofNanos(1));
    small.submit(timeout);
    eventually("full", () -> small.pending() == 2 || small.enter() != 0);
    List<Completion> told = small.collect(2);
    assertThat(told.get(0).flags()).isEqualTo(CompletionFlags.MORE);
    assertThat(told.get(1)).failedWith(SyscallError.TIMEOUT);
    assertThat(small.run(small.nop(1))).succeededWith(1);
  }

  @Test
  void repeatingIsNotForAMomentNorForACount() {
    long both = TimeoutFlags.ABSOLUTE | TimeoutFlags.MULTISHOT;
    assertThat(client.run(client.timeout(NEAR).auxiliary1(both)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.timeoutAgain(NEAR).len(1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void aRepeatingOneHoldsItsChainUntilItEnds() {
    Entry timeout = client.timeoutAgain(FAR).hardlink();
    Entry next = client.nop(3);
    client.submit(timeout, next);
    assertThat(client.run(client.timeoutRemove(timeout.tag()))).succeededWith(0);
    assertThat(client.await(timeout)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(client.await(next)).succeededWith(3);
  }

  @Test
  void anUpdateBringsItNearer() {
    Entry timeout = client.timeout(FAR);
    client.submit(timeout);
    assertThat(client.run(client.timeoutUpdate(timeout.tag(), NEAR))).succeededWith(0);
    assertThat(client.await(timeout)).failedWith(SyscallError.TIMEOUT);
  }

  @Test
  void anUpdatePutsItOff() {
    Duration soon = Duration.ofMillis(60);
    Entry timeout = client.timeout(soon);
    client.submit(timeout);
    while (client.run(client.timeoutUpdate(timeout.tag(), FAR)).result() != 0) {
      // it was too late: once more
      assertThat(client.await(timeout)).failedWith(SyscallError.TIMEOUT);
      timeout = client.timeout(soon);
      client.submit(timeout);
    }
    // this one is set later and passes later: the other's old time has passed by then
    assertThat(client.run(client.timeout(soon))).failedWith(SyscallError.TIMEOUT);
    assertThat(client.pending()).isZero();
    assertThat(client.run(client.timeoutRemove(timeout.tag()))).succeededWith(0);
    assertThat(client.await(timeout)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void anUpdateMakesItAMoment() {
    Entry timeout = client.timeout(FAR);
    client.submit(timeout);
    Entry update =
        client
            .timeoutUpdate(timeout.tag(), FAR)
            .auxiliary0(System.nanoTime() - 1)
            .auxiliary1(TimeoutFlags.ABSOLUTE);
    assertThat(client.run(update)).succeededWith(0);
    assertThat(client.await(timeout)).failedWith(SyscallError.TIMEOUT);
  }

  @Test
  void anUpdateMakesItRepeat() {
    Entry timeout = client.timeout(FAR);
    client.submit(timeout);
    Entry update = client.timeoutUpdate(timeout.tag(), NEAR).auxiliary1(TimeoutFlags.MULTISHOT);
    assertThat(client.run(update)).succeededWith(0);
    assertThat(client.await(timeout).flags()).isEqualTo(CompletionFlags.MORE);
    assertThat(client.await(timeout).flags()).isEqualTo(CompletionFlags.MORE);
    Completion end = client.run(client.timeoutUpdate(timeout.tag(), FAR));
    if (end.result() == 0) {
      client.run(client.timeoutRemove(timeout.tag()));
    } else {
      assertThat(end).failedWith(SyscallError.BUSY);
      client.run(client.cancel(timeout.tag()));
    }
    Completion last = client.await(timeout);
    while (last.flags() == CompletionFlags.MORE) {
      last = client.await(timeout);
    }
    assertThat(last.result()).isNegative();
  }

  @Test
  void anUpdateOfACountKeepsTheCount() {
    Entry timeout = client.timeout(FAR).len(2);
    client.submit(timeout);
    assertThat(client.run(client.timeoutUpdate(timeout.tag(), FAR))).succeededWith(0);
    client.run(client.nop());
    assertThat(client.await(timeout)).succeededWith(0);
  }

  @Test
  void anUpdateToRepeatACountIsInvalid() {
    Entry timeout = client.timeout(FAR).len(100);
    client.submit(timeout);
    Entry update = client.timeoutUpdate(timeout.tag(), NEAR).auxiliary1(TimeoutFlags.MULTISHOT);
    assertThat(client.run(update)).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.timeoutRemove(timeout.tag()))).succeededWith(0);
    assertThat(client.await(timeout)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void aRemovedOneIsCancelled() {
    Entry timeout = client.timeout(FAR);
    client.submit(timeout);
    assertThat(client.run(client.timeoutRemove(timeout.tag()))).succeededWith(0).isPlain();
    assertThat(client.await(timeout)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(client.run(client.timeoutRemove(timeout.tag()))).failedWith(SyscallError.NOT_FOUND);
  }

  @Test
  void onlyATimeoutOfThisRingIsFound() {
    Entry timeout = client.timeout(FAR);
    client.submit(timeout);
    Client other = client.another(4, ringFlags());
    assertThat(other.run(other.timeoutRemove(timeout.tag()))).failedWith(SyscallError.NOT_FOUND);
    assertThat(other.run(other.timeoutUpdate(timeout.tag(), NEAR)))
        .failedWith(SyscallError.NOT_FOUND);
    Entry read = pendingRead();
    assertThat(client.run(client.timeoutRemove(read.tag()))).failedWith(SyscallError.NOT_FOUND);
    client.run(client.cancel(read.tag()));
    client.await(read);
    client.run(client.cancel(timeout.tag()));
    client.await(timeout);
  }

  @Test
  void oneThatHasNotBegunIsChangedToo() {
    Entry before = client.timeout(FAR).hardlink();
    Entry timeout = client.timeout(FAR);
    client.submit(before, timeout);
    assertThat(client.run(client.timeoutUpdate(timeout.tag(), NEAR))).succeededWith(0);
    assertThat(client.run(client.timeoutRemove(before.tag()))).succeededWith(0);
    assertThat(client.await(before)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(client.await(timeout)).failedWith(SyscallError.TIMEOUT);
  }
}
