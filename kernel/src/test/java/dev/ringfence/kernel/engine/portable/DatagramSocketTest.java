// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.ShutdownFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Resource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: datagrams arrive whole, with their length and their sender. */
@Timeout(60)
class DatagramSocketTest {

  private Rig rig;
  private SocketRig sockets;

  @BeforeEach
  void open() {
    rig = new Rig(PortableEngine.open());
    sockets = new SocketRig(rig);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Resource bound(int family) {
    Resource socket = sockets.datagram(family);
    assertThat(sockets.bind(socket, SocketRig.loopback(family, 0)).result).isZero();
    return socket;
  }

  private Endpoint address(Resource socket, int family) {
    return SocketRig.loopback(family, sockets.port(socket));
  }

  @ParameterizedTest
  @ValueSource(ints = {SocketRig.IPV4, SocketRig.IPV6})
  void aDatagramTellsItsSenderAndItsLengthAlsoIfItWasCut(int family) {
    Resource one = bound(family);
    Resource two = bound(family);
    Rig.Op waiting = sockets.receiving(two, 4, 0);
    waiting.code = OpCode.RECV_MESSAGE;
    rig.start(waiting);
    assertThat(sockets.sendTo(one, "abcdefgh", address(two, family)).result).isEqualTo(8);
    assertThat(rig.text(rig.finish(waiting))).isEqualTo("abcd");
    assertThat(waiting.value).isEqualTo(8);
    Endpoint.Ip sender = (Endpoint.Ip) waiting.endpoint;
    assertThat(sender.port()).isEqualTo(sockets.port(one));
    assertThat(sender.address()).isEqualTo(((Endpoint.Ip) SocketRig.loopback(family, 0)).address());
    sockets.sendTo(one, "next", address(two, family));
    assertThat(rig.text(sockets.receiveMessage(two, 100))).as("the rest is gone").isEqualTo("next");
  }

  @Test
  void anEmptyDatagramIsOne() {
    Resource one = bound(SocketRig.IPV4);
    Resource two = bound(SocketRig.IPV4);
    assertThat(sockets.sendTo(one, "", address(two, SocketRig.IPV4)).result).isZero();
    Rig.Op receive = sockets.receiveMessage(two, 100);
    assertThat(receive.result).isZero();
    assertThat(receive.endpoint).isNotNull();
  }

  @Test
  void peekAndPollTakeNothing() {
    Resource one = bound(SocketRig.IPV4);
    Resource two = bound(SocketRig.IPV4);
    assertThat(rig.run(sockets.receiving(two, 8, ReceiveFlags.DO_NOT_WAIT)).error())
        .isEqualTo(SyscallError.WOULD_BLOCK);
    assertThat(rig.run(rig.poll(two, PollEvents.IN | PollEvents.OUT)).result)
        .isEqualTo(PollEvents.OUT);
    sockets.sendTo(one, "first", address(two, SocketRig.IPV4));
    sockets.sendTo(one, "second", address(two, SocketRig.IPV4));
    assertThat(rig.run(rig.poll(two, PollEvents.IN)).result).isEqualTo(PollEvents.IN);
    Rig.Op peek = rig.run(sockets.receiving(two, 3, ReceiveFlags.PEEK));
    assertThat(rig.text(peek)).isEqualTo("fir");
    assertThat(peek.value).isEqualTo(5);
    assertThat(rig.text(sockets.receive(two, 100))).isEqualTo("first");
    assertThat(rig.text(sockets.receive(two, 100))).isEqualTo("second");
  }

  @Test
  void aConnectedSocketSendsToItsPeerAndHearsOfNobodyElse() {
    Resource one = bound(SocketRig.IPV4);
    Resource two = bound(SocketRig.IPV4);
    Resource stranger = bound(SocketRig.IPV4);
    assertThat(rig.run(sockets.sending(one, "x", 0)).error())
        .as("no destination")
        .isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.run(rig.op(OpCode.PEER_NAME, one)).error())
        .isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.run(sockets.connecting(one, address(two, SocketRig.IPV4))).result).isZero();
    sockets.send(one, "to two");
    assertThat(rig.text(sockets.receive(two, 100))).isEqualTo("to two");
    Endpoint back = address(one, SocketRig.IPV4);
    sockets.sendTo(stranger, "not heard", back);
    sockets.sendTo(two, "heard", back);
    assertThat(rig.text(sockets.receive(one, 100))).isEqualTo("heard");
    assertThat(rig.run(sockets.connecting(one, address(stranger, SocketRig.IPV4))).result)
        .as("another peer")
        .isZero();
    assertThat(((Endpoint.Ip) sockets.name(OpCode.PEER_NAME, one)).port())
        .isEqualTo(sockets.port(stranger));
  }

  @Test
  void aPeerThatIsGoneRefuses() {
    Resource one = bound(SocketRig.IPV4);
    Resource two = bound(SocketRig.IPV4);
    rig.run(sockets.connecting(one, address(two, SocketRig.IPV4)));
    rig.close(two);
    sockets.send(one, "x");
    assertThat(rig.run(rig.poll(one, PollEvents.IN)).result)
        .isEqualTo(PollEvents.IN | PollEvents.ERR);
    assertThat(sockets.receive(one, 100).error()).isEqualTo(SyscallError.CONNECTION_REFUSED);
  }

  @Test
  void whatOnlyStreamsDoIsRefused() {
    Resource socket = bound(SocketRig.IPV4);
    assertThat(sockets.listen(socket, 0).error()).isEqualTo(SyscallError.INVALID_STATE);
    assertThat(rig.run(sockets.accepting(socket)).error()).isEqualTo(SyscallError.INVALID_STATE);
    assertThat(sockets.bind(socket, SocketRig.loopback(SocketRig.IPV4, 0)).error())
        .isEqualTo(SyscallError.INVALID_STATE);
    assertThat(sockets.shutdown(socket, ShutdownFlags.WRITE).error())
        .isEqualTo(SyscallError.NOT_CONNECTED);
  }

  @Test
  void aDatagramTooLongIsRefusedWhole() {
    Resource one = bound(SocketRig.IPV4);
    Rig.Op send = sockets.op(OpCode.SEND_MESSAGE, one, address(one, SocketRig.IPV4));
    send.length = 1 << 17;
    assertThat(rig.run(send).error()).isEqualTo(SyscallError.INVALID_ARGUMENT);
  }
}
