// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Doorbell;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SyscallError;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Both queues: space, order, and that no completion is ever lost. */
class QueueTest extends Conformance {

  private Entry[] nops(int first, int count) {
    return IntStream.range(first, first + count)
        .mapToObj(i -> client.nop(i).tag(i))
        .toArray(Entry[]::new);
  }

  @Test
  void theSubmissionQueueHoldsExactlyItsEntries() {
    assertThat(client.room()).isEqualTo(ENTRIES);
    client.push(nops(0, ENTRIES));
    client.serve();
    assertThat(client.room()).isEqualTo(ENTRIES);
    client.collect(ENTRIES);
  }

  @Test
  void entriesAreTakenInOrder() {
    assertThat(client.runAll(nops(0, ENTRIES)))
        .extracting(Completion::userData)
        .containsExactlyElementsOf(IntStream.range(0, ENTRIES).mapToObj(i -> (long) i).toList());
  }

  @Test
  void theQueuesCanGoRoundManyTimes() {
    for (int round = 0; round < 500; round++) {
      int first = round * 7;
      List<Completion> done = client.runAll(nops(first, 7));
      for (int i = 0; i < 7; i++) {
        assertThat(done.get(i)).succeededWith(first + i);
      }
    }
  }

  @Test
  void anEntryIsNotTakenBeforeTheTailCoversIt() {
    Entry hidden = client.nop(5).tag(5);
    client.push(client.nop(1).tag(1), hidden);
    client.forgeSubmissionTail(client.submissionTail() - 1);
    // the poller of another setting may have seen the first tail, so only enter's rings can tell
    if (setting.polled()) {
      client.forgeSubmissionTail(client.submissionTail());
      client.collect(2);
      return;
    }
    assertThat(client.enter()).isZero();
    assertThat(client.pending()).isEqualTo(1);
    client.forgeSubmissionTail(client.submissionTail());
    assertThat(client.collect(2).get(1)).isOf(hidden).succeededWith(5);
  }

  @Test
  void aRefusedEntryInABatchDoesNotStopTheOthers() {
    List<Completion> done =
        client.runAll(
            client.nop(1),
            client.nop(2).padding(1),
            client.nop(3),
            Entry.ofCode(99),
            client.nop(5));
    assertThat(done.get(0)).succeededWith(1);
    assertThat(done.get(1)).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(done.get(2)).succeededWith(3);
    assertThat(done.get(3)).failedWith(SyscallError.INVALID_OP_CODE);
    assertThat(done.get(4)).succeededWith(5);
  }

  @Test
  void whatTheKernelWroteIsNeverReadBack() {
    MemorySegment memory = client.segment();
    client.runAll(nops(0, 5));
    for (long header : new long[] {client.submissionHeader(), client.completionHeader()}) {
      RingHeader.setRingMask(memory, header, -1);
      RingHeader.setRingEntries(memory, header, -1);
      RingHeader.setFlags(memory, header, 0);
      RingHeader.setDropped(memory, header, -1);
      RingHeader.setFeatures(memory, header, -1);
      RingHeader.setEntriesOffset(memory, header, -1);
      RingHeader.setArenaOffset(memory, header, -1);
      RingHeader.setArenaSize(memory, header, -1);
    }
    RingHeader.setHead(memory, client.submissionHeader(), 12_345);
    RingHeader.setTail(memory, client.completionHeader(), 54_321);
    Doorbell.setRing(memory, client.doorbell(), -1);
    Entry nop = client.nop(42);
    // the client believes its own indices: room() would read the head that was scribbled over
    nop.tag(42);
    client.pushBlindly(nop);
    RingHeader.setWaitFor(memory, client.completionHeader(), 1);
    assertThat(client.enter()).isZero();
    assertThat(client.collect(1).get(0)).isOf(nop).succeededWith(42);
  }

  // ---- completions -----------------------------------------------------------------------------

  @Test
  void aCompletionQueueThatIsNotReadLosesNothing() {
    Client ring = client.another(8, ringFlags() | Client.completionOrder(3));
    ring.submit(nops(0, 8));
    ring.push(nops(8, 8));
    assertThat(ring.enter()).isZero();
    eventually("eight completions", () -> ring.pending() == 8);
    assertThat(ring.waitingEntries()).isEqualTo(8);
    assertThat(RingHeader.dropped(ring.segment(), ring.completionHeader())).isZero();
    assertThat(ring.collect(16))
        .extracting(Completion::result)
        .containsExactlyElementsOf(IntStream.range(0, 16).boxed().toList());
  }

  @Test
  void asManyEntriesAreTakenAsCompletionsWereRead() {
    Client ring = client.another(8, ringFlags() | Client.completionOrder(3));
    ring.submit(nops(0, 8));
    // taken is not yet posted: a poller takes a batch first
    eventually("eight completions", () -> ring.pending() == 8);
    ring.push(nops(8, 8));
    ring.fetch(3);
    assertThat(ring.enter()).isZero();
    eventually("three entries are taken", () -> ring.waitingEntries() == 5);
    eventually("a full queue", () -> ring.pending() == 8);
    assertThat(ring.collect(16))
        .extracting(Completion::result)
        .containsExactlyElementsOf(IntStream.range(0, 16).boxed().toList());
  }

  @Test
  void operationsInFlightKeepRoomForTheirCompletions() {
    Client ring = client.another(2, ringFlags() | Client.completionOrder(1));
    Entry first = ring.read(source, room(1));
    Entry second = ring.read(source, room(1));
    Entry nop = ring.nop(3);
    ring.submit(first, second);
    ring.push(nop);
    assertThat(ring.enter()).isZero();
    assertThat(ring.waitingEntries()).isEqualTo(1);
    assertThat(ring.pending()).isZero();
    assertThat(client.run(client.write(sink, "xy"))).succeededWith(2);
    assertThat(ring.await(first)).succeededWith(1);
    assertThat(ring.await(second)).succeededWith(1);
    assertThat(ring.await(nop)).succeededWith(3);
  }

  @Test
  void aConsumerThatNeverReadsIsNotServedAndCostsNothingMore() {
    Client ring = client.another(4, ringFlags() | Client.completionOrder(2));
    ring.submit(nops(0, 4));
    ring.push(nops(4, 4));
    for (int i = 0; i < 1000; i++) {
      assertThat(ring.enter()).isZero();
    }
    eventually("four completions", () -> ring.pending() == 4);
    assertThat(ring.waitingEntries()).isEqualTo(4);
    assertThat(ring.collect(8)).hasSize(8);
  }

  @Test
  void aPeekSeesOnlyWhatIsThere() {
    client.submit(nops(0, 5));
    eventually("five completions", () -> client.pending() == 5);
    client.fetch(2);
    assertThat(client.pending()).isEqualTo(3);
    client.fetch(100);
    assertThat(client.pending()).isZero();
    assertThat(client.reap()).hasSize(5);
  }

  @Test
  void theDoorbellTellsThatCompletionsWerePosted() {
    Doorbell.setCqReadyRelease(client.segment(), client.doorbell(), false);
    client.run(client.nop());
    assertThat(Doorbell.cqReadyAcquire(client.segment(), client.doorbell())).isTrue();
  }

  @Test
  void everyEntryCompletesExactlyOnceInALongMixedRun() {
    file("file", "0123456789");
    long file = client.opened(root, "file", Rights.READ);
    boolean[] seen = new boolean[2000];
    int submitted = 0;
    int completed = 0;
    while (completed < seen.length) {
      List<Entry> batch = new ArrayList<>();
      while (submitted < seen.length && batch.size() < client.room()) {
        Entry next =
            switch (submitted % 4) {
              case 0 -> client.nop(1);
              case 1 -> client.read(file, new Range(client.memory().whole().address(), 4));
              case 2 -> Entry.ofCode(200);
              default -> client.read(12_345, new Range(0, 1));
            };
        batch.add(next.tag(submitted++));
      }
      client.push(batch.toArray(Entry[]::new));
      for (Completion each : client.collect(Math.min(batch.size() + 1, submitted - completed))) {
        assertThat(seen[(int) each.userData()]).isFalse();
        seen[(int) each.userData()] = true;
        completed++;
      }
    }
    assertThat(client.pending()).isZero();
  }
}
