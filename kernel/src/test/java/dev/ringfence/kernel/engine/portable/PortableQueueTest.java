// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.QueueOptions;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Goal: waiting and delivery keep the contract of EngineQueue. Method: one owner, the test. */
@Timeout(60)
class PortableQueueTest {

  private static final long LONG = TimeUnit.HOURS.toNanos(1);

  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(PortableEngine.open());
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Resource file(String content) throws IOException {
    Files.writeString(directory.resolve("file"), content);
    return rig.opened(rig.grant(directory), "file", 0, Rig.READ | Rig.WRITE);
  }

  @Test
  void aWakeBeforeTheWaitEndsIt() {
    rig.queue.wake();
    rig.queue.progress(1, LONG);
  }

  @Test
  void aWakeOutlastsAProgressThatDoesNotWait() {
    rig.queue.wake();
    rig.queue.progress(0, 0);
    rig.queue.progress(0, LONG);
    rig.queue.progress(1, LONG);
  }

  @Test
  void aWakeEndsOneWaitOnly() {
    rig.queue.wake();
    rig.queue.wake();
    rig.queue.progress(1, LONG);
    long before = System.nanoTime();
    rig.queue.progress(1, TimeUnit.MILLISECONDS.toNanos(30));
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(25_000_000L);
  }

  @Test
  void aWakeFromAnotherThreadEndsAWaitWithoutBound() throws InterruptedException {
    for (int i = 0; i < 1000; i++) {
      Thread other = Thread.ofVirtual().start(rig.queue::wake);
      rig.queue.progress(1, Long.MAX_VALUE);
      other.join();
    }
  }

  @Test
  void aWaitEndsWhenItsTimeIsOver() {
    long before = System.nanoTime();
    rig.queue.progress(1, TimeUnit.MILLISECONDS.toNanos(20));
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(20_000_000L);
  }

  @Test
  void aWaitIsNotEndedByTheInterruptFlagAndKeepsIt() throws IOException {
    Resource file = file("abc");
    Thread.currentThread().interrupt();
    Rig.Op read = rig.read(file, 0, 3);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(rig.text(read)).isEqualTo("abc");
    assertThat(rig.text(rig.read(file, 0, 3))).as("the channel is still open").isEqualTo("abc");
  }

  @Test
  void nothingIsDeliveredOutsideProgress() throws IOException {
    Rig.Op poll = rig.start(rig.poll(file("x"), PollEvents.IN));
    assertThat(poll.completions).isZero();
    rig.queue.progress(0, 0);
    assertThat(poll.completions).isEqualTo(1);
    assertThat(poll.result).isEqualTo(PollEvents.IN);
    assertThat(poll.engineState).isNull();
  }

  @Test
  void aVirtualThreadMayRunTheQueue() throws Exception {
    Resource file = file("virtual");
    List<String> seen = new ArrayList<>();
    Thread owner = Thread.ofVirtual().start(() -> seen.add(rig.text(rig.read(file, 0, 7))));
    owner.join();
    assertThat(seen).containsExactly("virtual");
  }

  @Test
  void cancellingTwiceOrTooLateDoesNothing() {
    Engine.Pipe pipe = rig.engine.pipe();
    rig.own(pipe.source());
    rig.own(pipe.sink());
    Rig.Op read = rig.start(rig.transfer(OpCode.READ, pipe.source(), -1, 10));
    rig.queue.cancel(read);
    rig.queue.cancel(read);
    rig.finish(read);
    rig.queue.cancel(read);
    rig.queue.progress(0, 0);
    assertThat(read.error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
    assertThat(read.completions).isEqualTo(1);
  }

  @Test
  void aCancelledFileOperationCompletesOnceWithItsResultOrCancelled() throws IOException {
    Resource file = file("0123456789");
    List<Rig.Op> reads = new ArrayList<>();
    int before = rig.completed.size();
    for (int i = 0; i < 2000; i++) {
      Rig.Op read = rig.start(rig.transfer(OpCode.READ, file, 0, 10));
      rig.queue.cancel(read);
      reads.add(read);
    }
    rig.finishAll(before + 2000);
    for (Rig.Op read : reads) {
      assertThat(read.completions).isEqualTo(1);
      assertThat(read.result).isIn(10L, (long) SyscallError.OPERATION_CANCELLED.result());
    }
  }

  @Test
  void tenThousandReadsAtOnceMakeNoPlatformThreads() throws IOException {
    StringBuilder content = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      content.append(String.format("%08d", i));
    }
    Resource file = file(content.toString());
    int threadsBefore = ManagementFactory.getThreadMXBean().getThreadCount();
    int before = rig.completed.size();
    for (int i = 0; i < 10_000; i++) {
      Rig.Op read = rig.transfer(OpCode.READ, file, i * 8L, 8);
      read.memoryOffset = Rig.AT + i * 8L;
      rig.start(read);
    }
    int threadsDuring = ManagementFactory.getThreadMXBean().getThreadCount();
    rig.finishAll(before + 10_000);
    assertThat(threadsDuring - threadsBefore).isLessThan(64);
    assertThat(rig.completed.stream().skip(before)).allMatch(op -> op.result == 8);
    assertThat(rig.text(Rig.AT, 80_000)).isEqualTo(content.toString());
  }

  @Test
  void awaitAnyEndsWithTheFirstQueueThatHasSomething() throws IOException {
    EngineQueue other = rig.engine.openQueue(new QueueOptions(8, false), rig);
    List<EngineQueue> both = List.of(other, rig.queue);
    other.wake();
    rig.engine.awaitAny(both, LONG);
    Rig.Op read = rig.start(rig.transfer(OpCode.READ, file("abc"), 0, 3));
    rig.engine.awaitAny(both, LONG);
    rig.queue.progress(0, 0);
    assertThat(read.result).isEqualTo(3);
    long before = System.nanoTime();
    rig.engine.awaitAny(both, TimeUnit.MILLISECONDS.toNanos(20));
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(20_000_000L);
    other.close();
  }

  @Test
  void memoryIsZeroAndPageAlignedAndOfWholePages() {
    assertThat(rig.memory().address() % 4096).isZero();
    assertThat(rig.memory().byteSize()).isEqualTo(Rig.MEMORY_SIZE);
    assertThat(rig.bytes(0, Rig.MEMORY_SIZE)).containsOnly(0);
    assertThatThrownBy(() -> rig.engine.allocate(4097)).hasMessageContaining("4097");
  }

  @Test
  void anOperationOnTheWrongKindOfResourceIsRefused() throws IOException {
    Resource file = file("x");
    assertThat(rig.run(rig.op(OpCode.LIST, file)).error())
        .isEqualTo(SyscallError.WRONG_CAPABILITY_TYPE);
    Resource folder = rig.opened(rig.grant(directory), ".", OpenFlags.DIRECTORY, Rig.READ);
    assertThat(rig.run(rig.transfer(OpCode.READ, folder, 0, 1)).error())
        .isEqualTo(SyscallError.WRONG_CAPABILITY_TYPE);
  }
}
