// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.QueueOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Goal: bytes of a pipe arrive once and in order, whatever waits on it or is cancelled. */
@Timeout(60)
class PipeTest {

  private static final int MANY = 10_000;

  private Rig rig;
  private Engine.Pipe pipe;

  @BeforeEach
  void open() {
    rig = new Rig(PortableEngine.open());
    pipe = rig.engine.pipe();
    rig.own(pipe.source());
    rig.own(pipe.sink());
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Rig.Op read(long at, int length) {
    Rig.Op read = rig.transfer(OpCode.READ, pipe.source(), -1, length);
    read.memoryOffset = at;
    return read;
  }

  private Rig.Op write(String text) {
    Rig.Op write = rig.write(pipe.sink(), -1, text);
    assertThat(write.result).isEqualTo(text.length());
    return write;
  }

  @Test
  void whatIsWrittenIsRead() {
    write("hello");
    Rig.Op read = rig.run(read(8192, 100));
    assertThat(rig.text(read)).isEqualTo("hello");
  }

  @Test
  void pendingReadsAreServedInTheirOrder() {
    List<Rig.Op> reads = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      reads.add(rig.start(read(8192 + i, 1)));
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      text.append((char) ('a' + i % 26));
    }
    write(text.toString());
    rig.finishAll(1001);
    assertThat(rig.text(8192, 1000)).isEqualTo(text.toString());
    assertThat(reads).allMatch(read -> read.result == 1);
  }

  @Test
  void tenThousandPendingReadsAreCancelledAndThePipeLivesOn() {
    List<Rig.Op> reads = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      reads.add(rig.start(read(8192, 4)));
    }
    rig.queue.progress(0, 0);
    assertThat(rig.completed).isEmpty();
    for (Rig.Op read : reads) {
      rig.queue.cancel(read);
    }
    rig.queue.progress(0, 0);
    assertThat(rig.completed).hasSize(MANY);
    assertThat(reads)
        .allMatch(
            read -> read.completions == 1 && read.error() == SyscallError.OPERATION_CANCELLED);
    write("still here");
    assertThat(rig.text(rig.run(read(8192, 100)))).isEqualTo("still here");
  }

  @Test
  void noByteIsLostToCancelledReads() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    StringBuilder sent = new StringBuilder();
    StringBuilder received = new StringBuilder();
    List<Rig.Op> pending = new ArrayList<>();
    for (int round = 0; round < 3000; round++) {
      Rig.Op read = rig.start(read(8192L + round * 8L, 1 + random.nextInt(7)));
      pending.add(read);
      if (random.nextBoolean()) {
        String text = Integer.toString(random.nextInt(1000));
        sent.append(text);
        write(text);
      }
      rig.queue.cancel(pending.get(random.nextInt(pending.size())));
      rig.queue.progress(0, 0);
      collect(pending, received);
    }
    rig.close(pipe.sink());
    for (Rig.Op read : pending) {
      rig.finish(read);
    }
    collect(pending, received);
    for (Rig.Op last = rig.run(read(8192, 4096)); last.result > 0; last = rig.run(last(last))) {
      received.append(rig.text(last));
    }
    assertThat(received.toString()).as("seed %d", seed).isEqualTo(sent.toString());
  }

  private Rig.Op last(Rig.Op before) {
    return read(before.memoryOffset, before.length);
  }

  private void collect(List<Rig.Op> pending, StringBuilder received) {
    while (!pending.isEmpty() && pending.getFirst().completions > 0) {
      Rig.Op read = pending.removeFirst();
      if (read.result > 0) {
        received.append(rig.text(read));
      }
    }
    pending.removeIf(read -> read.error() == SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void aClosedWriterIsTheEndForPendingAndLaterReads() {
    write("tail");
    Rig.Op data = rig.run(read(8192, 100));
    Rig.Op waiting = rig.start(read(8192, 100));
    Rig.Op alsoWaiting = rig.start(read(8192, 100));
    rig.close(pipe.sink());
    assertThat(data.result).isEqualTo(4);
    assertThat(rig.finish(waiting).result).isZero();
    assertThat(rig.finish(alsoWaiting).result).isZero();
    assertThat(rig.run(read(8192, 100)).result).isZero();
  }

  @Test
  void bytesOfAClosedWriterAreStillRead() {
    write("left behind");
    rig.close(pipe.sink());
    assertThat(rig.text(rig.run(read(8192, 100)))).isEqualTo("left behind");
    assertThat(rig.run(read(8192, 100)).result).isZero();
  }

  @Test
  void aClosedReaderBreaksPendingAndLaterWrites() {
    Rig.Op pending = rig.start(rig.transfer(OpCode.WRITE, pipe.sink(), -1, 1 << 20));
    rig.finish(pending);
    assertThat(pending.result).as("a short write").isPositive();
    Rig.Op waiting = rig.start(rig.transfer(OpCode.WRITE, pipe.sink(), -1, 1 << 20));
    rig.queue.progress(0, 0);
    assertThat(waiting.completions).isZero();
    rig.close(pipe.source());
    assertThat(rig.finish(waiting).error()).isEqualTo(SyscallError.BROKEN_PIPE);
    assertThat(rig.write(pipe.sink(), -1, "x").error()).isEqualTo(SyscallError.BROKEN_PIPE);
  }

  @Test
  void aFullPipeHoldsWritesUntilThereIsRoom() {
    byte[] pattern = new byte[3 << 20];
    new Random(7).nextBytes(pattern);
    rig.memory()
        .asSlice(0, pattern.length)
        .copyFrom(java.lang.foreign.MemorySegment.ofArray(pattern));
    long in = 3L << 20;
    long sent = 0;
    long received = 0;
    Rig.Op write = null;
    while (received < pattern.length) {
      if (write != null && write.completions > 0) {
        sent += write.result;
        write = null;
      }
      if (write == null && sent < pattern.length) {
        write =
            rig.transfer(
                OpCode.WRITE, pipe.sink(), -1, (int) Math.min(1 << 20, pattern.length - sent));
        write.memoryOffset = sent;
        rig.start(write);
      }
      Rig.Op read = rig.run(read(in, 1 << 16));
      byte[] got = rig.bytes(in, (int) read.result);
      assertThat(got)
          .isEqualTo(Arrays.copyOfRange(pattern, (int) received, (int) (received + got.length)));
      received += got.length;
    }
  }

  @Test
  void anEmptyTransferDoesNotWait() {
    assertThat(rig.run(read(8192, 0)).result).isZero();
    assertThat(rig.run(rig.transfer(OpCode.WRITE, pipe.sink(), -1, 0)).result).isZero();
  }

  @Test
  void eachEndGoesOneWay() {
    assertThat(rig.write(pipe.source(), -1, "x").error()).isEqualTo(SyscallError.PERMISSION_DENIED);
    assertThat(rig.run(rig.transfer(OpCode.READ, pipe.sink(), -1, 1)).error())
        .isEqualTo(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void pollTellsOfBytesAndTakesNone() {
    Rig.Op early = rig.start(rig.poll(pipe.source(), PollEvents.IN));
    rig.queue.progress(0, 0);
    assertThat(early.completions).isZero();
    write("abc");
    assertThat(rig.finish(early).result).isEqualTo(PollEvents.IN);
    assertThat(rig.run(rig.poll(pipe.source(), PollEvents.IN)).result).isEqualTo(PollEvents.IN);
    assertThat(rig.text(rig.run(read(8192, 100)))).isEqualTo("abc");
  }

  @Test
  void aBytePolledForIsReadEvenIfItIsTheLast() {
    write("z");
    rig.close(pipe.sink());
    assertThat(rig.run(rig.poll(pipe.source(), PollEvents.IN)).result)
        .isEqualTo(PollEvents.IN | PollEvents.HUP);
    assertThat(rig.text(rig.run(read(8192, 100)))).isEqualTo("z");
    assertThat(rig.run(rig.poll(pipe.source(), PollEvents.IN)).result).isEqualTo(PollEvents.HUP);
    assertThat(rig.run(read(8192, 100)).result).isZero();
  }

  @Test
  void aPollForNothingInParticularHearsOfTheOtherEndClosing() {
    Rig.Op source = rig.start(rig.poll(pipe.source(), 0));
    write("x");
    rig.queue.progress(0, 0);
    assertThat(source.completions).isZero();
    rig.close(pipe.sink());
    assertThat(rig.finish(source).result).isEqualTo(PollEvents.HUP);
  }

  @Test
  void thousandsOfPollsHearOfOneByte() {
    List<Rig.Op> polls = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      polls.add(rig.start(rig.poll(pipe.source(), PollEvents.IN)));
    }
    write("!");
    rig.finishAll(MANY + 1);
    assertThat(polls).allMatch(poll -> poll.completions == 1 && poll.result == PollEvents.IN);
  }

  @Test
  void pollTellsOfRoomAndOfABrokenPipe() {
    assertThat(rig.run(rig.poll(pipe.sink(), PollEvents.OUT)).result).isEqualTo(PollEvents.OUT);
    rig.run(rig.transfer(OpCode.WRITE, pipe.sink(), -1, 1 << 20));
    Rig.Op waiting = rig.start(rig.poll(pipe.sink(), PollEvents.OUT));
    rig.queue.progress(0, 0);
    assertThat(waiting.completions).isZero();
    rig.close(pipe.source());
    assertThat(rig.finish(waiting).result).isEqualTo(PollEvents.OUT | PollEvents.ERR);
    assertThat(rig.run(rig.poll(pipe.sink(), PollEvents.OUT)).result)
        .isEqualTo(PollEvents.OUT | PollEvents.ERR);
  }

  @Test
  void cancelledPollsLeaveReadsAlone() {
    Rig.Op read = rig.start(read(8192, 10));
    Rig.Op poll = rig.start(rig.poll(pipe.source(), PollEvents.IN));
    rig.queue.cancel(poll);
    assertThat(rig.finish(poll).error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
    write("abc");
    assertThat(rig.text(rig.finish(read))).isEqualTo("abc");
  }

  @Test
  void anInterruptedOwnerDoesNotCloseThePipe() {
    write("abcdef");
    Thread.currentThread().interrupt();
    Rig.Op first = rig.run(read(8192, 3));
    assertThat(rig.text(first)).isEqualTo("abc");
    assertThat(rig.write(pipe.sink(), -1, "ghi").result).isEqualTo(3);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(rig.text(rig.run(read(8192, 100)))).isEqualTo("defghi");
  }

  @Test
  void twoQueuesWaitOnOnePipeAndEachCancelsItsOwn() {
    EngineQueue other = rig.engine.openQueue(new QueueOptions(8, false), rig);
    Rig.Op theirs = read(8192, 1);
    other.start(theirs);
    Rig.Op ours = rig.start(read(8193, 1));
    other.cancel(theirs);
    other.progress(0, 0);
    assertThat(theirs.error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
    write("x");
    assertThat(rig.text(rig.finish(ours))).isEqualTo("x");
    other.close();
  }

  @Test
  void descriptorsAndTheThreadAreGivenBack() throws IOException {
    rig.finish(rig.start(rig.poll(pipe.sink(), PollEvents.OUT))); // the selector is there now
    long before = descriptors();
    for (int i = 0; i < 500; i++) {
      Engine.Pipe each = rig.engine.pipe();
      Rig.Op read = rig.start(rig.transfer(OpCode.READ, each.source(), -1, 10));
      rig.finish(rig.start(rig.poll(each.sink(), PollEvents.OUT)));
      rig.queue.cancel(read);
      rig.finish(read);
      assertThat(each.source().close()).isNull();
      assertThat(each.sink().close()).isNull();
    }
    assertThat(descriptors()).isEqualTo(before);
    assertThat(selectorThreads()).isEqualTo(1);
    rig.close();
    open();
    assertThat(selectorThreads()).as("the closed engine's thread is gone").isZero();
  }

  private static long selectorThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("ringfence-ready"))
        .count();
  }

  /** Open descriptors of this process; 0 where it cannot be told, which compares equal. */
  private static long descriptors() throws IOException {
    Path self = Path.of("/proc/self/fd");
    if (!Files.isDirectory(self)) {
      return 0;
    }
    try (Stream<Path> open = Files.list(self)) {
      return open.count();
    }
  }
}
