// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;

import dev.ringfence.abi.AcceptFlags;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.NetworkPolicy;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;

/**
 * A subject about sockets: a domain that holds a NETWORK for every family and kind, on loopback and
 * in a directory of the test's, and the words to write its entries with.
 */
abstract class SocketConformance extends Conformance {

  /** The families of streams that every engine has. */
  enum Family {
    IPV4(SocketAddress.FAMILY_IPV4, "127.0.0.1"),
    IPV6(SocketAddress.FAMILY_IPV6, "::1"),
    UNIX(SocketAddress.FAMILY_UNIX, "");

    final int code;
    final String loopback;

    Family(int code, String loopback) {
      this.code = code;
      this.loopback = loopback;
    }
  }

  private static final String POLICY =
      "connect:127.0.0.1:*,listen:127.0.0.1:*,connect:[::1]:*,listen:[::1]:*,"
          + "udp-connect:127.0.0.1:*,udp-listen:127.0.0.1:*,udp-connect:[::1]:*,udp-listen:[::1]:*,"
          + "unix-connect:%1$s,unix-listen:%1$s,unixgram-connect:%1$s,unixgram-listen:%1$s";

  /** The program that has the sockets. */
  Client program;

  /** Its NETWORK, with all rights. */
  long network;

  /** Where its Unix sockets are. */
  Path sockets;

  private int names;

  @BeforeEach
  final void openSockets() throws java.io.IOException {
    // beside the tree, and with a short path: that of a Unix socket has at most 108 bytes
    sockets = Files.createTempDirectory("rf");
    program = programWith(POLICY.formatted(sockets));
    network = program.grant("net");
  }

  @org.junit.jupiter.api.AfterEach
  final void removeSockets() throws java.io.IOException {
    try (var left = Files.list(sockets)) {
      for (Path each : left.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(sockets);
  }

  /** A program in a domain of its own with one NETWORK, {@code net}. */
  final Client programWith(String policy) {
    Domain domain =
        opened(
            kernel
                .domain("sockets")
                .quotas(quotas())
                .directory("root", tree, Rights.ALL)
                .network("net", NetworkPolicy.parse(policy), Rights.ALL));
    return Client.setUp(domain, ENTRIES, ringFlags());
  }

  // ---- entries ---------------------------------------------------------------------------------

  final Entry create(long from, int family, int kind, long rights) {
    return Entry.of(OpCode.SOCKET_CREATE)
        .capability(from)
        .auxiliary0(family | (long) kind << 16)
        .auxiliary1(rights);
  }

  final long stream(Family family) {
    return program
        .run(create(network, family.code, SocketKind.STREAM, Rights.ALL & socketRights()))
        .capability();
  }

  final long datagram(Family family) {
    return program
        .run(create(network, family.code, SocketKind.DATAGRAM, socketRights()))
        .capability();
  }

  /** Every right of a NETWORK that a socket can have. */
  static long socketRights() {
    return dev.ringfence.abi.CapabilityType.NETWORK.applicableRights();
  }

  /** An address in the program's arena. */
  final Range address(Family family, int port) {
    Range range = program.memory().take(SocketAddress.SIZE);
    long offset = program.memory().offsetOf(range.address());
    byte[] ip = InetAddress.ofLiteral(family.loopback).getAddress();
    SocketAddress.writeIp(program.segment(), offset, ip, port, 0);
    return range;
  }

  final Range name(String name) {
    Range range = program.memory().take(SocketAddress.SIZE);
    SocketAddress.writeName(
        program.segment(), program.memory().offsetOf(range.address()), Requests.bytes(name));
    return range;
  }

  /** A local address that is free: port 0, or a name that nobody has. */
  final Range anywhere(Family family) {
    return family == Family.UNIX ? name("s" + names++) : address(family, 0);
  }

  /** The all-zero address: the granted one. */
  final Range granted() {
    return program.memory().take(SocketAddress.SIZE);
  }

  final Entry bind(long socket, Range address) {
    return Entry.of(OpCode.BIND).capability(socket).range(address);
  }

  final Entry connect(long socket, Range address) {
    return Entry.of(OpCode.CONNECT).capability(socket).range(address);
  }

  final Entry listen(long socket) {
    return Entry.of(OpCode.LISTEN).capability(socket).len(16);
  }

  final Entry accept(long socket) {
    return Entry.of(OpCode.ACCEPT)
        .capability(socket)
        .auxiliary1(Rights.NET_SEND | Rights.NET_RECV | Rights.CLOSE | Rights.DUP);
  }

  final Entry acceptAll(long socket) {
    return accept(socket).auxiliary0((long) AcceptFlags.MULTISHOT << 32);
  }

  final Entry send(long socket, String text) {
    return Entry.of(OpCode.SEND).capability(socket).range(program.memory().hold(text));
  }

  final Entry receive(long socket, Range into) {
    return Entry.of(OpCode.RECV).capability(socket).range(into);
  }

  final Entry receive(long socket, Range into, int flags) {
    return receive(socket, into).auxiliary1(flags);
  }

  final Entry sendTo(long socket, String text, Range address) {
    return Entry.of(OpCode.SEND_MESSAGE)
        .capability(socket)
        .range(program.memory().hold(text))
        .auxiliary0(address.address());
  }

  final Entry receiveFrom(long socket, Range into, Range address) {
    return Entry.of(OpCode.RECV_MESSAGE)
        .capability(socket)
        .range(into)
        .auxiliary0(address.address());
  }

  final Entry shutdown(long socket, int directions) {
    return Entry.of(OpCode.SHUTDOWN).capability(socket).len(directions);
  }

  final Entry ownName(long socket, Range into) {
    return Entry.of(OpCode.SOCKET_NAME).capability(socket).range(into);
  }

  final Entry peerName(long socket, Range into) {
    return Entry.of(OpCode.PEER_NAME).capability(socket).range(into);
  }

  final Entry option(long socket, int option) {
    return Entry.of(OpCode.GET_OPTION).capability(socket).auxiliary0(option);
  }

  final Entry setOption(long socket, int option, long value) {
    return option(socket, option).auxiliary1(value).code(OpCode.SET_OPTION);
  }

  // ---- scenes ----------------------------------------------------------------------------------

  /** A listening socket and the address that reaches it. */
  record Server(long socket, Range address) {}

  /** The two ends of a connection. */
  record Connection(long client, long server) {}

  final Server server(Family family) {
    long socket = stream(family);
    assertThat(program.run(bind(socket, anywhere(family)))).succeededWith(0);
    assertThat(program.run(listen(socket))).succeededWith(0);
    Range address = program.memory().take(SocketAddress.SIZE);
    assertThat(program.run(ownName(socket, address))).succeededWith(SocketAddress.SIZE);
    return new Server(socket, address);
  }

  final Connection connected(Family family) {
    return connected(server(family), family);
  }

  final Connection connected(Server server, Family family) {
    long client = stream(family);
    Entry accept = accept(server.socket());
    Entry connect = connect(client, server.address());
    program.submit(accept, connect);
    assertThat(program.await(connect)).succeededWith(0);
    return new Connection(client, program.await(accept).capability());
  }

  final int port(Range address) {
    return SocketAddress.port(program.segment(), program.memory().offsetOf(address.address()));
  }

  final int family(Range address) {
    return SocketAddress.family(program.segment(), program.memory().offsetOf(address.address()));
  }

  final String unixName(Range address) {
    return new String(
        SocketAddress.name(program.segment(), program.memory().offsetOf(address.address())),
        java.nio.charset.StandardCharsets.UTF_8);
  }

  final boolean sameAddress(Range one, Range other) {
    return Arrays.equals(program.memory().bytes(one), program.memory().bytes(other));
  }

  final Range space(int length) {
    return program.memory().take(length);
  }

  final String got(Range range, Completion completion) {
    return program.memory().text(range.first(completion.result()));
  }

  static boolean goesOn(Completion completion) {
    return (completion.flags() & CompletionFlags.MORE) != 0;
  }

  static int bufferOf(Completion completion) {
    return completion.flags() >>> CompletionFlags.BUFFER_SHIFT;
  }
}
