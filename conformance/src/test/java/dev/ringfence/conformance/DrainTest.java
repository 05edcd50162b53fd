// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** DRAIN: a line that nothing crosses. */
class DrainTest extends Conformance {

  private static void assertOrder(List<Completion> done, Entry... entries) {
    assertThat(done)
        .extracting(Completion::userData)
        .containsExactlyElementsOf(List.of(entries).stream().map(Entry::tag).toList());
  }

  @Test
  void aDrainWaitsForAllEarlierEntriesAndLaterOnesForIt() {
    Entry read = client.read(source, room(1));
    Entry drain = client.nop(1).drain();
    Entry later = client.nop(2);
    client.submit(read, drain, later);
    Client other = client.another(2, ringFlags());
    assertThat(other.run(other.nop(3))).succeededWith(3);
    assertThat(client.pending()).isZero();
    assertThat(other.run(other.write(sink, "x"))).succeededWith(1);
    assertOrder(client.collect(3), read, drain, later);
  }

  @Test
  void aDrainOnAnIdleRingStartsAtOnce() {
    assertThat(client.run(client.nop(1).drain())).succeededWith(1);
  }

  @Test
  void laterEntriesWaitForADrainThatTakesTime() {
    Entry slow = client.timeout(Duration.ofMillis(10)).drain();
    Entry later = client.nop(1);
    List<Completion> done = client.runAll(slow, later);
    assertOrder(done, slow, later);
    assertThat(done.get(0)).failedWith(SyscallError.TIMEOUT);
    assertThat(done.get(1)).succeededWith(1);
  }

  @Test
  void drainsFollowEachOther() {
    Entry first = client.timeout(Duration.ofMillis(6)).drain();
    Entry second = client.timeout(Duration.ofMillis(1)).drain();
    Entry third = client.nop(3).drain();
    assertOrder(client.runAll(first, second, third), first, second, third);
  }

  @Test
  void aDrainInsideAChainHoldsForTheWholeChain() {
    Entry slow = client.timeout(Duration.ofMillis(10));
    Entry head = client.nop(1).link();
    Entry drain = client.nop(2).link().drain();
    Entry end = client.nop(3);
    Entry later = client.nop(4);
    assertOrder(client.runAll(slow, head, drain, end, later), slow, head, drain, end, later);
  }

  @Test
  void aDrainAfterAChainWaitsForAllOfIt() {
    Entry slow = client.timeout(Duration.ofMillis(5)).hardlink();
    Entry end = client.timeout(Duration.ofMillis(5));
    Entry drain = client.nop(1).drain();
    assertOrder(client.runAll(slow, end, drain), slow, end, drain);
  }

  @Test
  void aFailedOperationLetsADrainGoOn() {
    List<Completion> done = client.runAll(Entry.ofCode(99), client.nop(1).drain());
    assertThat(done.get(0)).failedWith(SyscallError.INVALID_OP_CODE);
    assertThat(done.get(1)).succeededWith(1);
  }

  @Test
  void aMalformedDrainEndsItself() {
    List<Completion> done = client.runAll(client.nop(1).drain().padding(1), client.nop(2));
    assertThat(done.get(0)).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(done.get(1)).succeededWith(2);
  }

  @Test
  void aDrainedFsyncComesAfterTheWritesBeforeIt() {
    long file = fileWith("", Rights.WRITE);
    Entry[] batch = new Entry[9];
    for (int i = 0; i < 8; i++) {
      batch[i] = client.write(file, "0123456789").at(10L * i);
    }
    batch[8] = client.fsync(file).drain();
    List<Completion> done = client.runAll(batch);
    assertThat(done.get(8)).isOf(batch[8]).succeededWith(0);
    assertThat(content("file")).hasSize(80);
  }

  @Test
  void aDrainBehindATimedOutOperationDoesNotHang() {
    Entry read = client.read(source, room(1)).link();
    Entry limit = client.linkTimeout(Duration.ofMillis(5));
    Entry drain = client.nop(1).drain();
    List<Completion> done = client.runAll(read, limit, drain);
    assertThat(done.get(2)).isOf(drain).succeededWith(1);
  }

  @Test
  void aTimedDrainEnds() {
    Entry read = client.read(source, room(1)).link().drain();
    Entry limit = client.linkTimeout(Duration.ofMillis(5));
    Entry later = client.nop(1);
    client.submit(read, limit, later);
    assertThat(client.await(read)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(client.await(limit)).failedWith(SyscallError.TIMEOUT);
    assertThat(client.await(later)).succeededWith(1);
  }

  @Test
  void aSilentDrainStillDrains() {
    Entry read = client.read(source, room(1));
    Entry drain = client.nop(1).drain().skipSuccess();
    Entry later = client.nop(2);
    client.submit(read, drain, later);
    Client other = client.another(2, ringFlags());
    other.run(other.write(sink, "x"));
    assertOrder(client.collect(2), read, later);
  }

  @Test
  void aDrainDoesNotHoldUpOtherRings() {
    Entry read = client.read(source, room(1));
    client.submit(read, client.nop(1).drain());
    Client other = client.another(4, ringFlags());
    assertThat(other.runAll(other.nop(2).drain(), other.nop(3)))
        .extracting(Completion::result)
        .containsExactly(2, 3);
    other.run(other.write(sink, "x"));
    client.collect(2);
  }

  @Test
  void aDrainWaitsForTheLastCompletionOfAMultishotOperation() {
    Client other = client.another(4, ringFlags());
    long event = event(0);
    long copy = client.duplicate(event, Rights.READ);
    Entry poll = client.pollAgain(copy, PollEvents.IN);
    Entry drain = client.nop(4).drain();
    client.begin(poll);
    client.submit(drain);
    for (int i = 0; i < 3; i++) {
      other.run(other.signal(event, 1));
      Completion told = client.await(poll);
      assertThat(told.flags()).isEqualTo(CompletionFlags.MORE);
      assertThat(client.pending()).as("the drain").isZero();
    }
    assertThat(client.revoke(copy)).isZero();
    assertThat(client.await(poll)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(client.await(drain)).succeededWith(4);
  }

  @Test
  void nothingEverOvertakesADrainInARandomMix() {
    long seed = Long.getLong("ringfence.seed", 20_260_101L);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int round = 0; round < 40; round++) {
      Entry[] batch = new Entry[ENTRIES];
      boolean[] drains = new boolean[ENTRIES];
      for (int i = 0; i < ENTRIES; i++) {
        batch[i] =
            random.nextInt(3) == 0
                ? client.timeout(Duration.ofNanos(random.nextInt(300_000)))
                : client.nop(i);
        batch[i].tag(i);
        drains[i] = random.nextInt(4) == 0;
        if (drains[i]) {
          batch[i].drain();
        }
      }
      List<Completion> done = client.runAll(batch);
      for (int place = 0; place < ENTRIES; place++) {
        int index = (int) done.get(place).userData();
        if (drains[index]) {
          assertThat(place)
              .as("seed %s round %s: a drain keeps its place", seed, round)
              .isEqualTo(index);
        }
      }
    }
  }
}
