// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.SendFlags;
import dev.ringfence.abi.ShutdownFlags;
import dev.ringfence.abi.SocketOption;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Resource;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Goal: bytes of a connection arrive once and in order, whatever waits on it or is cancelled. */
@Timeout(60)
class StreamSocketTest {

  private static final int MANY = 10_000;

  private Rig rig;
  private SocketRig sockets;
  private Resource client;
  private Resource server;

  @BeforeEach
  void open() {
    rig = new Rig(PortableEngine.open());
    sockets = new SocketRig(rig);
    SocketRig.Pair pair = sockets.pair(SocketRig.IPV4);
    client = pair.client();
    server = pair.server();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Rig.Op receivingAt(long at, int length) {
    Rig.Op op = sockets.receiving(server, length, 0);
    op.memoryOffset = at;
    return op;
  }

  @Test
  void whatIsSentIsReceived() {
    sockets.send(client, "hello");
    assertThat(rig.text(sockets.receive(server, 100))).isEqualTo("hello");
    sockets.send(server, "and back");
    assertThat(rig.text(sockets.receive(client, 100))).isEqualTo("and back");
  }

  @Test
  void bothDirectionsWaitAtOnce() {
    Rig.Op ours = rig.start(sockets.receiving(client, 100, 0));
    Rig.Op theirs = rig.start(receivingAt(SocketRig.IN + 4096, 100));
    rig.queue.progress(0, 0);
    assertThat(rig.completed).doesNotContain(ours, theirs);
    sockets.send(client, "to the server");
    sockets.send(server, "to the client");
    assertThat(rig.text(rig.finish(ours))).isEqualTo("to the client");
    assertThat(rig.text(rig.finish(theirs))).isEqualTo("to the server");
  }

  @Test
  void pendingReceivesAreServedInTheirOrder() {
    int before = rig.completed.size();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      rig.start(receivingAt(SocketRig.IN + i, 1));
      text.append((char) ('a' + i % 26));
    }
    sockets.send(client, text.toString());
    rig.finishAll(before + 1001);
    assertThat(rig.text(SocketRig.IN, 1000)).isEqualTo(text.toString());
  }

  @Test
  void tenThousandPendingReceivesAreCancelledAndTheSocketLivesOn() {
    int before = rig.completed.size();
    List<Rig.Op> pending = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      pending.add(rig.start(sockets.receiving(server, 4, 0)));
    }
    pending.forEach(rig.queue::cancel);
    rig.queue.progress(0, 0);
    assertThat(rig.completed).hasSize(before + MANY);
    assertThat(pending)
        .allMatch(op -> op.completions == 1 && op.error() == SyscallError.OPERATION_CANCELLED);
    sockets.send(client, "still here");
    assertThat(rig.text(sockets.receive(server, 100))).isEqualTo("still here");
  }

  @Test
  void noByteIsLostToCancelledReceives() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    StringBuilder sent = new StringBuilder();
    StringBuilder received = new StringBuilder();
    List<Rig.Op> pending = new ArrayList<>();
    for (int round = 0; round < 2000; round++) {
      Rig.Op op = receivingAt(SocketRig.IN + round * 8L, 1 + random.nextInt(7));
      op.flags =
          switch (random.nextInt(3)) {
            case 0 -> ReceiveFlags.WAIT_ALL;
            default -> 0;
          };
      pending.add(rig.start(op));
      if (random.nextBoolean()) {
        String text = Integer.toString(random.nextInt(1000));
        sent.append(text);
        sockets.send(client, text);
      }
      rig.queue.cancel(pending.get(random.nextInt(pending.size())));
      rig.queue.progress(0, 0);
      collect(pending, received);
    }
    sockets.shutdown(client, ShutdownFlags.WRITE);
    pending.forEach(rig::finish);
    collect(pending, received);
    for (Rig.Op last = sockets.receive(server, 4096);
        last.result > 0;
        last = sockets.receive(server, 4096)) {
      received.append(rig.text(last));
    }
    assertThat(received.toString()).as("seed %d", seed).isEqualTo(sent.toString());
  }

  private void collect(List<Rig.Op> pending, StringBuilder received) {
    pending.removeIf(op -> op.error() == SyscallError.OPERATION_CANCELLED);
    while (!pending.isEmpty() && pending.getFirst().completions > 0) {
      received.append(rig.text(pending.removeFirst()));
    }
  }

  @Test
  void aFullConnectionHoldsSendsUntilThereIsRoom() {
    byte[] pattern = new byte[3 << 20];
    new Random(7).nextBytes(pattern);
    rig.memory()
        .asSlice(0, pattern.length)
        .copyFrom(java.lang.foreign.MemorySegment.ofArray(pattern));
    sockets.option(OpCode.SET_OPTION, client, SocketOption.SEND_BUFFER, 16 << 10);
    Rig.Op send = rig.op(OpCode.SEND, client);
    send.memoryOffset = 0;
    send.length = pattern.length;
    send.flags = SendFlags.WAIT_ALL;
    rig.start(send);
    long at = 3L << 20;
    int received = 0;
    while (received < pattern.length) {
      Rig.Op receive = rig.run(receivingAt(at, 1 << 16));
      byte[] got = rig.bytes(at, (int) receive.result);
      assertThat(got).isEqualTo(Arrays.copyOfRange(pattern, received, received + got.length));
      received += got.length;
    }
    assertThat(rig.finish(send).result).as("all of it at once").isEqualTo(pattern.length);
  }

  @Test
  void aSendThatWaitsForRoomIsShortWithoutTheFlagAndWouldBlockIfItMustNotWait() {
    Rig.Op first = fill(0);
    assertThat(first.result).as("a short send").isBetween(1L, (long) Rig.MEMORY_SIZE - 1);
    while (fill(SendFlags.DO_NOT_WAIT).result > 0) {
      assertThat(rig.completed).hasSizeLessThan(1000);
    }
    Rig.Op full = fill(SendFlags.DO_NOT_WAIT);
    assertThat(full.error()).isEqualTo(SyscallError.WOULD_BLOCK);
    Rig.Op waiting = rig.op(OpCode.SEND, client);
    waiting.memoryOffset = 0;
    waiting.length = 1 << 20;
    rig.start(waiting);
    rig.queue.progress(0, 0);
    assertThat(waiting.completions).isZero();
    rig.queue.cancel(waiting);
    assertThat(rig.finish(waiting).error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
  }

  private Rig.Op fill(int flags) {
    Rig.Op op = rig.op(OpCode.SEND, client);
    op.memoryOffset = 0;
    op.length = Rig.MEMORY_SIZE;
    op.flags = flags;
    return rig.run(op);
  }

  @Test
  void aCancelledSendOfAllSaysHowMuchItSent() {
    Rig.Op send = rig.op(OpCode.SEND, client);
    send.memoryOffset = 0;
    send.length = Rig.MEMORY_SIZE;
    send.flags = SendFlags.WAIT_ALL;
    long total = 0;
    while (total == 0 || send.completions > 0) {
      assertThat(rig.completed).hasSizeLessThan(1000);
      send = rig.op(OpCode.SEND, client);
      send.memoryOffset = 0;
      send.length = Rig.MEMORY_SIZE;
      send.flags = SendFlags.WAIT_ALL;
      rig.start(send);
      rig.queue.progress(0, 0);
      total += send.completions > 0 ? send.result : 1;
    }
    rig.queue.cancel(send);
    long last = Math.max(0, rig.finish(send).result);
    total = total - 1 + last;
    sockets.shutdown(client, ShutdownFlags.WRITE);
    long received = 0;
    for (Rig.Op op = sockets.receive(server, 1 << 20);
        op.result > 0;
        op = sockets.receive(server, 1 << 20)) {
      received += op.result;
    }
    assertThat(received).isEqualTo(total);
  }

  @Test
  void aReceiveOfAllWaitsForAllOrTheEnd() {
    Rig.Op all = rig.start(sockets.receiving(server, 8, ReceiveFlags.WAIT_ALL));
    sockets.send(client, "abc");
    sockets.send(client, "def");
    rig.run(rig.poll(client, PollEvents.OUT));
    assertThat(all.completions).isZero();
    sockets.send(client, "ghi");
    assertThat(rig.text(rig.finish(all))).isEqualTo("abcdefgh");
    Rig.Op rest = rig.start(sockets.receiving(server, 8, ReceiveFlags.WAIT_ALL));
    sockets.shutdown(client, ShutdownFlags.WRITE);
    assertThat(rig.text(rig.finish(rest))).isEqualTo("i");
    assertThat(sockets.receive(server, 8).result).isZero();
  }

  @Test
  void aReceiveThatMustNotWaitDoesNot() {
    assertThat(rig.run(sockets.receiving(server, 8, ReceiveFlags.DO_NOT_WAIT)).error())
        .isEqualTo(SyscallError.WOULD_BLOCK);
    sockets.send(client, "x");
    rig.run(rig.poll(server, PollEvents.IN));
    assertThat(rig.text(rig.run(sockets.receiving(server, 8, ReceiveFlags.DO_NOT_WAIT))))
        .isEqualTo("x");
  }

  @Test
  void whatIsPeekedAtIsReceivedAfterwards() {
    sockets.send(client, "abcdef");
    Rig.Op peek = sockets.receiving(server, 3, ReceiveFlags.PEEK);
    assertThat(rig.text(rig.run(peek))).isEqualTo("abc");
    Rig.Op all = sockets.receiving(server, 6, ReceiveFlags.PEEK | ReceiveFlags.WAIT_ALL);
    assertThat(rig.text(rig.run(all))).isEqualTo("abcdef");
    assertThat(rig.text(sockets.receive(server, 2))).isEqualTo("ab");
    sockets.send(client, "ghi");
    assertThat(rig.text(rig.run(sockets.receiving(server, 7, ReceiveFlags.WAIT_ALL))))
        .isEqualTo("cdefghi");
  }

  @Test
  void aReceiveWaitsBehindAPeekThatWaitsForMore() {
    sockets.send(client, "abc");
    int flags = ReceiveFlags.PEEK | ReceiveFlags.WAIT_ALL;
    Rig.Op peek = rig.start(sockets.receiving(server, 6, flags));
    Rig.Op receive = rig.start(receivingAt(SocketRig.IN + 4096, 6));
    rig.queue.progress(0, 0);
    assertThat(receive.completions).isZero();
    sockets.send(client, "def");
    assertThat(rig.text(rig.finish(peek))).isEqualTo("abcdef");
    assertThat(rig.text(rig.finish(receive))).isEqualTo("abcdef");
  }

  @Test
  void theSelectorWatchesOnlyForWhatSomebodyWaitsFor() {
    SocketResource socket = (SocketResource) server;
    Rig.Op receive = rig.start(sockets.receiving(server, 8, 0));
    Rig.Op poll = rig.start(rig.poll(server, PollEvents.IN));
    assertThat(socket.watched()).isEqualTo(SelectionKey.OP_READ);
    rig.run(rig.poll(server, PollEvents.OUT));
    rig.queue.cancel(poll);
    rig.queue.cancel(receive);
    assertThat(socket.watched()).isZero();
    Rig.Op hangup = rig.start(rig.poll(server, PollEvents.HUP));
    sockets.send(client, "abc");
    rig.run(rig.poll(server, PollEvents.IN));
    assertThat(socket.watched()).as("bytes say nothing about its end").isZero();
    rig.queue.cancel(hangup);
    assertThat(rig.finish(hangup).error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void theHintSaysWhetherMoreIsThere() {
    sockets.send(client, "abcdef");
    rig.run(sockets.receiving(server, 6, ReceiveFlags.PEEK | ReceiveFlags.WAIT_ALL));
    Rig.Op first = sockets.receive(server, 4);
    assertThat(first.nonEmpty).isTrue();
    Rig.Op last = sockets.receive(server, 2);
    assertThat(last.nonEmpty).isFalse();
    assertThat(rig.text(last)).isEqualTo("ef");
  }

  @Test
  void aSendWithoutACopyTellsTheBytesAndThenThatTheMemoryIsFree() {
    Rig.Op send = sockets.sending(client, "zero", 0);
    send.code = OpCode.SEND_ZERO_COPY;
    rig.run(send);
    assertThat(send.sent).containsExactly(4L);
    assertThat(send.result).isEqualTo(4);
    assertThat(rig.text(sockets.receive(server, 100))).isEqualTo("zero");
    sockets.shutdown(client, ShutdownFlags.WRITE);
    Rig.Op broken = sockets.sending(client, "zero", 0);
    broken.code = OpCode.SEND_ZERO_COPY;
    assertThat(rig.run(broken).error()).isEqualTo(SyscallError.BROKEN_PIPE);
    assertThat(broken.sent).as("a failure is one completion").isEmpty();
  }

  @Test
  void shuttingDownEndsEachDirectionByItself() {
    Rig.Op waiting = rig.start(sockets.receiving(server, 8, 0));
    assertThat(sockets.shutdown(client, ShutdownFlags.WRITE).result).isZero();
    assertThat(rig.finish(waiting).result).as("the peer reads the end").isZero();
    assertThat(rig.run(sockets.sending(client, "x", 0)).error())
        .isEqualTo(SyscallError.BROKEN_PIPE);
    sockets.send(server, "still");
    assertThat(rig.text(sockets.receive(client, 8))).isEqualTo("still");
    Rig.Op last = rig.start(sockets.receiving(client, 8, 0));
    assertThat(sockets.shutdown(client, ShutdownFlags.READ).result).isZero();
    assertThat(rig.finish(last).result).isZero();
  }

  @Test
  void pollTellsOfBytesRoomAndTheEnd() {
    int both = PollEvents.IN | PollEvents.OUT;
    assertThat(rig.run(rig.poll(server, both)).result).isEqualTo(PollEvents.OUT);
    Rig.Op early = rig.start(rig.poll(server, PollEvents.IN));
    rig.queue.progress(0, 0);
    assertThat(early.completions).isZero();
    sockets.send(client, "abc");
    assertThat(rig.finish(early).result).isEqualTo(PollEvents.IN);
    assertThat(rig.text(sockets.receive(server, 8))).as("nothing taken").isEqualTo("abc");
    Rig.Op hangup = rig.start(rig.poll(server, PollEvents.HUP));
    sockets.shutdown(client, ShutdownFlags.WRITE);
    assertThat(rig.run(rig.poll(server, PollEvents.IN)).result).isEqualTo(PollEvents.IN);
    assertThat(hangup.completions).as("one direction is open").isZero();
    sockets.shutdown(server, ShutdownFlags.WRITE);
    assertThat(rig.finish(hangup).result).isEqualTo(PollEvents.HUP);
  }

  @Test
  void thousandsOfPollsHearOfOneByteAndCancelledOnesDoNot() {
    List<Rig.Op> polls = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      polls.add(rig.start(rig.poll(server, PollEvents.IN)));
    }
    polls.subList(0, 100).forEach(rig.queue::cancel);
    sockets.send(client, "!");
    polls.forEach(rig::finish);
    assertThat(polls.subList(0, 100))
        .allMatch(poll -> poll.error() == SyscallError.OPERATION_CANCELLED);
    assertThat(polls.subList(100, MANY)).allMatch(poll -> poll.result == PollEvents.IN);
  }

  @Test
  void aPeerThatDropsTheConnectionResetsIt() {
    sockets.send(server, "never read");
    rig.run(rig.poll(client, PollEvents.IN));
    assertThat(sockets.option(OpCode.SET_OPTION, client, SocketOption.LINGER, 0).result).isZero();
    rig.close(client);
    assertThat(rig.run(rig.poll(server, PollEvents.IN)).result & PollEvents.IN).isNotZero();
    assertThat(sockets.receive(server, 8).error()).isEqualTo(SyscallError.CONNECTION_RESET);
    assertThat(sockets.receive(server, 8).result).as("told once").isZero();
    assertThat(rig.run(sockets.sending(server, "x", 0)).error()).isNotNull();
  }

  @Test
  void anInterruptedOwnerDoesNotCloseTheSocket() {
    sockets.send(client, "abcdef");
    Thread.currentThread().interrupt();
    assertThat(rig.text(sockets.receive(server, 3))).isEqualTo("abc");
    sockets.send(client, "ghi");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(rig.text(rig.run(sockets.receiving(server, 6, ReceiveFlags.WAIT_ALL))))
        .isEqualTo("defghi");
  }
}
