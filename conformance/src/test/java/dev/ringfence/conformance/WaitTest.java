// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** {@code wait_for}: when {@code enter} comes back. */
class WaitTest extends Conformance {

  private void waitFor(int count) {
    RingHeader.setWaitFor(client.segment(), client.completionHeader(), count);
  }

  @Test
  void waitingForTwoReallyWaitsForTwo() {
    client.push(client.nop(), client.timeout(Duration.ofMillis(30)));
    waitFor(2);
    assertThat(client.enter()).isZero();
    assertThat(client.pending()).isEqualTo(2);
    client.collect(2);
  }

  @Test
  void notWaitingComesBackWithoutTheCompletion() {
    Entry read = pendingRead();
    assertThat(client.enter()).isZero();
    assertThat(client.pending()).isZero();
    client.run(client.write(sink, "x"));
    client.await(read);
  }

  @Test
  void completionsThatArePendingCount() {
    client.submit(client.nop(1), client.nop(2));
    eventually("two completions", () -> client.pending() == 2);
    pendingRead();
    waitFor(2);
    assertThat(client.enter()).isZero();
    assertThat(client.collect(2)).hasSize(2);
  }

  @Test
  void aWaitEndsWhenNothingMoreCanCome() {
    client.push(client.nop(1));
    waitFor(5);
    assertThat(client.enter()).isZero();
    assertThat(client.collect(1).get(0)).succeededWith(1);
  }

  @Test
  void aWaitOnAnIdleRingEndsAtOnce() {
    waitFor(1);
    assertThat(client.enter()).isZero();
    assertThat(client.pending()).isZero();
  }

  @Test
  void aWaitForASilentSuccessEnds() {
    client.push(client.nop().skipSuccess());
    waitFor(1);
    assertThat(client.enter()).isZero();
    assertThat(client.pending()).isZero();
  }

  @Test
  void waitForCountsNoMoreThanTheQueueHolds() {
    Client ring = client.another(2, ringFlags() | Client.completionOrder(1));
    ring.push(ring.nop(1), ring.nop(2));
    RingHeader.setWaitFor(ring.segment(), ring.completionHeader(), -1);
    assertThat(ring.enter()).isZero();
    assertThat(ring.pending()).isEqualTo(2);
    ring.collect(2);
  }

  @Test
  void aWaitEndsWhenTheFullQueueLetsNothingElseBegin() {
    Client ring = client.another(2, ringFlags() | Client.completionOrder(1));
    ring.submit(ring.nop(1), ring.nop(2));
    ring.push(ring.nop(3));
    RingHeader.setWaitFor(ring.segment(), ring.completionHeader(), 2);
    assertThat(ring.enter()).isZero();
    assertThat(ring.pending()).isEqualTo(2);
    ring.collect(3);
  }

  @Test
  void theKernelDoesNotWriteWaitFor() {
    waitFor(3);
    client.push(client.nop(), client.nop(), client.nop());
    client.enter();
    assertThat(RingHeader.waitFor(client.segment(), client.completionHeader())).isEqualTo(3);
    client.collect(3);
  }

  @Test
  void anotherThreadCanBringAboutWhatIsWaitedFor() throws Exception {
    Entry read = pendingRead();
    Client other = client.another(2, 0);
    CompletableFuture<Completion> written =
        CompletableFuture.supplyAsync(() -> other.run(other.write(sink, "abc")));
    assertThat(client.await(read)).succeededWith(3);
    assertThat(written.get()).succeededWith(3);
  }

  @Test
  void aTimeoutBesideItBoundsAWait() {
    Entry endless = client.read(source, room(1));
    Entry timeout = client.timeout(Duration.ofMillis(5));
    client.push(endless, timeout);
    waitFor(1);
    assertThat(client.enter()).isZero();
    assertThat(client.pending()).isEqualTo(1);
    assertThat(client.await(timeout)).failedWith(SyscallError.TIMEOUT);
    client.run(client.write(sink, "x"));
    assertThat(client.await(endless)).succeededWith(1);
  }

  @Test
  void whatEndedBeforeTheWaitCountsThoughMoreWasSubmittedSince() {
    long[] ends = pair(OpCode.PIPE_CREATE);
    Entry first = pendingRead();
    client.enter();
    Client other = client.another(2, 0);
    other.run(other.write(sink, "x"));
    Entry endless = client.read(ends[0], room(1));
    client.push(endless);
    waitFor(1);
    assertThat(client.enter()).isZero();
    assertThat(client.await(first)).succeededWith(1);
    assertThat(client.run(client.cancel(endless.tag()))).succeededWith(0);
    assertThat(client.await(endless)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void aLongTransferGoesOnWhileOthersAreWaitedForToo() throws Exception {
    int size = 3 << 20;
    long file = fileWith("", Rights.READ_WRITE);
    Client other = client.another(2, 0);
    Range one = room(1);
    Range all = room(size);
    // comes only when the transfer is done, so a wait for both must not stop between its pieces
    CompletableFuture<Completion> written =
        CompletableFuture.supplyAsync(() -> {
          eventually("all is written", () -> tree.resolve("file").toFile().length() == size);
          return other.run(other.write(sink, "x"));
        });
    Entry read = client.read(source, one);
    Entry write = client.write(file, all);
    List<Completion> done = client.runAll(write, read);
    assertThat(done).extracting(Completion::result).containsExactlyInAnyOrder(size, 1);
    assertThat(written.get()).succeededWith(1);
  }

  @Test
  void aWaitEndsWhenTheDomainEnds() {
    Domain second = opened(QUOTAS);
    Client program = Client.setUp(second, 2, ringFlags());
    program.push(program.read(program.grant("source"), program.memory().take(1)));
    AtomicLong register = new AtomicLong(1);
    RingHeader.setWaitFor(program.segment(), program.completionHeader(), 1);
    // the thread touches no memory of the domain by itself: it may be gone before the thread runs
    Thread waiting = Thread.ofPlatform().start(() -> register.set(program.enter()));
    eventually("the entry is taken", () -> program.waitingEntries() == 0);
    second.close();
    eventually("the wait ends", () -> !waiting.isAlive());
    assertThat(register.get()).isIn(0L, (long) SyscallError.INVALID_STATE.result());
  }

  @Test
  void anInterruptedThreadStillWaitsAndStaysInterrupted() {
    Thread.currentThread().interrupt();
    try {
      Entry timeout = client.timeout(Duration.ofMillis(5));
      assertThat(client.run(timeout)).failedWith(SyscallError.TIMEOUT);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aVirtualThreadCanWait() throws Exception {
    CompletableFuture<List<Completion>> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() ->
            done.complete(client.runAll(client.timeout(Duration.ofMillis(5)), client.nop(9))));
    assertThat(done.get().get(0)).succeededWith(9);
    assertThat(done.get().get(1)).failedWith(SyscallError.TIMEOUT);
  }

  @Test
  void aRingThatAThreadIsInsideOfIsBusyForOthers() throws Exception {
    Entry read = client.read(source, room(1));
    client.push(read);
    CompletableFuture<Completion> waiting = CompletableFuture.supplyAsync(() -> client.await(read));
    // the ring has taken the entry, so the other thread is in its wait, or has left and comes back
    eventually("the entry is taken", () -> client.waitingEntries() == 0);
    if (!setting.polled()) {
      eventually("busy", () -> client.enter() == SyscallError.BUSY.result());
    }
    Client other = client.another(2, 0);
    assertThat(other.run(other.write(sink, "x"))).succeededWith(1);
    assertThat(waiting.get()).succeededWith(1);
  }

  @Test
  void anAddressThatIsNoRingIsInvalid() {
    assertThat(client.enter(client.base() + 64, 0))
        .isEqualTo(SyscallError.INVALID_ADDRESS.result());
    assertThat(client.enter(1, 0)).isEqualTo(SyscallError.INVALID_ADDRESS.result());
    assertThat(client.enter(-1, 0)).isEqualTo(SyscallError.INVALID_ADDRESS.result());
    assertThat(client.enter(Long.MIN_VALUE, 0)).isEqualTo(SyscallError.INVALID_ADDRESS.result());
    assertThat(client.enter(0, client.memory().whole().address()))
        .isEqualTo(SyscallError.INVALID_ADDRESS.result());
  }

  @Test
  void enteringWithoutARingSaysSo() {
    Domain second = opened(QUOTAS);
    assertThat(second.invoke(2003, 0, 0)).isEqualTo(SyscallError.RING_NOT_SETUP.result());
  }
}
