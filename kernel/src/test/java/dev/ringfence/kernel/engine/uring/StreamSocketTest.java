// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.SendFlags;
import dev.ringfence.abi.ShutdownFlags;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SocketOption;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Resource;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TCP over the loopback. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StreamSocketTest {

  private SocketRig rig;

  @BeforeEach
  void openRig() {
    rig = SocketRig.open();
  }

  @AfterEach
  void closeRig() {
    if (rig != null) {
      rig.close();
    }
  }

  @Test
  void acceptWaitsForAConnectionAndTellsWhereItCameFrom() {
    SocketRig.Listener listener = rig.listener();
    SocketRig.Op accept = rig.start(rig.accepting(listener.socket()));
    Resource client = rig.stream();
    rig.settle();
    assertThat(accept.completions).as("nobody has connected").isZero();
    assertThat(rig.connect(client, SocketRig.loopback(listener.port())).result).isZero();
    Resource server = rig.finish(accept).socket();
    assertThat(accept.port()).isEqualTo(rig.name(client).port());
    assertThat(rig.peer(client).port()).isEqualTo(listener.port());
    assertThat(rig.peer(server).port()).isEqualTo(accept.port());
    assertThat(rig.name(server).port()).isEqualTo(listener.port());
  }

  @Test
  void bytesArriveAndTheEndIsZero() {
    SocketRig.Pair pair = rig.pair();
    SocketRig.Op receive = rig.start(rig.receiving(OpCode.RECV, pair.server(), 100, 0));
    assertThat(receive.completions).isZero();
    assertThat(rig.send(pair.client(), "hello").result).isEqualTo(5);
    assertThat(rig.text(rig.finish(receive))).isEqualTo("hello");
    assertThat(rig.shutdown(pair.client(), ShutdownFlags.WRITE).result).isZero();
    assertThat(rig.receive(pair.server(), 100).result).isZero();
    assertThat(rig.send(pair.client(), "x").error()).isEqualTo(SyscallError.BROKEN_PIPE);
    assertThat(rig.send(pair.server(), "back").result).as("the other direction").isEqualTo(4);
    assertThat(rig.text(rig.receive(pair.client(), 100))).isEqualTo("back");
  }

  @Test
  void peekLeavesWhatItReads() {
    SocketRig.Pair pair = rig.pair();
    rig.send(pair.client(), "abc");
    int peek = ReceiveFlags.PEEK | ReceiveFlags.WAIT_ALL;
    SocketRig.Op first = rig.run(rig.receiving(OpCode.RECV, pair.server(), 9, peek));
    assertThat(rig.text(first)).isEqualTo("abc");
    assertThat(rig.text(rig.receive(pair.server(), 9))).isEqualTo("abc");
  }

  @Test
  void waitAllReceivesInPiecesUntilItHasAll() {
    SocketRig.Pair pair = rig.pair();
    SocketRig.Op all =
        rig.start(rig.receiving(OpCode.RECV, pair.server(), 6, ReceiveFlags.WAIT_ALL));
    for (String piece : new String[] {"a", "bc", "def"}) {
      assertThat(all.completions).isZero();
      rig.send(pair.client(), piece);
      rig.settle();
    }
    assertThat(rig.text(rig.finish(all))).isEqualTo("abcdef");
  }

  @Test
  void waitAllEndsWithTheStreamAndWithACancelAndKeepsWhatCame() {
    SocketRig.Pair pair = rig.pair();
    int waitAll = ReceiveFlags.WAIT_ALL;
    SocketRig.Op cancelled = rig.start(rig.receiving(OpCode.RECV, pair.server(), 6, waitAll));
    rig.send(pair.client(), "ab");
    rig.settle();
    assertThat(cancelled.completions).isZero();
    rig.cancel(cancelled);
    assertThat(rig.text(rig.finish(cancelled))).isEqualTo("ab");

    SocketRig.Op ended = rig.start(rig.receiving(OpCode.RECV, pair.server(), 6, waitAll));
    rig.send(pair.client(), "cd");
    rig.shutdown(pair.client(), ShutdownFlags.WRITE);
    assertThat(rig.text(rig.finish(ended))).isEqualTo("cd");
  }

  @Test
  void doNotWaitAnswersAtOnce() {
    SocketRig.Pair pair = rig.pair();
    SocketRig.Op empty =
        rig.run(rig.receiving(OpCode.RECV, pair.server(), 9, ReceiveFlags.DO_NOT_WAIT));
    assertThat(empty.error()).isEqualTo(SyscallError.WOULD_BLOCK);
    byte[] much = new byte[1 << 20];
    SocketRig.Op send;
    do {
      send = rig.run(rig.sending(OpCode.SEND, pair.client(), much, SendFlags.DO_NOT_WAIT));
      rig.rewind(send);
    } while (send.result > 0);
    assertThat(send.error()).isEqualTo(SyscallError.WOULD_BLOCK);
  }

  @Test
  void waitAllSendsMoreThanFitsWhileTheOtherSideReads() {
    SocketRig.Pair pair = rig.pair();
    rig.option(OpCode.SET_OPTION, pair.client(), SocketOption.SEND_BUFFER, 16_384);
    rig.option(OpCode.SET_OPTION, pair.server(), SocketOption.RECEIVE_BUFFER, 16_384);
    byte[] much = new byte[1 << 20];
    new Random(7).nextBytes(much);
    SocketRig.Op send =
        rig.start(rig.sending(OpCode.SEND, pair.client(), much, SendFlags.WAIT_ALL));
    rig.settle();
    assertThat(send.completions).as("it does not fit").isZero();
    SocketRig.Op receive =
        rig.run(rig.receiving(OpCode.RECV, pair.server(), much.length, ReceiveFlags.WAIT_ALL));
    assertThat(rig.finish(send).result).isEqualTo(much.length);
    assertThat(Arrays.equals(rig.bytes(receive), much)).isTrue();
  }

  @Test
  void aSendThatWaitsForRoomCanBeCancelled() {
    SocketRig.Pair pair = rig.pair();
    byte[] much = new byte[1 << 20];
    SocketRig.Op fill;
    do {
      fill = rig.run(rig.sending(OpCode.SEND, pair.client(), much, SendFlags.DO_NOT_WAIT));
      rig.rewind(fill);
    } while (fill.result > 0);
    SocketRig.Op waits = rig.start(rig.sending(pair.client(), "no room", 0));
    rig.settle();
    assertThat(waits.completions).isZero();
    rig.cancel(waits);
    rig.cancel(waits);
    assertThat(rig.finish(waits).error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void waitingAcceptsAndReceivesEndOnceWhenCancelled() {
    SocketRig.Pair pair = rig.pair();
    SocketRig.Listener listener = rig.listener();
    SocketRig.Op[] waiting = {
      rig.start(rig.accepting(listener.socket())),
      rig.start(rig.receiving(OpCode.RECV, pair.server(), 10, 0)),
      rig.start(rig.receiving(OpCode.RECV_MESSAGE, pair.server(), 10, 0)),
      rig.start(rig.poll(pair.server(), PollEvents.IN)),
    };
    rig.settle();
    for (SocketRig.Op op : waiting) {
      assertThat(op.completions).as("%s waits", op.code).isZero();
      rig.cancel(op);
    }
    for (SocketRig.Op op : waiting) {
      assertThat(rig.finish(op).error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
    }
    rig.settle();
    assertThat(rig.send(pair.client(), "after").result).isEqualTo(5);
    assertThat(rig.text(rig.receive(pair.server(), 10))).isEqualTo("after");
  }

  @Test
  void aConnectThatIsNotAnsweredCanBeCancelled() {
    Resource listener = rig.stream();
    rig.bind(listener, SocketRig.loopback(0));
    rig.listen(listener, 1);
    int port = rig.name(listener).port();
    SocketRig.Op[] connects = new SocketRig.Op[5];
    for (int i = 0; i < connects.length; i++) {
      connects[i] = rig.start(rig.connecting(rig.stream(), SocketRig.loopback(port)));
    }
    rig.finish(connects[0]);
    SocketRig.Op last = connects[connects.length - 1];
    assertThat(last.completions).as("nobody accepts").isZero();
    rig.cancel(last);
    assertThat(rig.finish(last).error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
    for (SocketRig.Op connect : connects) {
      rig.cancel(connect);
      rig.finish(connect);
    }
  }

  @Test
  void anOperationOutlivesTheThreadThatStartedIt() throws Exception {
    SocketRig.Pair pair = rig.pair();
    SocketRig.Op receive = rig.receiving(OpCode.RECV, pair.server(), 10, 0);
    Thread starter = Thread.ofPlatform().start(() -> rig.start(receive));
    starter.join();
    rig.settle();
    assertThat(receive.completions).isZero();
    rig.send(pair.client(), "late");
    assertThat(rig.text(rig.finish(receive))).isEqualTo("late");
  }

  @Test
  void zeroCopyTellsTheBytesAndThenThatTheMemoryIsFree() {
    SocketRig.Pair pair = rig.pair();
    SocketRig.Op send =
        rig.sending(OpCode.SEND_ZERO_COPY, pair.client(), new byte[300_000], SendFlags.WAIT_ALL);
    rig.start(send);
    SocketRig.Op receive =
        rig.run(rig.receiving(OpCode.RECV, pair.server(), 300_000, ReceiveFlags.WAIT_ALL));
    rig.finish(send);
    assertThat(receive.result).isEqualTo(300_000);
    assertThat(send.sent).isOne();
    assertThat(send.sentResult).isEqualTo(300_000);
    assertThat(send.result).isEqualTo(300_000);
  }

  @Test
  void aFailedZeroCopySendIsOneCompletion() {
    SocketRig.Op send = rig.run(rig.sending(OpCode.SEND_ZERO_COPY, rig.stream(), new byte[100], 0));
    assertThat(send.error()).isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(send.sent).isZero();
    // a notification that came too late would end the next user of the slot
    assertThat(rig.send(rig.pair().client(), "x").result).isOne();
  }

  @Test
  void errorsAreTyped() {
    Resource socket = rig.stream();
    assertThat(rig.send(socket, "x").error()).isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.receive(socket, 1).error()).isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.peer(socket).error()).isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.shutdown(socket, 3).error()).isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.listen(socket, 0).error()).as("not bound").isEqualTo(SyscallError.INVALID_STATE);
    assertThat(rig.run(rig.accepting(socket)).error()).isEqualTo(SyscallError.INVALID_STATE);
    SocketRig.Listener listener = rig.listener();
    assertThat(rig.bind(socket, SocketRig.loopback(listener.port())).error())
        .isEqualTo(SyscallError.ADDRESS_IN_USE);
    assertThat(rig.bind(listener.socket(), SocketRig.loopback(0)).error())
        .isEqualTo(SyscallError.INVALID_STATE);
    byte[] foreign = {(byte) 192, 0, 2, 1};
    assertThat(rig.bind(socket, new Endpoint.Ip(foreign, 0, 0)).error())
        .isEqualTo(SyscallError.ADDRESS_NOT_AVAILABLE);
    assertThat(rig.bind(socket, new Endpoint.Ip(new byte[16], 0, 0)).error())
        .as("of another family")
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
    int port = listener.port();
    assertThat(rig.connect(listener.socket(), SocketRig.loopback(port)).error())
        .isEqualTo(SyscallError.INVALID_STATE);
    assertThat(rig.connect(socket, SocketRig.loopback(port)).result).isZero();
    assertThat(rig.connect(socket, SocketRig.loopback(port)).error())
        .isEqualTo(SyscallError.INVALID_STATE);
    rig.close(listener.socket());
    assertThat(rig.connect(rig.stream(), SocketRig.loopback(port)).error())
        .isEqualTo(SyscallError.CONNECTION_REFUSED);
  }

  @Test
  void aConnectionThatIsDroppedIsReset() {
    SocketRig.Pair pair = rig.pair();
    rig.option(OpCode.SET_OPTION, pair.server(), SocketOption.LINGER, 0);
    rig.close(pair.server());
    assertThat(rig.receive(pair.client(), 1).error()).isEqualTo(SyscallError.CONNECTION_RESET);
  }

  @Test
  void pollTellsWhatASocketIsReadyFor() {
    SocketRig.Pair pair = rig.pair();
    int both = PollEvents.IN | PollEvents.OUT;
    assertThat(rig.run(rig.poll(pair.server(), both)).result).isEqualTo(PollEvents.OUT);
    SocketRig.Op in = rig.start(rig.poll(pair.server(), PollEvents.IN));
    assertThat(in.completions).isZero();
    rig.send(pair.client(), "x");
    assertThat(rig.finish(in).result).isEqualTo(PollEvents.IN);
    rig.receive(pair.server(), 1);
    rig.shutdown(pair.client(), ShutdownFlags.WRITE);
    assertThat(rig.run(rig.poll(pair.server(), PollEvents.IN)).result)
        .isEqualTo(PollEvents.IN | PollEvents.HUP);
    SocketRig.Listener listener = rig.listener();
    SocketRig.Op connection = rig.start(rig.poll(listener.socket(), PollEvents.IN));
    rig.connect(rig.stream(), SocketRig.loopback(listener.port()));
    assertThat(rig.finish(connection).result).isEqualTo(PollEvents.IN);
  }

  @Test
  void optionsKeepTheirValues() {
    Resource socket = rig.stream();
    int[] switches = {
      SocketOption.NODELAY,
      SocketOption.KEEP_ALIVE,
      SocketOption.REUSE_ADDRESS,
      SocketOption.REUSE_PORT
    };
    for (int option : switches) {
      assertThat(rig.option(OpCode.GET_OPTION, socket, option, 0).value).as("%d", option).isZero();
      assertThat(rig.option(OpCode.SET_OPTION, socket, option, 1).result).isZero();
      assertThat(rig.option(OpCode.GET_OPTION, socket, option, 0).value).as("%d", option).isOne();
      assertThat(rig.option(OpCode.SET_OPTION, socket, option, 2).error())
          .isEqualTo(SyscallError.INVALID_ARGUMENT);
    }
    int size = SocketOption.SEND_BUFFER;
    assertThat(rig.option(OpCode.SET_OPTION, socket, size, 20_000).result).isZero();
    assertThat(rig.option(OpCode.GET_OPTION, socket, size, 0).value).isEqualTo(20_000);
    int linger = SocketOption.LINGER;
    assertThat(rig.option(OpCode.GET_OPTION, socket, linger, 0).value).isEqualTo(-1);
    rig.option(OpCode.SET_OPTION, socket, linger, 5);
    assertThat(rig.option(OpCode.GET_OPTION, socket, linger, 0).value).isEqualTo(5);
    assertThat(rig.option(OpCode.SET_OPTION, socket, SocketOption.ERROR, 0).error())
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
    assertThat(rig.option(OpCode.GET_OPTION, socket, 11, 0).error())
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
    assertThat(rig.option(OpCode.SET_OPTION, socket, SocketOption.IPV6_ONLY, 1).error())
        .isEqualTo(SyscallError.NOT_IMPLEMENTED);
  }

  @Test
  void theErrorOfADatagramIsAnOptionThatReadingClears() {
    SocketRig.Listener gone = rig.listener();
    rig.close(gone.socket());
    Resource socket = rig.datagrams();
    rig.connect(socket, SocketRig.loopback(gone.port()));
    rig.send(socket, "into the void");
    rig.run(rig.poll(socket, PollEvents.IN));
    assertThat(rig.option(OpCode.GET_OPTION, socket, SocketOption.ERROR, 0).value)
        .isEqualTo(SyscallError.CONNECTION_REFUSED.code());
    assertThat(rig.option(OpCode.GET_OPTION, socket, SocketOption.ERROR, 0).value).isZero();
  }

  @Test
  void aDatagramIsCutAndItsWholeLengthAndSenderAreTold() {
    Resource receiver = rig.datagrams();
    Resource sender = rig.datagrams();
    rig.bind(receiver, SocketRig.loopback(0));
    int port = rig.name(receiver).port();
    assertThat(rig.sendTo(sender, "x", null).error()).isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.sendTo(sender, "a message", SocketRig.loopback(port)).result).isEqualTo(9);
    SocketRig.Op cut = rig.receiveMessage(receiver, 4);
    assertThat(rig.text(cut)).isEqualTo("a me");
    assertThat(cut.result).isEqualTo(4);
    assertThat(cut.value).isEqualTo(9);
    assertThat(cut.port()).isEqualTo(rig.name(sender).port());
    rig.sendTo(sender, "plain", SocketRig.loopback(port));
    assertThat(rig.text(rig.receive(receiver, 3))).isEqualTo("pla");
    byte[] huge = new byte[70_000];
    SocketRig.Op tooLong = rig.sending(OpCode.SEND_MESSAGE, sender, huge, 0);
    tooLong.endpoint = SocketRig.loopback(port);
    assertThat(rig.run(tooLong).error()).isEqualTo(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void moreToReceiveIsHintedAt() {
    SocketRig.Pair pair = rig.pair();
    rig.send(pair.client(), "abcdef");
    assertThat(rig.receive(pair.server(), 3).nonEmpty).isTrue();
    assertThat(rig.receive(pair.server(), 30).nonEmpty).isFalse();
  }

  @Test
  void aMessageOfAStreamNamesThePeer() {
    SocketRig.Pair pair = rig.pair();
    rig.send(pair.client(), "abc");
    SocketRig.Op message = rig.receiveMessage(pair.server(), 10);
    assertThat(rig.text(message)).isEqualTo("abc");
    assertThat(message.value).isEqualTo(3);
    assertThat(message.port()).isEqualTo(rig.name(pair.client()).port());
  }

  @Test
  void unknownFamiliesAndKindsAreRefused() {
    assertThat(rig.create(0, SocketKind.STREAM).error()).isEqualTo(SyscallError.INVALID_ARGUMENT);
    assertThat(rig.create(SocketAddress.FAMILY_IPV4, 9).error())
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
  }
}
