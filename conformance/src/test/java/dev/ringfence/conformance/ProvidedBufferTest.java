// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.BufferRing;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ProvidedBuffer;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** REGISTER_GROUP, UNREGISTER_GROUP, and READ of a pipe into provided buffers. */
class ProvidedBufferTest extends Conformance {

  private static final int GROUP = 5;
  private static final int COUNT = 4;
  private static final int BYTES = 32;

  private Range ring;
  private int tail;

  @BeforeEach
  void registerGroup() {
    ring = room((int) BufferRing.sizeFor(COUNT));
    assertThat(client.run(client.registerGroup(ring, COUNT, GROUP))).succeededWith(GROUP);
    tail = 0;
  }

  private long head() {
    return client.memory().offsetOf(ring.address());
  }

  private void provide(long address, int length, int id) {
    long entry =
        head() + BufferRing.ENTRIES_OFFSET + (long) (tail & COUNT - 1) * ProvidedBuffer.SIZE;
    ProvidedBuffer.setAddr(client.segment(), entry, address);
    ProvidedBuffer.setLen(client.segment(), entry, length);
    ProvidedBuffer.setId(client.segment(), entry, id);
    BufferRing.setTailRelease(client.segment(), head(), ++tail);
  }

  private Range provide(int id) {
    Range buffer = room(BYTES);
    provide(buffer.address(), BYTES, id);
    return buffer;
  }

  private static void assertUsed(Completion done, int id) {
    assertThat(done.flags()).isEqualTo(CompletionFlags.BUFFER | id << CompletionFlags.BUFFER_SHIFT);
  }

  @Test
  void aReadTakesTheNextBufferWhenThereIsSomething() {
    Range first = provide(700);
    Entry read = client.readSelecting(source, GROUP);
    client.submit(read);
    assertThat(BufferRing.head(client.segment(), head())).isZero();
    client.run(client.write(sink, "data"));
    Completion done = client.await(read);
    assertThat(done).succeededWith(4);
    assertUsed(done, 700);
    assertThat(text(first, 4)).isEqualTo("data");
    assertThat(BufferRing.head(client.segment(), head())).isEqualTo(1);
  }

  @Test
  void buffersAreTakenInTheirOrderAndAroundTheRing() {
    for (int i = 0; i < 3 * COUNT; i++) {
      Range buffer = provide(65_535 - i);
      client.run(client.write(sink, "n" + i));
      Completion done = client.run(client.readSelecting(source, GROUP));
      assertUsed(done, 65_535 - i);
      assertThat(text(buffer, done.result())).isEqualTo("n" + i);
    }
  }

  @Test
  void atMostLenBytesAreReadAndAtMostABuffer() {
    Range first = provide(1);
    Range second = provide(2);
    client.run(client.write(sink, "x".repeat(BYTES + 10)));
    assertThat(client.run(client.readSelecting(source, GROUP).len(7))).succeededWith(7);
    assertThat(client.run(client.readSelecting(source, GROUP))).succeededWith(BYTES);
    assertThat(text(first, 8)).isEqualTo("xxxxxxx\0");
    assertThat(text(second, BYTES)).isEqualTo("x".repeat(BYTES));
  }

  @Test
  void anEmptyGroupLosesNothing() {
    client.run(client.write(sink, "kept"));
    assertThat(client.run(client.readSelecting(source, GROUP)))
        .failedWith(SyscallError.OUT_OF_MEMORY);
    Range buffer = provide(3);
    assertThat(client.run(client.readSelecting(source, GROUP))).succeededWith(4);
    assertThat(text(buffer, 4)).isEqualTo("kept");
  }

  @Test
  void aBufferThatWasNotUsedIsTheNextOnesAgain() {
    Range buffer = provide(8);
    long[] pipe = pair(OpCode.PIPE_CREATE);
    client.run(client.close(pipe[1]));
    // the end of the stream takes no buffer
    assertThat(client.run(client.readSelecting(pipe[0], GROUP))).succeededWith(0).isPlain();
    client.run(client.write(sink, "later"));
    Completion done = client.run(client.readSelecting(source, GROUP));
    assertUsed(done, 8);
    assertThat(text(buffer, 5)).isEqualTo("later");
  }

  @Test
  void buffersThatOthersTookMeanwhileAreNotGivenTwice() {
    long[] empty = pair(OpCode.PIPE_CREATE);
    for (int round = 0; round < 20; round++) {
      provide(100);
      provide(200);
      // both see one byte; one of them takes it, the other holds a buffer and waits
      Entry one = client.readSelecting(empty[0], GROUP).len(1);
      Entry two = client.readSelecting(empty[0], GROUP).len(1);
      client.submit(one, two);
      client.run(client.write(empty[1], "x"));
      Completion first = client.collect(1).get(0);
      Entry waiting = first.userData() == one.tag() ? two : one;
      client.run(client.cancel(waiting.tag()));
      assertThat(client.await(waiting)).failedWith(SyscallError.OPERATION_CANCELLED);
      int used = first.flags() >>> CompletionFlags.BUFFER_SHIFT;
      client.run(client.write(sink, "y"));
      Completion next = client.run(client.readSelecting(source, GROUP));
      assertUsed(next, used == 100 ? 200 : 100);
    }
  }

  @Test
  void aTailThatCannotBeIsInvalidState() {
    provide(1);
    client.run(client.write(sink, "kept"));
    BufferRing.setTailRelease(client.segment(), head(), COUNT + 1);
    assertThat(client.run(client.readSelecting(source, GROUP)))
        .failedWith(SyscallError.INVALID_STATE);
    BufferRing.setTailRelease(client.segment(), head(), -1);
    assertThat(client.run(client.readSelecting(source, GROUP)))
        .failedWith(SyscallError.INVALID_STATE);
    BufferRing.setTailRelease(client.segment(), head(), 1);
    assertThat(client.run(client.readSelecting(source, GROUP))).succeededWith(4);
  }

  @Test
  void anEntryOutsideTheArenaOrEmptyEndsTheOperationThatMeetsIt() {
    client.run(client.write(sink, "kept"));
    provide(client.memory().end() - 4, 8, 1);
    provide(8, 8, 2);
    provide(room(8).address(), 0, 3);
    provide(room(8).address(), -1, 4);
    for (int i = 0; i < COUNT; i++) {
      assertThat(client.run(client.readSelecting(source, GROUP)))
          .failedWith(SyscallError.INVALID_ADDRESS);
    }
    provide(5);
    assertUsed(client.run(client.readSelecting(source, GROUP)), 5);
  }

  @Test
  void whatTheProgramWritesOverTheHeadIsNotRead() {
    provide(1);
    provide(2);
    BufferRing.setHead(client.segment(), head(), 77);
    client.run(client.write(sink, "a"));
    assertUsed(client.run(client.readSelecting(source, GROUP)), 1);
    client.run(client.write(sink, "b"));
    assertUsed(client.run(client.readSelecting(source, GROUP)), 2);
    assertThat(BufferRing.head(client.segment(), head())).isEqualTo(2);
  }

  @Test
  void anUnregisteredGroupEndsThoseWhoWaitWithIt() {
    provide(1);
    Entry read = client.readSelecting(source, GROUP);
    client.submit(read);
    assertThat(client.run(client.unregisterGroup(GROUP))).succeededWith(0);
    client.run(client.write(sink, "kept"));
    assertThat(client.await(read)).failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(client.run(client.readSelecting(source, GROUP)))
        .failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(client.run(client.unregisterGroup(GROUP)))
        .failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(client.run(client.read(source, room(4)))).succeededWith(4);
  }

  @Test
  void thousandsCanWaitWithOneBuffer() {
    Client many = client.another(64, ringFlags());
    Range wide = room((int) BufferRing.sizeFor(1));
    many.run(many.registerGroup(wide, 1, 0));
    Entry[] reads = new Entry[64];
    for (int i = 0; i < reads.length; i++) {
      reads[i] = many.readSelecting(source, 0);
    }
    many.submit(reads);
    assertThat(many.run(many.cancelAllThrough(source))).succeededWith(reads.length);
    for (Entry read : reads) {
      assertThat(many.await(read)).failedWith(SyscallError.OPERATION_CANCELLED);
    }
  }

  @Test
  void aRevokedReaderTakesNeitherDataNorBuffer() {
    Range buffer = provide(9);
    long child = client.duplicate(source, Rights.READ);
    Entry read = client.readSelecting(child, GROUP);
    client.begin(read);
    client.revoke(child);
    assertThat(client.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
    client.run(client.write(sink, "mine"));
    assertUsed(client.run(client.readSelecting(source, GROUP)), 9);
    assertThat(text(buffer, 4)).isEqualTo("mine");
  }

  @Test
  void onlyPipesAndOnlyWithoutAnAddressAndNotWithABuffer() {
    provide(1);
    long file = fileWith("x", Rights.READ);
    assertThat(client.run(client.readSelecting(file, GROUP)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.readSelecting(source, GROUP).addr(room(8).address())))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.readSelecting(source, GROUP).with(SubmissionFlags.FIXED_BUFFER)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.write(sink, "x").with(SubmissionFlags.BUFFER_SELECT)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.readSelecting(source, 256)))
        .failedWith(SyscallError.INVALID_BUFFER_INDEX);
    assertThat(client.run(client.readSelecting(source, GROUP + 1)))
        .failedWith(SyscallError.BUFFER_NOT_REGISTERED);
  }

  @Test
  void theKernelChoosesAFreeIndexUntilNoneIs() {
    assertThat(client.run(client.registerGroup(ring, COUNT, SubmissionEntry.ANY_BUFFER)))
        .succeededWith(0);
    assertThat(client.run(client.registerGroup(ring, COUNT, GROUP)))
        .failedWith(SyscallError.ALREADY_EXISTS);
    for (int i = 2; i < 256; i++) {
      assertThat(client.run(client.registerGroup(ring, COUNT, SubmissionEntry.ANY_BUFFER)))
          .succeeded();
    }
    assertThat(client.run(client.registerGroup(ring, COUNT, SubmissionEntry.ANY_BUFFER)))
        .failedWith(SyscallError.QUOTA_EXCEEDED);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, -1, 65_536})
  void aGroupHasAPowerOfTwoOfEntries(int entries) {
    assertThat(client.run(client.registerGroup(ring, entries, 1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void aGroupLiesInTheArenaAndAligned() {
    assertThat(client.run(client.registerGroup(ring.from(8), COUNT, 1)))
        .failedWith(SyscallError.NOT_ALIGNED);
    assertThat(
            client.run(client.registerGroup(new Range(client.memory().end() - 64, 64), COUNT, 1)))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.registerGroup(ring, COUNT, 256)))
        .failedWith(SyscallError.INVALID_BUFFER_INDEX);
    assertThat(client.run(client.unregisterGroup(-1)))
        .failedWith(SyscallError.INVALID_BUFFER_INDEX);
  }

  // ---- POLL of a pipe, again and again ---------------------------------------------------------

  @Test
  void aMultishotPollTellsAgainWhenItWasReadAndIsStillReady() {
    Entry poll = client.pollAgain(source, PollEvents.IN);
    client.submit(poll);
    client.run(client.write(sink, "ab"));
    for (int i = 0; i < 2; i++) {
      Completion told = client.await(poll);
      assertThat(told).succeededWith(PollEvents.IN);
      assertThat(told.flags()).isEqualTo(CompletionFlags.MORE);
    }
    Completion read = client.run(client.read(source, room(2)));
    assertThat(read).succeededWith(2);
    client.submit(client.cancel(poll.tag()).skipSuccess());
    Completion last = client.await(poll);
    while (last.flags() == CompletionFlags.MORE) {
      last = client.await(poll);
    }
    assertThat(last).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void aMultishotPollOfWhatStaysReadyDoesNotFillTheQueue() {
    Entry poll = client.pollAgain(sink, PollEvents.OUT);
    client.submit(poll);
    for (int i = 0; i < 4 * ENTRIES; i++) {
      client.serve();
    }
    assertThat(client.pending()).isLessThanOrEqualTo(1);
    assertThat(client.await(poll).flags()).isEqualTo(CompletionFlags.MORE);
    client.serve();
    assertThat(client.await(poll).flags()).isEqualTo(CompletionFlags.MORE);
    assertThat(client.run(client.cancel(poll.tag())).result()).isIn(0, -5);
    Completion last = client.await(poll);
    while (last.flags() == CompletionFlags.MORE) {
      last = client.await(poll);
    }
    assertThat(last.flags()).isZero();
  }

  @Test
  void aMultishotPollThatWaitsToBeReadIsRevoked() {
    long child = client.duplicate(sink, Rights.WRITE);
    Entry poll = client.pollAgain(child, PollEvents.OUT);
    client.submit(poll);
    eventually("told", () -> client.pending() == 1 || client.enter() != 0);
    assertThat(client.revoke(child)).isZero();
    assertThat(client.await(poll)).succeededWith(PollEvents.OUT);
    assertThat(client.await(poll)).failedWith(SyscallError.CAPABILITY_REVOKED);
  }
}
