// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Resource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What tests of sockets say in one word each. */
final class SocketRig {

  /** Where what is received goes, apart from what is sent. */
  static final long IN = 1L << 20;

  static final int IPV4 = SocketAddress.FAMILY_IPV4;
  static final int IPV6 = SocketAddress.FAMILY_IPV6;
  static final int UNIX = SocketAddress.FAMILY_UNIX;

  private final Rig rig;

  SocketRig(Rig rig) {
    this.rig = rig;
  }

  /** Two ends of one connection. */
  record Pair(Resource client, Resource server) {}

  Rig.Op create(int family, int kind) {
    Rig.Op op = new Rig.Op(OpCode.SOCKET_CREATE, null, rig.memory());
    op.flags = family;
    op.mode = kind;
    return rig.run(op);
  }

  Resource stream(int family) {
    return made(create(family, SocketKind.STREAM));
  }

  Resource datagram(int family) {
    return made(create(family, SocketKind.DATAGRAM));
  }

  static Resource made(Rig.Op op) {
    assertThat(op.opened).as("made by %s, result %d", op.code, op.result).isNotNull();
    return op.opened;
  }

  static Endpoint loopback(int family, int port) {
    byte[] address = family == IPV4 ? new byte[] {127, 0, 0, 1} : new byte[16];
    address[address.length - 1] = 1;
    return new Endpoint.Ip(address, port, 0);
  }

  Rig.Op op(OpCode code, Resource socket, @Nullable Endpoint endpoint) {
    Rig.Op op = rig.op(code, socket);
    op.endpoint = endpoint;
    return op;
  }

  Rig.Op bind(Resource socket, Endpoint endpoint) {
    return rig.run(op(OpCode.BIND, socket, endpoint));
  }

  Rig.Op listen(Resource socket, int backlog) {
    Rig.Op op = rig.op(OpCode.LISTEN, socket);
    op.length = backlog;
    return rig.run(op);
  }

  Rig.Op connecting(Resource socket, Endpoint endpoint) {
    return op(OpCode.CONNECT, socket, endpoint);
  }

  Rig.Op accepting(Resource socket) {
    return rig.op(OpCode.ACCEPT, socket);
  }

  Endpoint name(OpCode code, Resource socket) {
    Rig.Op op = rig.run(rig.op(code, socket));
    assertThat(op.result).as("result of %s", code).isZero();
    assertThat(op.endpoint).isNotNull();
    return op.endpoint;
  }

  int port(Resource socket) {
    return ((Endpoint.Ip) name(OpCode.SOCKET_NAME, socket)).port();
  }

  /** A socket that listens on a port of the host's choice. */
  Resource listener(int family) {
    Resource listener = stream(family);
    assertThat(bind(listener, loopback(family, 0)).result).isZero();
    assertThat(listen(listener, 0).result).isZero();
    return listener;
  }

  Pair pair(int family) {
    Resource listener = listener(family);
    Pair pair = pair(listener, loopback(family, port(listener)), family);
    rig.close(listener);
    return pair;
  }

  Pair pair(Resource listener, Endpoint address, int family) {
    Resource client = stream(family);
    assertThat(rig.run(connecting(client, address)).result).isZero();
    return new Pair(client, made(rig.run(accepting(listener))));
  }

  Rig.Op sending(Resource socket, String text, int flags) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(bytes, 0, rig.memory(), ValueLayout.JAVA_BYTE, Rig.AT, bytes.length);
    Rig.Op op = rig.op(OpCode.SEND, socket);
    op.length = bytes.length;
    op.flags = flags;
    return op;
  }

  Rig.Op send(Resource socket, String text) {
    Rig.Op op = rig.run(sending(socket, text, 0));
    assertThat(op.result).isEqualTo(text.length());
    return op;
  }

  Rig.Op sendTo(Resource socket, String text, Endpoint target) {
    Rig.Op op = sending(socket, text, 0);
    op.code = OpCode.SEND_MESSAGE;
    op.endpoint = target;
    return rig.run(op);
  }

  Rig.Op receiving(Resource socket, int length, int flags) {
    Rig.Op op = rig.op(OpCode.RECV, socket);
    op.memoryOffset = IN;
    op.length = length;
    op.flags = flags;
    return op;
  }

  Rig.Op receive(Resource socket, int length) {
    return rig.run(receiving(socket, length, 0));
  }

  Rig.Op receiveMessage(Resource socket, int length) {
    Rig.Op op = receiving(socket, length, 0);
    op.code = OpCode.RECV_MESSAGE;
    return rig.run(op);
  }

  Rig.Op shutdown(Resource socket, int directions) {
    Rig.Op op = rig.op(OpCode.SHUTDOWN, socket);
    op.flags = directions;
    return rig.run(op);
  }

  Rig.Op option(OpCode code, Resource socket, int option, long value) {
    Rig.Op op = rig.op(code, socket);
    op.flags = option;
    op.offset = value;
    return rig.run(op);
  }
}
