// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ShutdownFlags;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SocketOption;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: sockets get addresses, find each other, and say why they cannot. */
@Timeout(60)
class ConnectingTest {

  private static final int MANY = 1000;

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

  @ParameterizedTest
  @ValueSource(ints = {SocketRig.IPV4, SocketRig.IPV6})
  void aConnectionHasTheNamesOfItsTwoEnds(int family) {
    Resource listener = sockets.listener(family);
    int port = sockets.port(listener);
    Rig.Op accept = rig.start(sockets.accepting(listener));
    rig.queue.progress(0, 0);
    assertThat(accept.completions).isZero();
    Resource client = sockets.stream(family);
    rig.run(sockets.connecting(client, SocketRig.loopback(family, port)));
    Resource server = SocketRig.made(rig.finish(accept));
    assertThat(server.type()).isEqualTo(CapabilityType.SOCKET);
    assertSame(accept.endpoint, sockets.name(OpCode.SOCKET_NAME, client));
    assertSame(accept.endpoint, sockets.name(OpCode.PEER_NAME, server));
    assertSame(SocketRig.loopback(family, port), sockets.name(OpCode.PEER_NAME, client));
    assertSame(SocketRig.loopback(family, port), sockets.name(OpCode.SOCKET_NAME, server));
    sockets.send(client, "hello");
    assertThat(rig.text(sockets.receive(server, 8))).isEqualTo("hello");
  }

  private static void assertSame(Endpoint one, Endpoint other) {
    Endpoint.Ip ip = (Endpoint.Ip) one;
    Endpoint.Ip otherIp = (Endpoint.Ip) other;
    assertThat(ip.address()).isEqualTo(otherIp.address());
    assertThat(ip.port()).isEqualTo(otherIp.port());
    assertThat(ip.scope()).isEqualTo(otherIp.scope());
  }

  @Test
  void aFreshSocketHasAnAddressOfZerosAndNoPeer() {
    Resource socket = sockets.stream(SocketRig.IPV6);
    assertSame(new Endpoint.Ip(new byte[16], 0, 0), sockets.name(OpCode.SOCKET_NAME, socket));
    assertThat(rig.run(rig.op(OpCode.PEER_NAME, socket)).error())
        .isEqualTo(SyscallError.NOT_CONNECTED);
  }

  @Test
  void aFreshSocketIsNotConnected() {
    Resource socket = sockets.stream(SocketRig.IPV4);
    assertThat(sockets.receive(socket, 8).error()).isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.run(sockets.sending(socket, "x", 0)).error())
        .isEqualTo(SyscallError.BROKEN_PIPE);
    assertThat(sockets.shutdown(socket, ShutdownFlags.READ).error())
        .isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.run(sockets.accepting(socket)).error()).isEqualTo(SyscallError.INVALID_STATE);
    assertThat(sockets.listen(socket, 0).error()).isEqualTo(SyscallError.INVALID_STATE);
    assertThat(rig.run(rig.poll(socket, PollEvents.IN)).result).isEqualTo(PollEvents.HUP);
  }

  @Test
  void nobodyThereRefusesAndTheSocketCanTryAgain() {
    Resource listener = sockets.listener(SocketRig.IPV4);
    Endpoint address = SocketRig.loopback(SocketRig.IPV4, sockets.port(listener));
    rig.close(listener);
    Resource client = sockets.stream(SocketRig.IPV4);
    sockets.option(OpCode.SET_OPTION, client, SocketOption.NODELAY, 1);
    assertThat(rig.run(sockets.connecting(client, address)).error())
        .isEqualTo(SyscallError.CONNECTION_REFUSED);
    assertThat(sockets.receive(client, 8).error()).isEqualTo(SyscallError.NOT_CONNECTED);
    Resource other = sockets.listener(SocketRig.IPV4);
    Endpoint there = SocketRig.loopback(SocketRig.IPV4, sockets.port(other));
    assertThat(rig.run(sockets.connecting(client, there)).result).isZero();
    assertThat(sockets.option(OpCode.GET_OPTION, client, SocketOption.NODELAY, 0).value)
        .as("options stay")
        .isEqualTo(1);
  }

  @Test
  void aSocketConnectsOnce() {
    Resource listener = sockets.listener(SocketRig.IPV4);
    Endpoint address = SocketRig.loopback(SocketRig.IPV4, sockets.port(listener));
    SocketRig.Pair pair = sockets.pair(listener, address, SocketRig.IPV4);
    for (Resource each : List.of(pair.client(), pair.server(), listener)) {
      assertThat(rig.run(sockets.connecting(each, address)).error())
          .isEqualTo(SyscallError.INVALID_STATE);
      assertThat(sockets.bind(each, SocketRig.loopback(SocketRig.IPV4, 0)).error())
          .isEqualTo(SyscallError.INVALID_STATE);
    }
    assertThat(sockets.listen(pair.client(), 0).error()).isEqualTo(SyscallError.INVALID_STATE);
    assertThat(sockets.listen(listener, 9).result).as("listening again").isZero();
    assertThat(sockets.receive(listener, 8).error()).isEqualTo(SyscallError.NOT_CONNECTED);
  }

  @Test
  void anAddressOfAnotherFamilyIsRefused() {
    Resource four = sockets.stream(SocketRig.IPV4);
    Endpoint six = SocketRig.loopback(SocketRig.IPV6, 9);
    assertThat(rig.run(sockets.connecting(four, six)).error())
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
    assertThat(sockets.bind(four, six).error()).isEqualTo(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void aTakenAddressIsToldAtBindAndAForeignOneToo() {
    Resource listener = sockets.listener(SocketRig.IPV4);
    Endpoint taken = SocketRig.loopback(SocketRig.IPV4, sockets.port(listener));
    Resource late = sockets.stream(SocketRig.IPV4);
    assertThat(sockets.bind(late, taken).error()).isEqualTo(SyscallError.ADDRESS_IN_USE);
    Endpoint foreign = new Endpoint.Ip(new byte[] {(byte) 192, 0, 2, 1}, 0, 0);
    assertThat(sockets.bind(late, foreign).error()).isEqualTo(SyscallError.ADDRESS_NOT_AVAILABLE);
    assertThat(sockets.bind(late, SocketRig.loopback(SocketRig.IPV4, 0)).result)
        .as("a refused bind leaves it unbound")
        .isZero();
  }

  @Test
  void thePortThatBindChoseIsTheOneThatListens() {
    Resource socket = sockets.stream(SocketRig.IPV4);
    sockets.bind(socket, SocketRig.loopback(SocketRig.IPV4, 0));
    int port = sockets.port(socket);
    assertThat(port).isPositive();
    assertThat(sockets.listen(socket, 4).result).isZero();
    assertThat(sockets.port(socket)).isEqualTo(port);
  }

  @Test
  void aBoundSocketConnectsFromItsAddress() {
    Resource listener = sockets.listener(SocketRig.IPV4);
    Resource client = sockets.stream(SocketRig.IPV4);
    sockets.bind(client, SocketRig.loopback(SocketRig.IPV4, 0));
    int port = sockets.port(client);
    rig.run(sockets.connecting(client, SocketRig.loopback(SocketRig.IPV4, sockets.port(listener))));
    Rig.Op accept = rig.run(sockets.accepting(listener));
    assertThat(((Endpoint.Ip) accept.endpoint).port()).isEqualTo(port);
  }

  @Test
  void pendingAcceptsAreServedInTheirOrderAndCancelledOnesTakeNoConnection() {
    Resource listener = sockets.listener(SocketRig.IPV4);
    Endpoint address = SocketRig.loopback(SocketRig.IPV4, sockets.port(listener));
    List<Rig.Op> accepts = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      accepts.add(rig.start(sockets.accepting(listener)));
    }
    accepts.subList(0, MANY - 3).forEach(rig.queue::cancel);
    for (int i = 0; i < 3; i++) {
      Resource client = sockets.stream(SocketRig.IPV4);
      rig.run(sockets.connecting(client, address));
      Rig.Op accept = rig.finish(accepts.get(MANY - 3 + i));
      assertSame(accept.endpoint, sockets.name(OpCode.SOCKET_NAME, client));
    }
    assertThat(accepts.subList(0, MANY - 3))
        .allMatch(op -> op.error() == SyscallError.OPERATION_CANCELLED && op.opened == null);
  }

  @Test
  void pollTellsOfAConnectionAndTakesNone() {
    Resource listener = sockets.listener(SocketRig.IPV4);
    Rig.Op poll = rig.start(rig.poll(listener, PollEvents.IN));
    rig.queue.progress(0, 0);
    assertThat(poll.completions).isZero();
    Resource client = sockets.stream(SocketRig.IPV4);
    rig.run(sockets.connecting(client, SocketRig.loopback(SocketRig.IPV4, sockets.port(listener))));
    assertThat(rig.finish(poll).result).isEqualTo(PollEvents.IN);
    assertThat(rig.run(rig.poll(listener, PollEvents.IN)).result).isEqualTo(PollEvents.IN);
    SocketRig.made(rig.run(sockets.accepting(listener)));
  }

  @Test
  void optionsAreSetAndRead() {
    Resource socket = sockets.stream(SocketRig.IPV4);
    for (int option :
        new int[] {SocketOption.NODELAY, SocketOption.KEEP_ALIVE, SocketOption.REUSE_ADDRESS}) {
      assertThat(sockets.option(OpCode.GET_OPTION, socket, option, 0).value).isZero();
      assertThat(sockets.option(OpCode.SET_OPTION, socket, option, 1).result).isZero();
      assertThat(sockets.option(OpCode.GET_OPTION, socket, option, 0).value).isEqualTo(1);
    }
    assertThat(sockets.option(OpCode.GET_OPTION, socket, SocketOption.LINGER, 0).value)
        .isEqualTo(-1);
    assertThat(sockets.option(OpCode.SET_OPTION, socket, SocketOption.LINGER, 3).result).isZero();
    assertThat(sockets.option(OpCode.GET_OPTION, socket, SocketOption.LINGER, 0).value)
        .isEqualTo(3);
    assertThat(sockets.option(OpCode.SET_OPTION, socket, SocketOption.NODELAY, 2).error())
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
    assertThat(sockets.option(OpCode.SET_OPTION, socket, 99, 1).error())
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
    assertThat(sockets.option(OpCode.GET_OPTION, socket, SocketOption.ERROR, 0).error())
        .isEqualTo(SyscallError.NOT_IMPLEMENTED);
    assertThat(sockets.option(OpCode.GET_OPTION, socket, SocketOption.BROADCAST, 0).error())
        .isEqualTo(SyscallError.NOT_IMPLEMENTED);
  }

  @Test
  void whatAListenerIsSetToItsConnectionsInherit() {
    Resource listener = sockets.stream(SocketRig.IPV4);
    sockets.option(OpCode.SET_OPTION, listener, SocketOption.NODELAY, 1);
    sockets.bind(listener, SocketRig.loopback(SocketRig.IPV4, 0));
    sockets.listen(listener, 0);
    assertThat(sockets.option(OpCode.GET_OPTION, listener, SocketOption.NODELAY, 0).value)
        .isEqualTo(1);
    Endpoint address = SocketRig.loopback(SocketRig.IPV4, sockets.port(listener));
    Resource server = sockets.pair(listener, address, SocketRig.IPV4).server();
    assertThat(sockets.option(OpCode.GET_OPTION, server, SocketOption.NODELAY, 0).value)
        .isEqualTo(1);
  }

  @Test
  void unknownFamiliesAndKindsAreRefused() {
    assertThat(sockets.create(9, SocketKind.STREAM).error())
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
    assertThat(sockets.create(SocketRig.IPV4, 9).error()).isEqualTo(SyscallError.INVALID_ARGUMENT);
    assertThat(sockets.create(SocketRig.UNIX, SocketKind.DATAGRAM).error())
        .isEqualTo(SyscallError.NOT_IMPLEMENTED);
  }

  @Test
  void descriptorsAreFreeWhenCloseReturns() throws IOException {
    Resource listener = sockets.listener(SocketRig.IPV4);
    Endpoint address = SocketRig.loopback(SocketRig.IPV4, sockets.port(listener));
    sockets.pair(listener, address, SocketRig.IPV4); // the selector is there now
    long before = descriptors();
    for (int i = 0; i < 100; i++) {
      SocketRig.Pair pair = sockets.pair(listener, address, SocketRig.IPV4);
      Rig.Op waiting = rig.start(sockets.receiving(pair.server(), 8, 0));
      rig.queue.cancel(waiting);
      rig.finish(waiting);
      rig.close(pair.client());
      rig.close(pair.server());
      Resource refused = sockets.stream(SocketRig.IPV4);
      rig.run(sockets.connecting(refused, SocketRig.loopback(SocketRig.IPV4, 1)));
      rig.close(refused);
      Resource other = sockets.listener(SocketRig.IPV4);
      Rig.Op accept = rig.start(sockets.accepting(other));
      rig.queue.cancel(accept);
      rig.finish(accept);
      rig.close(other);
      assertThat(descriptors()).as("round %d", i).isEqualTo(before);
    }
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
