// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.EventFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** EVENT_CREATE, EVENT_SIGNAL, EVENT_AWAIT, and POLL on events. */
class EventTest extends Conformance {

  @Test
  void aNewEventSaysWhatItIs() {
    Completion made = client.run(client.eventCreate(0));
    assertThat(made).succeededWith(CapabilityType.EVENT.code());
    assertThat(made.flags()).isEqualTo(CompletionFlags.CAPABILITY);
    assertThat(client.dup(made.capability(), CapabilityType.EVENT.applicableRights())).isPositive();
  }

  @Test
  void anAwaitTakesAllThatIsThere() {
    long event = event(7);
    assertThat(client.run(client.awaitEvent(event)).value()).isEqualTo(7);
    assertThat(client.run(client.signal(event, 2))).succeededWith(0).isPlain();
    assertThat(client.run(client.signal(event, 3))).succeededWith(0);
    assertThat(client.run(client.awaitEvent(event)).value()).isEqualTo(5);
  }

  @Test
  void withOneItTakesOne() {
    long event = event(2);
    assertThat(client.run(client.awaitOne(event)).value()).isEqualTo(1);
    assertThat(client.run(client.awaitOne(event)).value()).isEqualTo(1);
    Entry third = client.awaitOne(event);
    client.submit(third);
    assertThat(client.run(client.cancel(third.tag()))).succeededWith(0);
    assertThat(client.await(third)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void whoDoesNotWaitIsToldThatThereIsNothing() {
    long event = event(3);
    Entry one = client.takeEvent(event).auxiliary1(EventFlags.DO_NOT_WAIT | EventFlags.ONE);
    assertThat(client.run(one).value()).isEqualTo(1);
    assertThat(client.run(client.takeEvent(event)).value()).isEqualTo(2);
    assertThat(client.run(client.takeEvent(event))).failedWith(SyscallError.WOULD_BLOCK);
    // it is not in the line of those who wait
    client.run(client.signal(event, 4));
    assertThat(client.run(client.awaitEvent(event)).value()).isEqualTo(4);
  }

  @Test
  void thoseWhoWaitAreServedInTheirOrder() {
    long event = event(0);
    Entry first = client.awaitOne(event);
    Entry second = client.awaitEvent(event);
    Entry third = client.awaitEvent(event);
    client.submit(first, second, third);
    client.submit(client.signal(event, 5).skipSuccess());
    List<Completion> done = client.collect(2);
    assertThat(done.get(0)).isOf(first);
    assertThat(done.get(0).value()).isEqualTo(1);
    assertThat(done.get(1)).isOf(second);
    assertThat(done.get(1).value()).isEqualTo(4);
    client.submit(client.signal(event, 1).skipSuccess());
    assertThat(client.await(third).value()).isEqualTo(1);
  }

  @Test
  void aCancelledWaiterTakesNothing() {
    long event = event(0);
    Entry first = client.awaitEvent(event);
    Entry second = client.awaitEvent(event);
    client.submit(first, second);
    assertThat(client.run(client.cancel(first.tag()))).succeededWith(0);
    assertThat(client.await(first)).failedWith(SyscallError.OPERATION_CANCELLED);
    client.run(client.signal(event, 4));
    assertThat(client.await(second).value()).isEqualTo(4);
  }

  @Test
  void aSignalReachesAnotherRing() {
    long event = event(0);
    Client other = client.another(4, ringFlags());
    Entry waiting = other.awaitEvent(event);
    other.submit(waiting);
    assertThat(client.run(client.signal(event, 9))).succeededWith(0);
    assertThat(other.await(waiting).value()).isEqualTo(9);
  }

  @Test
  void aSignalWakesAThreadThatWaitsInAnotherRing() throws Exception {
    long event = event(0);
    Client other = client.another(4, ringFlags());
    Entry waiting = other.awaitEvent(event);
    other.push(waiting);
    var woken = java.util.concurrent.CompletableFuture.supplyAsync(() -> other.await(waiting));
    eventually("it waits", () -> other.waitingEntries() == 0);
    client.run(client.signal(event, 3));
    assertThat(woken.get().value()).isEqualTo(3);
  }

  @Test
  void aDirectSubmissionWaitsToo() throws InterruptedException {
    long event = event(0);
    Range entry = room(SubmissionEntry.SIZE);
    Range completion = room(CompletionEntry.SIZE);
    Memory memory = client.memory();
    client.awaitEvent(event).tag(8).writeTo(memory.segment(), memory.offsetOf(entry.address()));
    AtomicLong register = new AtomicLong(1);
    Thread direct =
        Thread.ofPlatform()
            .start(() -> register.set(client.enter(entry.address(), completion.address())));
    eventually("it waits", () -> direct.getState() == Thread.State.WAITING);
    client.run(client.signal(event, 1));
    direct.join();
    assertThat(register).hasValue(0);
    assertThat(Completion.at(memory.segment(), memory.offsetOf(completion.address())).value())
        .isEqualTo(1);
  }

  @Test
  void aSignalThatWouldOverflowChangesNothing() {
    long event = event(Long.MAX_VALUE - 1);
    assertThat(client.run(client.signal(event, 2))).failedWith(SyscallError.WOULD_BLOCK);
    assertThat(client.run(client.signal(event, 1))).succeededWith(0);
    assertThat(client.run(client.awaitEvent(event)).value()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aWaiterMakesRoomForTheNextSignalAtOnce() {
    long event = event(0);
    Entry first = client.awaitEvent(event);
    Entry second = client.awaitEvent(event);
    client.submit(first, second);
    List<Completion> done =
        client.runAll(
            client.signal(event, Long.MAX_VALUE).skipSuccess(),
            client.signal(event, Long.MAX_VALUE).skipSuccess());
    assertThat(done).extracting(Completion::value).containsOnly(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void aCountOutOfRangeIsInvalid(long count) {
    long event = event(0);
    assertThat(client.run(client.signal(event, count))).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void aNegativeStartIsInvalid() {
    assertThat(client.run(client.eventCreate(-1))).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void anUnknownFlagIsInvalid() {
    long event = event(1);
    assertThat(client.run(client.awaitEvent(event).auxiliary1(4)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void signallingNeedsWriteAndAwaitingNeedsRead() {
    long event = event(1);
    long reader = client.duplicate(event, Rights.READ);
    long writer = client.duplicate(event, Rights.WRITE);
    assertThat(client.run(client.signal(reader, 1))).missed(Rights.WRITE);
    assertThat(client.run(client.awaitEvent(writer))).missed(Rights.READ);
    assertThat(client.run(client.poll(writer, PollEvents.IN))).missed(Rights.READ);
    assertThat(client.run(client.signal(root, 1))).failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
  }

  @Test
  void revokingEndsAWaitExactlyOnce() {
    long event = event(0);
    long child = client.duplicate(event, Rights.READ);
    Entry waiting = client.awaitEvent(child);
    Entry staying = client.awaitEvent(event);
    client.begin(waiting, staying);
    assertThat(client.revoke(child)).isZero();
    assertThat(client.await(waiting)).failedWith(SyscallError.CAPABILITY_REVOKED);
    client.run(client.signal(event, 6));
    assertThat(client.await(staying).value()).isEqualTo(6);
  }

  @Test
  void whatARevokedWaiterWasGivenIsNotLost() {
    long event = event(0);
    Client other = client.another(4, 0);
    for (int round = 0; round < 50; round++) {
      long child = client.duplicate(event, Rights.READ);
      Entry waiting = other.awaitEvent(child);
      other.submit(waiting);
      client.submit(client.signal(event, 1).skipSuccess());
      client.revoke(child);
      Completion end = other.await(waiting);
      if (end.result() == 0) {
        assertThat(end.value()).isEqualTo(1);
      } else {
        assertThat(end).failedWith(SyscallError.CAPABILITY_REVOKED);
        assertThat(client.run(client.awaitEvent(event)).value()).isEqualTo(1);
      }
    }
  }

  @Test
  void aDomainEndsWhileItWaits() {
    Domain ending = opened(QUOTAS);
    Client program = Client.setUp(ending, ENTRIES, ringFlags());
    long event = program.run(program.eventCreate(0)).capability();
    program.submit(program.awaitEvent(event), program.awaitOne(event));
    ending.close();
    assertThat(program.enter()).isEqualTo(SyscallError.INVALID_STATE.result());
  }

  @Test
  void pollTellsWhatWouldNotWait() {
    long event = event(0);
    assertThat(client.run(client.poll(event, PollEvents.IN | PollEvents.OUT)))
        .succeededWith(PollEvents.OUT);
    Entry in = client.poll(event, PollEvents.IN);
    client.submit(in);
    client.submit(client.signal(event, 1).skipSuccess());
    assertThat(client.await(in)).succeededWith(PollEvents.IN).isPlain();
    assertThat(client.run(client.awaitEvent(event)).value()).isEqualTo(1);
  }

  @Test
  void aFullCounterIsNotReadyForOut() {
    long event = event(Long.MAX_VALUE);
    Entry out = client.poll(event, PollEvents.OUT);
    client.submit(out);
    client.run(client.awaitOne(event));
    assertThat(client.await(out)).succeededWith(PollEvents.OUT);
  }

  @Test
  void aPollThatIsCancelledEnds() {
    long event = event(0);
    Entry in = client.poll(event, PollEvents.IN);
    client.submit(in);
    assertThat(client.run(client.cancel(in.tag()))).succeededWith(0);
    assertThat(client.await(in)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void aPollWithoutOrWithUnknownEventsIsInvalid() {
    long event = event(1);
    assertThat(client.run(client.poll(event, 0))).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.poll(event, 2))).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void aMultishotPollTellsEachSignalOnce() {
    long event = event(1);
    Entry poll = client.pollAgain(event, PollEvents.IN);
    client.submit(poll);
    Completion first = client.await(poll);
    assertThat(first).succeededWith(PollEvents.IN);
    assertThat(first.flags()).isEqualTo(CompletionFlags.MORE);
    client.run(client.signal(event, 1));
    Completion second = client.await(poll);
    assertThat(second.flags()).isEqualTo(CompletionFlags.MORE);
    // still readable, but nothing new came: the next word is that of the cancel
    assertThat(client.run(client.cancel(poll.tag()))).succeededWith(0);
    assertThat(client.await(poll)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void aMultishotPollWithoutRoomEndsAndLosesNothing() {
    Client small = client.another(1, ringFlags() | Client.completionOrder(1));
    long event = event(0);
    Entry poll = small.pollAgain(event, PollEvents.IN);
    small.submit(poll);
    client.run(client.signal(event, 1));
    eventually("told", () -> small.pending() == 1 || small.enter() != 0);
    client.run(client.signal(event, 1));
    eventually("told again", () -> small.pending() == 2 || small.enter() != 0);
    List<Completion> told = small.collect(2);
    assertThat(told.get(0).flags()).isEqualTo(CompletionFlags.MORE);
    assertThat(told.get(1)).succeededWith(PollEvents.IN).isPlain();
    assertThat(client.run(client.awaitEvent(event)).value()).isEqualTo(2);
  }
}
