// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** {@code sys_capability_revoke}: a whole subtree dies at once, in flight too. */
class RevokeTest extends Conformance {

  private static final long PIPE = Rights.READ | Rights.WRITE | Rights.DUP;

  private void assertDead(long id) {
    assertThat(client.run(client.query(id, client.queryRoom())))
        .failedWith(SyscallError.INVALID_HANDLE);
    assertThat(client.dup(id, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
    assertThat(client.revoke(id)).isEqualTo(SyscallError.INVALID_HANDLE.result());
    assertThat(client.run(client.close(id))).failedWith(SyscallError.INVALID_HANDLE);
  }

  private void assertLive(long id) {
    assertThat(client.run(client.query(id, client.queryRoom()))).succeeded();
  }

  // ---- who dies --------------------------------------------------------------------------------

  @Test
  void whatWasRevokedIsNoHandleAfterwards() {
    long copy = client.duplicate(root, Rights.STAT);
    assertThat(client.revoke(copy)).isZero();
    assertDead(copy);
  }

  @Test
  void revokingNeedsNoRight() {
    assertThat(client.revoke(client.duplicate(source, 0))).isZero();
  }

  @Test
  void aRevokeReachesDuplicatesAtEveryDepth() {
    long top = client.duplicate(root, Rights.DIRECTORY_FULL);
    List<Long> below = new ArrayList<>();
    long deepest = top;
    for (int i = 0; i < 100; i++) {
      deepest = client.duplicate(deepest, Rights.DIRECTORY_FULL);
      below.add(deepest);
      below.add(client.duplicate(deepest, Rights.STAT));
    }
    assertThat(client.revoke(top)).isZero();
    below.forEach(this::assertDead);
  }

  @Test
  void aRevokeReachesWhatWasOpened() {
    directory("d");
    file("d/file", "content");
    long top = client.duplicate(root, Rights.DIRECTORY_FULL);
    long inner = client.opened(top, "d", Rights.DIRECTORY_FULL);
    long file = client.opened(inner, "file", Rights.READ | Rights.DUP);
    long copy = client.duplicate(file, Rights.READ);
    assertThat(client.revoke(top)).isZero();
    for (long each : new long[] {top, inner, file, copy}) {
      assertDead(each);
    }
  }

  @Test
  void parentsAndSiblingsAreUntouched() {
    long first = client.duplicate(root, Rights.DIRECTORY_FULL);
    long second = client.duplicate(root, Rights.DIRECTORY_FULL);
    long child = client.duplicate(first, Rights.DIRECTORY_FULL);
    long sibling = client.duplicate(first, Rights.DIRECTORY_FULL);
    assertThat(client.revoke(child)).isZero();
    assertDead(child);
    for (long each : new long[] {root, first, second, sibling}) {
      assertLive(each);
      assertThat(client.run(client.stat(each, ".", client.statusRoom()))).succeededWith(0);
    }
  }

  @Test
  void aGrantCanBeRevokedByItsHolder() {
    assertThat(client.revoke(root)).isZero();
    assertDead(root);
  }

  @Test
  void slotsOfTheDeadAreFree() {
    long before = Inspection.slotsLeft(client);
    long top = client.duplicate(root, Rights.DIRECTORY_FULL);
    for (int i = 0; i < 20; i++) {
      client.duplicate(top, 0);
    }
    assertThat(Inspection.slotsLeft(client)).isEqualTo(before - 21);
    client.revoke(top);
    assertThat(Inspection.slotsLeft(client)).isEqualTo(before);
  }

  @Test
  void revokingOnesDuplicatesDoesNotEndTheResource() {
    long file = fileWith("0123456789", Rights.READ | Rights.DUP);
    assertThat(client.revoke(client.duplicate(file, Rights.READ))).isZero();
    assertThat(client.run(client.read(file, room(10)))).succeededWith(10);
  }

  @Test
  void revokingTheLastCapabilityFreesTheResource() {
    Entry read = client.read(source, room(8));
    client.submit(read);
    assertThat(client.revoke(sink)).isZero();
    assertThat(client.await(read)).succeededWith(0);
  }

  // ---- in flight -------------------------------------------------------------------------------

  @Test
  void whatIsInFlightCompletesAsRevoked() {
    Range room = room(16);
    client.memory().fill(room, 0x55);
    Entry read = client.read(source, room);
    client.submit(read);
    assertThat(client.revoke(source)).isZero();
    assertThat(client.run(client.write(sink, "late")).result()).isNotZero();
    assertThat(client.memory().bytes(room)).containsOnly(0x55);
    assertThat(client.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
  }

  @Test
  void revokingAParentCancelsTheChildsPendingRead() {
    long parent = client.duplicate(source, PIPE & ~Rights.WRITE);
    long child = client.duplicate(client.duplicate(parent, Rights.READ | Rights.DUP), Rights.READ);
    Entry read = client.read(child, room(16));
    client.submit(read);
    assertThat(client.revoke(parent)).isZero();
    assertThat(client.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertDead(child);
  }

  @Test
  void whatIsInFlightThroughOthersGoesOn() {
    long copy = client.duplicate(source, Rights.READ);
    Range room = room(4);
    Entry mine = client.read(source, room);
    Entry theirs = client.read(copy, room(4));
    client.submit(mine, theirs);
    assertThat(client.revoke(copy)).isZero();
    assertThat(client.await(theirs)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(client.run(client.write(sink, "data"))).succeededWith(4);
    assertThat(client.await(mine)).succeededWith(4);
    assertThat(text(room, 4)).isEqualTo("data");
  }

  @Test
  void pollsAndManyReadsAllCompleteAsRevoked() {
    long copy = client.duplicate(source, Rights.READ);
    Entry[] pending = new Entry[ENTRIES];
    for (int i = 0; i < ENTRIES; i++) {
      pending[i] = i % 2 == 0 ? client.read(copy, room(8)) : client.poll(copy, 1);
    }
    client.submit(pending);
    assertThat(client.revoke(copy)).isZero();
    for (Entry each : pending) {
      assertThat(client.await(each)).failedWith(SyscallError.CAPABILITY_REVOKED);
    }
  }

  @Test
  void whatIsInFlightOnAnotherRingCompletesAsRevoked() {
    Client second = client.another(4, ringFlags());
    long copy = client.duplicate(source, Rights.READ);
    Entry read = second.read(copy, room(8));
    second.submit(read);
    assertThat(client.revoke(copy)).isZero();
    assertThat(second.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
  }

  @Test
  void aRevokeBreaksTheChainOfWhatItCancels() {
    long copy = client.duplicate(source, Rights.READ);
    Entry read = client.read(copy, room(8)).link();
    Entry next = client.makeDirectory(root, "never");
    client.submit(read, next);
    assertThat(client.revoke(copy)).isZero();
    assertThat(client.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(client.await(next)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(tree.resolve("never")).doesNotExist();
  }

  @Test
  void whatStartsAfterTheRevokeInAChainFindsNoHandle() {
    long copy = client.duplicate(root, Rights.CREATE);
    Entry read = client.read(source, room(8)).link();
    Entry next = client.makeDirectory(copy, "never");
    client.submit(read, next);
    assertThat(client.revoke(copy)).isZero();
    client.run(client.write(sink, "12345678"));
    assertThat(client.await(read)).succeededWith(8);
    Completion late = client.await(next);
    assertThat(SyscallError.ofResult(late.result()))
        .isIn(SyscallError.INVALID_HANDLE, SyscallError.CAPABILITY_REVOKED);
    assertThat(tree.resolve("never")).doesNotExist();
  }

  @Test
  void aRevokeReachesWhatAClosedDescendantHasInFlight() {
    long parent = client.duplicate(source, Rights.READ | Rights.DUP);
    long child = client.duplicate(parent, Rights.READ);
    Range room = room(8);
    client.memory().fill(room, 0x55);
    Entry read = client.read(child, room);
    client.submit(read);
    assertThat(client.run(client.close(child))).succeededWith(0);
    assertThat(client.revoke(parent)).isZero();
    assertThat(client.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(client.run(client.write(sink, "data"))).succeededWith(4);
    Range mine = room(4);
    assertThat(client.run(client.read(source, mine))).succeededWith(4);
    assertThat(text(mine, 4)).isEqualTo("data");
    assertThat(client.memory().bytes(room)).containsOnly(0x55);
  }

  @Test
  void nothingIsWrittenThroughARevokedCapability() {
    long file = fileWith("original", Rights.READ_WRITE);
    long writer = client.duplicate(file, Rights.WRITE);
    assertThat(client.revoke(writer)).isZero();
    assertThat(client.run(client.write(writer, "changed!")))
        .failedWith(SyscallError.INVALID_HANDLE);
    assertThat(content("file")).isEqualTo("original");
  }

  @Test
  void revokingABuffersCapabilityEndsTheBuffer() {
    Range memory = room(4096);
    long buffer = client.run(client.register(memory, 7)).capability();
    Entry read = client.read(source, room(1)).fixed(7, 0, 64);
    client.submit(read);
    // taken is not yet begun, but what was taken before a completed entry has begun
    client.run(client.nop());
    assertThat(client.revoke(buffer)).isZero();
    assertThat(client.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertDead(buffer);
    assertThat(client.run(client.read(source, room(1)).fixed(7, 0, 64)))
        .failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(client.run(client.register(memory, 7)).result()).isEqualTo(7);
  }

  // ---- from several threads --------------------------------------------------------------------

  @Test
  void anotherThreadCanRevoke() throws Exception {
    for (int round = 0; round < 50; round++) {
      long copy = client.duplicate(source, Rights.READ);
      Entry read = client.read(copy, new Range(client.memory().whole().address(), 8));
      client.submit(read);
      AtomicLong register = new AtomicLong(-1);
      Thread other = Thread.ofPlatform().start(() -> register.set(client.revoke(copy)));
      assertThat(client.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
      other.join();
      assertThat(register.get()).isZero();
    }
  }

  @Test
  void anAncestorAndADescendantCanBeRevokedAtOnce() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 300; round++) {
        long ancestor = client.duplicate(source, Rights.READ | Rights.DUP);
        long descendant = client.duplicate(ancestor, Rights.READ);
        Entry read = client.read(descendant, new Range(client.memory().whole().address(), 8));
        client.submit(read);
        Future<Long> above = threads.submit(() -> together(start, ancestor));
        Future<Long> below = threads.submit(() -> together(start, descendant));
        assertThat(client.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
        assertThat(above.get()).isZero();
        assertThat(below.get())
            .isIn(
                0L,
                (long) SyscallError.INVALID_HANDLE.result(),
                (long) SyscallError.CAPABILITY_REVOKED.result());
        assertDead(descendant);
      }
    }
  }

  private long together(CyclicBarrier start, long id) throws Exception {
    start.await();
    return client.revoke(id);
  }

  @Test
  void noStormOfDuplicatesOutrunsARevoke() throws Exception {
    for (int round = 0; round < 20; round++) {
      long top = client.duplicate(root, Rights.DIRECTORY_FULL);
      AtomicBoolean over = new AtomicBoolean();
      AtomicLong made = new AtomicLong();
      List<Long> ids = new ArrayList<>();
      Thread storm = Thread.ofPlatform().start(() -> storm(top, over, made, ids));
      eventually("the storm has begun", () -> made.get() > 20);
      assertThat(client.revoke(top)).isZero();
      for (int i = 0; i < 5; i++) {
        assertThat(client.dup(top, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
      }
      over.set(true);
      storm.join();
      ids.forEach(
          id -> assertThat(client.dup(id, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result()));
    }
  }

  /** Duplicates the newest of its own until that fails for good. */
  private void storm(long top, AtomicBoolean over, AtomicLong made, List<Long> ids) {
    long newest = top;
    while (!over.get()) {
      long copy = client.dup(newest, Rights.DIRECTORY_FULL);
      if (copy > 0) {
        ids.add(copy);
        made.incrementAndGet();
        newest = copy;
      } else if (copy == SyscallError.QUOTA_EXCEEDED.result()) {
        client.revoke(ids.get(ids.size() / 2));
        newest = top;
      } else {
        newest = top;
      }
    }
  }

  @Test
  void opensThatRaceARevokeLeaveNothingAlive() throws ExecutionException, InterruptedException {
    file("file", "content");
    long before = Inspection.slotsLeft(client);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 200; round++) {
        long top = client.duplicate(root, Rights.DIRECTORY_FULL);
        Range path = client.memory().hold("file");
        Entry[] opens = new Entry[8];
        for (int i = 0; i < opens.length; i++) {
          opens[i] = client.open(top, path, 0, Rights.READ);
        }
        Future<Long> revoked = thread.submit(() -> client.revoke(top));
        for (Completion done : client.runAll(opens)) {
          if (done.result() > 0) {
            revoked.get();
            assertDead(done.capability());
          } else {
            assertThat(SyscallError.ofResult(done.result()))
                .isIn(SyscallError.INVALID_HANDLE, SyscallError.CAPABILITY_REVOKED);
          }
        }
        assertThat(revoked.get()).isZero();
      }
    }
    assertThat(Inspection.slotsLeft(client)).isEqualTo(before);
  }

  @Test
  void makingWhileRevokingEitherHappensOrSaysSo() throws Exception {
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 100; round++) {
        long top = client.duplicate(root, Rights.DIRECTORY_FULL);
        Entry make = client.open(top, "f" + round, OpenFlags.CREATE, Rights.WRITE);
        Future<Long> revoked = thread.submit(() -> client.revoke(top));
        Completion done = client.run(make);
        assertThat(revoked.get()).isZero();
        if (done.result() == SyscallError.INVALID_HANDLE.result()) {
          assertThat(tree.resolve("f" + round)).doesNotExist();
        } else if (done.result() >= 0) {
          assertThat(tree.resolve("f" + round)).exists();
        }
      }
    }
  }
}
