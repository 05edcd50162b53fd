// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CancelFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CANCEL: what it matches, what it answers, and one completion each. */
class CancelTest extends Conformance {

  private static final Duration NEVER = Duration.ofDays(1);

  private Entry pending(long capability, long tag) {
    Entry read = client.read(capability, room(16)).tag(tag);
    client.submit(read);
    return read;
  }

  private static Entry cancelAny() {
    return Entry.of(OpCode.CANCEL).auxiliary1(CancelFlags.ANY);
  }

  private void assertCancelled(Entry... entries) {
    for (Entry each : entries) {
      assertThat(client.await(each)).isOf(each).failedWith(SyscallError.OPERATION_CANCELLED);
    }
  }

  private void assertPipeIsWell() {
    Range room = room(16);
    assertThat(client.run(client.write(sink, "well"))).succeededWith(4);
    assertThat(client.run(client.read(source, room))).succeededWith(4);
    assertThat(text(room, 4)).isEqualTo("well");
  }

  // ---- what it matches -------------------------------------------------------------------------

  @Test
  void oneOperationIsFoundByItsTag() {
    Entry read = pending(source, 5);
    Entry other = pending(source, 6);
    assertThat(client.run(client.cancel(5))).succeededWith(0).isPlain();
    assertCancelled(read);
    client.run(client.write(sink, "x"));
    assertThat(client.await(other)).succeededWith(1);
  }

  @Test
  void ofSeveralWithOneTagOneIsCancelled() {
    pending(source, 5);
    pending(source, 5);
    assertThat(client.run(client.cancel(5).tag(9))).succeededWith(0);
    assertThat(client.collect(1).get(0)).failedWith(SyscallError.OPERATION_CANCELLED);
    client.run(client.write(sink, "x").tag(7));
    assertThat(client.collect(1).get(0)).succeededWith(1);
  }

  @Test
  void allWithOneTagAreCancelledAndCounted() {
    Entry first = pending(source, 5);
    pending(source, 5);
    pending(source, 5);
    Entry other = pending(source, 6);
    assertThat(client.run(client.cancelAll(5))).succeededWith(3);
    assertCancelled(first, first, first);
    assertThat(client.run(client.cancelAll(6))).succeededWith(1);
    assertCancelled(other);
    assertPipeIsWell();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, 1L << 62, 1L << 61})
  void everyTagIsAsGoodAsAnother(long tag) {
    Entry read = pending(source, tag);
    assertThat(client.run(client.cancel(tag).tag(1234))).succeededWith(0);
    assertCancelled(read);
  }

  @Test
  void anyCancelsEverythingOfTheRing() {
    Entry read = pending(source, 1);
    Entry poll = client.poll(source, PollEvents.IN).tag(2);
    Entry timeout = client.timeout(NEVER).tag(3);
    client.submit(poll, timeout);
    assertThat(client.run(cancelAny())).succeededWith(3);
    assertCancelled(read, poll, timeout);
    assertPipeIsWell();
  }

  @Test
  void byCapabilityItMatchesTheIdAndNotTheResource() {
    long copy = client.duplicate(source, Rights.READ);
    Entry through = pending(source, 1);
    Entry beside = pending(copy, 2);
    assertThat(client.run(client.cancelAllThrough(source))).succeededWith(1);
    assertCancelled(through);
    assertThat(client.run(client.cancelAllThrough(copy))).succeededWith(1);
    assertCancelled(beside);
    assertPipeIsWell();
  }

  @Test
  void byCapabilityWithoutAllItCancelsOne() {
    pending(source, 4);
    pending(source, 4);
    Entry one = Entry.of(OpCode.CANCEL).capability(source).auxiliary1(CancelFlags.CAPABILITY);
    assertThat(client.run(one)).succeededWith(0);
    assertThat(client.collect(1).get(0)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(client.run(cancelAny())).succeededWith(1);
    assertThat(client.collect(1).get(0)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void byCapabilityAndTagBothMustMatch() {
    long copy = client.duplicate(source, Rights.READ);
    Entry right = pending(source, 1);
    Entry wrongTag = pending(source, 2);
    Entry wrongCapability = pending(copy, 1);
    Entry cancel =
        client
            .cancelAllThrough(source)
            .addr(1)
            .auxiliary1(CancelFlags.ALL | CancelFlags.CAPABILITY | CancelFlags.USER_DATA)
            .tag(50);
    assertThat(client.run(cancel)).succeededWith(1);
    assertCancelled(right);
    assertThat(client.pending()).isZero();
    assertThat(client.run(cancelAny())).succeededWith(2);
    assertCancelled(wrongTag, wrongCapability);
  }

  @Test
  void itCancelsPollsAndTimeoutsToo() {
    Entry poll = client.poll(source, PollEvents.IN).tag(1);
    Entry timeout = client.timeout(NEVER).tag(2);
    client.submit(poll, timeout);
    assertThat(client.run(client.cancel(1))).succeededWith(0);
    assertThat(client.run(client.cancel(2))).succeededWith(0);
    assertCancelled(poll, timeout);
  }

  // ---- what it does not match ------------------------------------------------------------------

  @Test
  void nothingThatMatchesIsNotFound() {
    Entry read = pending(source, 1);
    assertThat(client.run(client.cancel(2))).failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(client.cancelAll(2))).failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(client.cancelAllThrough(sink))).failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(client.cancelAllThrough(12_345))).failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(client.cancel(1))).succeededWith(0);
    assertCancelled(read);
    assertThat(client.run(client.cancel(1))).failedWith(SyscallError.NOT_FOUND);
  }

  @Test
  void itNeverMatchesItself() {
    assertThat(client.run(client.cancel(77).tag(77))).failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(client.cancelAll(77).tag(77))).failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(cancelAny())).failedWith(SyscallError.NOT_FOUND);
  }

  @Test
  void itNeverMatchesALinkTimeout() {
    Entry read = client.read(source, room(4)).tag(1).link();
    Entry limit = client.linkTimeout(NEVER).tag(2);
    client.submit(read, limit);
    assertThat(client.run(client.cancel(2))).failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(cancelAny())).succeededWith(1);
    assertCancelled(read, limit);
  }

  @Test
  void itNeverReachesAnotherRing() {
    Client other = client.another(4, ringFlags());
    Entry theirs = other.read(source, room(4)).tag(5);
    other.submit(theirs);
    assertThat(client.run(client.cancel(5))).failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(cancelAny())).failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(client.cancelAllThrough(source))).failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(client.write(sink, "xy"))).succeededWith(2);
    assertThat(other.await(theirs)).succeededWith(2);
  }

  @Test
  void unknownFlagsAreInvalid() {
    for (int bit = 4; bit < 64; bit++) {
      assertThat(client.run(client.cancel(1).auxiliary1(1L << bit)))
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
  }

  // ---- what has not begun ----------------------------------------------------------------------

  @Test
  void aCancelDoesNotOvertakeADrain() {
    Entry read = pending(source, 1);
    Entry drain = client.nop().tag(2).drain();
    Entry cancel = client.cancel(1).tag(3);
    client.submit(drain, cancel);
    assertThat(client.pending()).isZero();
    Client other = client.another(2, ringFlags());
    assertThat(other.run(other.write(sink, "x"))).succeededWith(1);
    assertThat(client.await(read)).succeededWith(1);
    assertThat(client.await(drain)).succeededWith(0);
    assertThat(client.await(cancel)).failedWith(SyscallError.NOT_FOUND);
  }

  @Test
  void aDrainThatAnyoneWaitsForEndsWithTheOperationThatIsCancelled() {
    // linked before the drain, so that it begins although the drain waits
    Entry trigger = client.timeout(Duration.ofMillis(2)).tag(1).hardlink();
    Entry cancel = client.cancelAllThrough(source).tag(2);
    Entry read = client.read(source, room(4)).tag(3);
    Entry drain = client.nop(7).tag(4).drain();
    client.submit(trigger, cancel, read, drain);
    assertThat(client.await(trigger)).failedWith(SyscallError.TIMEOUT);
    assertThat(client.await(cancel)).succeededWith(1);
    assertCancelled(read);
    assertThat(client.await(drain)).succeededWith(7);
  }

  @Test
  void whatIsQueuedBehindADrainIsCancelledBeforeItBegins() {
    Entry trigger = client.timeout(Duration.ofMillis(2)).tag(1).hardlink();
    Entry cancel = client.cancel(4).tag(2);
    Entry drain = client.nop(7).tag(3).drain();
    Entry made = client.makeDirectory(root, "never").tag(4);
    client.submit(trigger, cancel, drain, made);
    assertThat(client.await(trigger)).failedWith(SyscallError.TIMEOUT);
    assertThat(client.await(cancel)).succeededWith(0);
    assertThat(client.await(drain)).succeededWith(7);
    assertCancelled(made);
    assertThat(tree.resolve("never")).doesNotExist();
  }

  @Test
  void theRestOfAChainIsCancelledBeforeItBegins() {
    Entry read = client.read(source, room(4)).tag(1).hardlink();
    Entry made = client.makeDirectory(root, "never").tag(2);
    client.submit(read, made);
    assertThat(client.run(client.cancel(2).tag(3))).succeededWith(0);
    client.run(client.write(sink, "x"));
    assertThat(client.await(read)).succeededWith(1);
    assertCancelled(made);
    assertThat(tree.resolve("never")).doesNotExist();
  }

  @Test
  void aCancelledMemberBreaksItsChain() {
    Entry read = client.read(source, room(4)).tag(1).link();
    Entry made = client.makeDirectory(root, "never").tag(2);
    client.submit(read, made);
    assertThat(client.run(client.cancel(1))).succeededWith(0);
    assertCancelled(read, made);
    assertThat(tree.resolve("never")).doesNotExist();
  }

  @Test
  void whatHasAlreadyBeenDecidedIsBusy() {
    // one batch: the NOP is the completion that ends the TIMEOUT, before the CANCEL looks
    Entry timeout = client.timeout(NEVER).len(1).tag(1);
    Entry nop = client.nop().tag(2);
    Entry cancel = client.cancel(1).tag(3);
    client.push(timeout, nop, cancel);
    Completion ended = client.await(timeout);
    Completion cancelled = client.await(cancel);
    client.await(nop);
    if (ended.result() == 0) {
      assertThat(cancelled.result())
          .isIn(SyscallError.BUSY.result(), SyscallError.NOT_FOUND.result());
    } else {
      assertThat(ended).failedWith(SyscallError.OPERATION_CANCELLED);
      assertThat(cancelled).succeededWith(0);
    }
  }

  // ---- once each -------------------------------------------------------------------------------

  @Test
  void eachPairOfAReadAndItsCancelGivesExactlyTwoCompletions() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Client writer = client.another(4, ringFlags());
    Range byteOf = client.memory().hold("x");
    Range room = room(1);
    Map<Long, Integer> results = new HashMap<>();
    int written = 0;
    for (long pair = 0; pair < 1000; pair++) {
      client.push(client.read(source, room).tag(2 * pair));
      if (random.nextBoolean()) {
        for (Completion each : writer.reap()) {
          assertThat(each).succeededWith(1);
        }
        writer.submit(writer.write(sink, byteOf));
        written++;
      }
      client.push(client.cancel(2 * pair).tag(2 * pair + 1));
      for (Completion each : client.collect(2)) {
        assertThat(results.put(each.userData(), each.result())).as("seed %d", seed).isNull();
      }
      int read = results.getOrDefault(2 * pair, 0);
      int cancel = results.getOrDefault(2 * pair + 1, 1);
      boolean cancelled = read == SyscallError.OPERATION_CANCELLED.result() && cancel == 0;
      boolean done =
          read == 1
              && (cancel == SyscallError.NOT_FOUND.result()
                  || cancel == SyscallError.BUSY.result());
      assertThat(cancelled || done).as("seed %d: %d, %d", seed, read, cancel).isTrue();
      if (done) {
        written--;
      }
    }
    // no byte was lost to a read that was cancelled: a last write is behind all others
    assertThat(writer.run(writer.write(sink, byteOf))).succeededWith(1);
    for (Completion each : writer.reap()) {
      assertThat(each).succeededWith(1);
    }
    assertThat(client.run(client.read(source, room(2000)))).succeededWith(written + 1);
  }

  @Test
  void thousandsOfPendingReadsAreCancelledAtOnce() {
    int many = 4096;
    Client wide = client.another(many, ringFlags());
    Range room = room(4);
    List<Entry> reads = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      reads.add(wide.read(source, room).tag(i));
    }
    wide.submit(reads.toArray(Entry[]::new));
    assertThat(wide.run(wide.cancelAllThrough(source).tag(-1))).succeededWith(many);
    boolean[] seen = new boolean[many];
    for (Completion each : wide.collect(many)) {
      assertThat(each).failedWith(SyscallError.OPERATION_CANCELLED);
      assertThat(seen[(int) each.userData()]).isFalse();
      seen[(int) each.userData()] = true;
    }
    assertPipeIsWell();
  }

  @Test
  void cancellingHalfLeavesTheOtherHalfRight() {
    Entry[] reads = new Entry[12];
    for (int i = 0; i < 12; i++) {
      reads[i] = client.read(source, room(1)).tag(i < 6 ? 500 : i);
    }
    client.submit(reads);
    assertThat(client.run(client.cancelAll(500).tag(100))).succeededWith(6);
    for (Completion each : client.collect(6)) {
      assertThat(each).isOf(reads[0]).failedWith(SyscallError.OPERATION_CANCELLED);
    }
    assertThat(client.run(client.write(sink, "abcdef"))).succeededWith(6);
    for (int i = 6; i < 12; i++) {
      assertThat(client.await(reads[i])).succeededWith(1);
    }
  }
}
