// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Doorbell;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Impossible indices: the ring is given up, once, and nothing else notices. */
class PoisonTest extends Conformance {

  /** Has the kernel look at the ring until it has seen what is wrong. */
  private static void assertPoisoned(Client ring) {
    awaitPoison(ring);
    assertThat(ring.enter()).isEqualTo(SyscallError.INVALID_STATE.result());
    assertThat(RingHeader.flags(ring.segment(), ring.completionHeader()))
        .isEqualTo(RingHeader.FLAG_POISONED);
  }

  private static void awaitPoison(Client ring) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!ring.poisoned()) {
      long register = ring.enter();
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the ring is not poisoned, enter says " + register);
      }
      Thread.onSpinWait();
    }
  }

  /** What the ring still posts, by tag; it must be exactly so many. */
  private Map<Long, Integer> posted(Client ring, int count) {
    eventually(
        count + " completions of a poisoned ring",
        () -> {
          ring.enter();
          return ring.pending() >= count;
        });
    Map<Long, Integer> results = new HashMap<>();
    for (Completion each : ring.reap()) {
      assertThat(results.put(each.userData(), each.result())).isNull();
    }
    assertThat(results).hasSize(count);
    return results;
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 17, 1 << 30, Integer.MIN_VALUE, Integer.MIN_VALUE + 16, -16})
  void aTailThatCannotBePoisonsTheRing(int distance) {
    client.run(client.nop());
    Client other = client.another(4, ringFlags());
    client.forgeSubmissionTail(client.submissionTail() + distance);
    assertPoisoned(client);
    assertThat(posted(client, 1)).containsEntry(0L, SyscallError.QUEUE_OVERFLOW.result());
    assertThat(other.run(other.nop(4))).succeededWith(4);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 17, 1 << 30, Integer.MIN_VALUE, -33})
  void aHeadThatCannotBePoisonsTheRing(int distance) {
    client.run(client.nop());
    client.forgeCompletionHead(client.completionHead() + distance);
    client.push(client.nop().tag(3));
    assertPoisoned(client);
    assertThat(posted(client, 1)).containsEntry(0L, SyscallError.QUEUE_OVERFLOW.result());
  }

  @Test
  void aRingIsPoisonedOnceAndForGood() {
    client.forgeSubmissionTail(client.submissionTail() - 1);
    assertPoisoned(client);
    posted(client, 1);
    client.forgeSubmissionTail(client.submissionTail());
    client.push(client.nop());
    for (int i = 0; i < 100; i++) {
      assertThat(client.enter()).isEqualTo(SyscallError.INVALID_STATE.result());
    }
    assertThat(client.pending()).isZero();
    RingHeader.setFlags(client.segment(), client.submissionHeader(), 0);
    assertThat(client.enter()).isEqualTo(SyscallError.INVALID_STATE.result());
  }

  @Test
  void whatIsInFlightIsCancelledAndPosted() {
    Entry read = client.read(source, room(4)).tag(1);
    Entry poll = client.poll(source, PollEvents.IN).tag(2);
    Entry timeout = client.timeout(Duration.ofDays(1)).tag(3);
    Entry linked = client.read(source, room(4)).tag(4).link();
    Entry behind = client.makeDirectory(root, "never").tag(5);
    client.submit(read, poll, timeout, linked, behind);
    client.forgeSubmissionTail(client.submissionTail() - 1);
    assertPoisoned(client);
    Map<Long, Integer> results = posted(client, 6);
    for (long tag = 1; tag <= 5; tag++) {
      assertThat(results).containsEntry(tag, SyscallError.OPERATION_CANCELLED.result());
    }
    assertThat(results).containsEntry(0L, SyscallError.QUEUE_OVERFLOW.result());
    assertThat(tree.resolve("never")).doesNotExist();
  }

  @Test
  void aFullQueueIsPoisonedInSilence() {
    Client ring = client.another(2, ringFlags() | Client.completionOrder(1));
    ring.submit(ring.nop().tag(1), ring.nop().tag(2));
    eventually("two completions", () -> ring.pending() == 2);
    ring.forgeSubmissionTail(ring.submissionTail() - 1);
    assertPoisoned(ring);
    assertThat(posted(ring, 2)).containsOnlyKeys(1L, 2L);
  }

  @Test
  void aThreadThatWaitsHearsOfAPoisonThatPostsNothing() {
    Client ring = client.another(2, ringFlags() | Client.completionOrder(1));
    ring.submit(ring.nop().tag(1), ring.nop().tag(2));
    eventually("two completions", () -> ring.pending() == 2);
    ring.push(ring.nop().tag(3));
    // a poller that sleeps looks when it is entered, and then somebody waits already
    eventually(
        "the poller sleeps",
        () -> !setting.polled() || Doorbell.needsWakeupOpaque(ring.segment(), ring.doorbell()));
    ring.forgeCompletionHead(ring.completionHead() + 3);
    RingHeader.setWaitFor(ring.segment(), ring.completionHeader(), 1);
    assertThat(ring.enter()).isZero();
    assertThat(ring.poisoned()).isTrue();
  }

  @Test
  void anotherDomainDoesNotNotice() {
    Domain second = opened(QUOTAS);
    Client neighbour = Client.setUp(second, 4, ringFlags());
    client.forgeSubmissionTail(client.submissionTail() - 1);
    assertPoisoned(client);
    assertThat(neighbour.run(neighbour.nop(6))).succeededWith(6);
    posted(client, 1);
  }

  @Test
  void theDomainGoesOnWithItsOtherRingsAndCalls() {
    Entry read = client.read(source, room(4)).tag(1);
    client.submit(read);
    client.forgeSubmissionTail(client.submissionTail() - 1);
    assertPoisoned(client);
    posted(client, 2);
    Client other = client.another(4, ringFlags());
    assertThat(other.run(other.write(sink, "abcd"))).succeededWith(4);
    assertThat(other.run(other.read(source, room(4)))).succeededWith(4);
    assertThat(other.revoke(other.duplicate(root, 0))).isZero();
    assertThat(other.run(other.close(source))).succeededWith(0);
  }

  @Test
  void aRingWhoseSharedPagesAreOverwrittenIsPoisonedAndTheKernelLives() {
    client.submit(client.read(source, room(4)).tag(1));
    Domain second = opened(QUOTAS);
    Client neighbour = Client.setUp(second, 4, ringFlags());
    long start = client.base() - client.segment().address();
    long size = RingContext.sizeOf(client.entries(), client.completionEntries());
    client.segment().asSlice(start, size).fill((byte) 0xff);
    for (int i = 0; i < 1000; i++) {
      client.enter();
    }
    assertThat(client.enter()).isEqualTo(SyscallError.INVALID_STATE.result());
    assertThat(neighbour.run(neighbour.nop(8))).succeededWith(8);
    Client other = client.another(4, ringFlags());
    assertThat(other.run(other.nop(9))).succeededWith(9);
    // what this one reads of its own queue is noise now
    client.forgeCompletionHead(client.completionHead());
    RingHeader.setTailRelease(client.segment(), client.completionHeader(), client.completionHead());
  }
}
