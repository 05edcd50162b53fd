// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

/** {@code enter(sqe, cqe)}: one entry, executed to its completion. */
class DirectSubmissionTest extends Conformance {

  private Range entry;
  private Range completion;

  private void slots() {
    entry = room(SubmissionEntry.SIZE);
    completion = room(CompletionEntry.SIZE);
    client.memory().fill(completion, 0x55);
  }

  private Completion direct(Entry wanted) {
    if (entry == null) {
      slots();
    }
    return direct(wanted, entry, completion);
  }

  private Completion direct(Entry wanted, Range from, Range to) {
    Memory memory = client.memory();
    wanted.writeTo(memory.segment(), memory.offsetOf(from.address()));
    assertThat(client.enter(from.address(), to.address())).isZero();
    return Completion.at(memory.segment(), memory.offsetOf(to.address()));
  }

  @Test
  void theCompletionIsThereWhenTheCallReturns() {
    assertThat(direct(client.nop(5).tag(77))).succeededWith(5).isPlain().isOf(client.nop().tag(77));
    long file =
        direct(client.open(root, file("f", "0123").getFileName().toString(), Rights.READ))
            .capability();
    Range room = room(8);
    assertThat(direct(client.read(file, room))).succeededWith(4);
    assertThat(text(room, 4)).isEqualTo("0123");
    assertThat(direct(client.close(file))).succeededWith(0);
    assertThat(direct(client.timeout(Duration.ofMillis(1)))).failedWith(SyscallError.TIMEOUT);
    assertThat(client.pending()).as("the ring hears nothing of it").isZero();
  }

  @Test
  void itIsCheckedLikeAnyEntry() {
    assertThat(direct(client.nop().padding(1))).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(direct(Entry.ofCode(99))).failedWith(SyscallError.INVALID_OP_CODE);
    assertThat(direct(client.read(12_345, room(4)))).failedWith(SyscallError.INVALID_HANDLE);
    assertThat(direct(client.write(client.duplicate(sink, 0), "x"))).missed(Rights.WRITE);
  }

  @Test
  void flagsOfAQueueHaveNoMeaning() {
    assertThat(direct(client.nop().link())).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(direct(client.nop().hardlink())).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(direct(client.nop().drain())).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(direct(client.nop().skipSuccess())).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(direct(client.linkTimeout(Duration.ZERO))).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(direct(client.timeout(Duration.ZERO).len(1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void registeredBuffersAreApartFromThoseOfRings() {
    Range ofRing = room(64);
    Range ofDomain = room(64);
    client.run(client.register(ofRing, 0));
    long file = fileWith("0123", Rights.READ);
    Entry read = client.read(file, room(4)).fixed(0, 0, 4);
    assertThat(direct(read)).failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(direct(client.unregister(0))).failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(direct(client.register(ofDomain, 0)).result()).isZero();
    assertThat(direct(read)).succeededWith(4);
    assertThat(text(ofDomain, 4)).isEqualTo("0123");
    assertThat(client.memory().bytes(ofRing)).containsOnly(0);
    assertThat(direct(client.unregister(0))).succeededWith(0);
    assertThat(direct(read)).failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(client.run(client.read(file, room(4)).fixed(0, 0, 4))).succeededWith(4);
  }

  @Test
  void withoutAPlaceTheCompletionGoesToTheFirstRing() {
    slots();
    Memory memory = client.memory();
    client.nop(6).tag(9).writeTo(memory.segment(), memory.offsetOf(entry.address()));
    assertThat(client.enter(entry.address(), 0)).isZero();
    assertThat(client.collect(1).get(0)).succeededWith(6).isOf(client.nop().tag(9));
  }

  @Test
  void aFirstRingWithoutRoomWouldBlock() {
    slots();
    Memory memory = client.memory();
    client.nop(6).writeTo(memory.segment(), memory.offsetOf(entry.address()));
    for (int i = 0; i < client.completionEntries(); i++) {
      assertThat(client.enter(entry.address(), 0)).isZero();
    }
    assertThat(client.enter(entry.address(), 0)).isEqualTo(SyscallError.WOULD_BLOCK.result());
    assertThat(client.reap()).hasSize(client.completionEntries());
    assertThat(client.enter(entry.address(), 0)).isZero();
    client.collect(1);
  }

  @Test
  void addressesAreAlignedAndInTheArena() {
    slots();
    long at = entry.address();
    long to = completion.address();
    long end = client.memory().end();
    long[][] invalid = {
      {end - 56, to}, {end, to}, {client.base() + 0x4000, to}, {-8, to}, {8, to},
      {at, end - 24}, {at, end}, {at, client.base()}, {at, -8}, {at, 8},
    };
    for (long[] each : invalid) {
      assertThat(client.enter(each[0], each[1])).isEqualTo(SyscallError.INVALID_ADDRESS.result());
    }
    for (int odd = 1; odd < 8; odd++) {
      assertThat(client.enter(at + odd, to)).isEqualTo(SyscallError.NOT_ALIGNED.result());
      assertThat(client.enter(at, to + odd)).isEqualTo(SyscallError.NOT_ALIGNED.result());
    }
    assertThat(direct(client.nop(1), new Range(at, 64), new Range(end - 32, 32))).succeededWith(1);
  }

  @Test
  void itNeedsNoRing() {
    Domain second = opened(QUOTAS);
    long base = second.sharedMemory().address();
    long arena = base + (16L << 20);
    client.nop(3).writeTo(second.sharedMemory(), arena - base);
    assertThat(second.invoke(2003, arena, arena + 64)).isZero();
    assertThat(Completion.at(second.sharedMemory(), arena + 64 - base)).succeededWith(3);
    assertThat(second.invoke(2003, arena, 0)).isEqualTo(SyscallError.RING_NOT_SETUP.result());
  }

  @Test
  void manyPlatformThreadsDoItAtOnce() throws Exception {
    manyThreads(Thread.ofPlatform().factory(), 16);
  }

  @Test
  void manyVirtualThreadsDoItAtOnce() throws Exception {
    manyThreads(Thread.ofVirtual().factory(), 500);
  }

  private void manyThreads(ThreadFactory factory, int count) throws Exception {
    long file = fileWith("0123456789", Rights.READ);
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      Range from = room(SubmissionEntry.SIZE);
      Range to = room(CompletionEntry.SIZE);
      Range data = room(1);
      Thread thread =
          factory.newThread(() -> {
            try {
              for (int round = 0; round < 20; round++) {
                int offset = (number + round) % 10;
                Entry read = client.read(file, data).at(offset).tag(number);
                assertThat(direct(read, from, to)).succeededWith(1).isOf(read);
                assertThat(text(data, 1)).isEqualTo(Integer.toString(offset));
              }
            } catch (RuntimeException | Error e) {
              failures.add(e);
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread each : threads) {
      each.join();
    }
    assertThat(failures).isEmpty();
  }
}
