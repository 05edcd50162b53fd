// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.NetworkPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a NETWORK permits, and that nothing else leaves. */
class NetworkGrantTest extends SocketConformance {

  /** A listener of the host's that must hear nothing. */
  private static final class Silence implements AutoCloseable {
    final ServerSocket listener;

    Silence() throws IOException {
      listener = new ServerSocket(0, 4, InetAddress.getLoopbackAddress());
      listener.setSoTimeout(50);
    }

    int port() {
      return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      try (listener) {
        assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);
      }
    }
  }

  private void use(String policy) {
    program = programWith(policy);
    network = program.grant("net");
  }

  @Test
  void connectingToAnotherPortIsDeniedAndNothingIsSent() throws IOException {
    try (Silence silence = new Silence()) {
      int other = silence.port() == 1 ? 2 : silence.port() - 1;
      use("connect:127.0.0.1:" + other);
      assertThat(program.run(connect(stream(Family.IPV4), address(Family.IPV4, silence.port()))))
          .failedWith(SyscallError.PERMISSION_DENIED);
    }
  }

  @Test
  void connectingToAnotherHostIsDeniedAndNothingIsSent() throws IOException {
    try (Silence silence = new Silence()) {
      use("connect:127.0.0.2:*,connect:10.0.0.0/8:*");
      assertThat(program.run(connect(stream(Family.IPV4), address(Family.IPV4, silence.port()))))
          .failedWith(SyscallError.PERMISSION_DENIED);
    }
  }

  @Test
  void aGrantToListenIsNoneToConnect() throws IOException {
    try (Silence silence = new Silence()) {
      use("listen:127.0.0.1:*");
      assertThat(program.run(connect(stream(Family.IPV4), address(Family.IPV4, silence.port()))))
          .failedWith(SyscallError.PERMISSION_DENIED);
    }
  }

  @Test
  void aGrantToConnectIsNoneToBind() {
    use("connect:127.0.0.1:*");
    assertThat(program.run(bind(stream(Family.IPV4), address(Family.IPV4, 0))))
        .failedWith(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void aGrantForStreamsIsNoneForDatagrams() {
    use("connect:127.0.0.1:*");
    assertThat(program.run(create(network, Family.IPV4.code, SocketKind.DATAGRAM, 0)))
        .failedWith(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void aGrantForOneFamilyIsNoneForAnother() {
    use("connect:127.0.0.1:*");
    assertThat(program.run(create(network, Family.IPV6.code, SocketKind.STREAM, 0)))
        .failedWith(SyscallError.PERMISSION_DENIED);
    assertThat(program.run(create(network, Family.UNIX.code, SocketKind.STREAM, 0)))
        .failedWith(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void aDatagramToAnotherAddressIsDenied() {
    use("udp-listen:127.0.0.1:*,udp-connect:127.0.0.2:*");
    long socket = datagram(Family.IPV4);
    assertThat(program.run(bind(socket, address(Family.IPV4, 0)))).succeededWith(0);
    assertThat(program.run(sendTo(socket, "x", address(Family.IPV4, 9))))
        .failedWith(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void portZeroNeedsAGrantThatHasIt() {
    use("listen:127.0.0.1:1-65535");
    assertThat(program.run(bind(stream(Family.IPV4), address(Family.IPV4, 0))))
        .failedWith(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void anAddressThatTheMachineDoesNotHaveIsNotAvailable() {
    // of a block that is for documents, so that no machine has it
    use("listen:192.0.2.1:*");
    Range address = program.memory().take(SocketAddress.SIZE);
    byte[] ip = {(byte) 192, 0, 2, 1};
    SocketAddress.writeIp(
        program.segment(), program.memory().offsetOf(address.address()), ip, 0, 0);
    assertThat(program.run(bind(stream(Family.IPV4), address)))
        .failedWith(SyscallError.ADDRESS_NOT_AVAILABLE);
  }

  @Test
  void anIpv4AddressInIpv6ClothesIsNone() throws IOException {
    try (Silence silence = new Silence()) {
      use("connect:[::]/0:*");
      Range address = program.memory().take(SocketAddress.SIZE);
      byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 127, 0, 0, 1};
      SocketAddress.writeIp(
          program.segment(),
          program.memory().offsetOf(address.address()),
          mapped,
          silence.port(),
          0);
      assertThat(program.run(connect(stream(Family.IPV6), address)))
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
  }

  @Test
  void theGrantedAddressNeedNotBeKnown() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
      use("connect:127.0.0.1:" + listener.getLocalPort());
      long socket = program.run(create(network, 0, 0, socketRights())).capability();
      assertThat(program.run(connect(socket, granted()))).succeededWith(0);
      listener.accept().close();
    }
  }

  @Test
  void theGrantedAddressMustBeOne() {
    use("connect:127.0.0.1:*");
    long socket = program.run(create(network, 0, 0, socketRights())).capability();
    assertThat(program.run(connect(socket, granted()))).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void whatAGrantDoesNotSayMustBeSaid() {
    use("connect:127.0.0.1:1,udp-connect:127.0.0.1:1");
    assertThat(program.run(create(network, Family.IPV4.code, SocketKind.GRANTED, 0)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void rightsOfASocketAreAmongTheNetworks() {
    long narrow = program.duplicate(network, Rights.NET_CONNECT | Rights.NET_SEND);
    assertThat(program.run(create(narrow, Family.IPV4.code, SocketKind.STREAM, Rights.NET_RECV)))
        .missed(Rights.NET_RECV);
    long socket =
        program
            .run(create(narrow, Family.IPV4.code, SocketKind.STREAM, Rights.NET_SEND))
            .capability();
    assertThat(program.run(receive(socket, space(1)))).missed(Rights.NET_RECV);
    assertThat(program.run(connect(socket, address(Family.IPV4, 1)))).missed(Rights.NET_CONNECT);
    assertThat(program.run(bind(socket, address(Family.IPV4, 1)))).missed(Rights.NET_BIND);
    assertThat(program.run(listen(socket))).missed(Rights.NET_LISTEN);
    assertThat(program.run(shutdown(socket, 1))).missed(Rights.CLOSE);
  }

  @Test
  void anAcceptedSocketHasNoMoreThanTheListeningOne() {
    Server server = server(Family.IPV4);
    long narrow = program.duplicate(server.socket(), Rights.NET_ACCEPT | Rights.NET_RECV);
    assertThat(program.run(accept(narrow).auxiliary1(Rights.NET_RECV | Rights.NET_SEND)))
        .missed(Rights.NET_SEND);
  }

  @Test
  void malformedAddressesAreInvalid() {
    long socket = stream(Family.IPV4);
    Range address = address(Family.IPV4, 1);
    long offset = program.memory().offsetOf(address.address());
    assertThat(program.run(connect(socket, address.first(95))))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(program.run(connect(socket, new Range(address.address() + 4, 96))).result())
        .isNegative();
    for (long at : new long[] {6, 13, 23, 24, 26, 89, 90, 95}) {
      program.segment().set(java.lang.foreign.ValueLayout.JAVA_BYTE, offset + at, (byte) 1);
      assertThat(program.run(connect(socket, address))).failedWith(SyscallError.INVALID_ARGUMENT);
      program.segment().set(java.lang.foreign.ValueLayout.JAVA_BYTE, offset + at, (byte) 0);
    }
    SocketAddress.setFamily(program.segment(), offset, 77);
    assertThat(program.run(connect(socket, address))).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(program.run(connect(socket, new Range(64, 96))))
        .failedWith(SyscallError.INVALID_ADDRESS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", ".", "a/b", "a\0b", ""})
  void aUnixNameIsOneName(String hostile) {
    assertThat(program.run(bind(stream(Family.UNIX), name(hostile))).result())
        .isEqualTo(SyscallError.INVALID_ARGUMENT.result());
  }

  @Test
  void aUnixNameDoesNotFollowALink() throws IOException {
    Files.createSymbolicLink(sockets.resolve("link"), outside.resolve("elsewhere"));
    assertThat(program.run(bind(stream(Family.UNIX), name("link"))).result()).isNegative();
    assertThat(program.run(connect(stream(Family.UNIX), name("link"))).result()).isNegative();
    assertThat(outside.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void aUnixNameTellsNoPathOfTheHost() {
    Server server = server(Family.UNIX);
    assertThat(unixName(server.address())).startsWith("s").doesNotContain("/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "connect",
        "connect:",
        "connect:host",
        "connect:127.0.0.1:70000",
        "connect:127.0.0.1:9-1",
        "connect:127.0.0.1/40:1",
        "bind:127.0.0.1:1",
        "connect:127.0.0.1:1,"
      })
  void aRuleThatIsNoneIsRefusedInWords(String rule) {
    assertThatThrownBy(() -> NetworkPolicy.parse(rule))
        .isInstanceOfSatisfying(
            SyscallException.class,
            e -> assertThat(e.error()).isEqualTo(SyscallError.INVALID_ARGUMENT));
  }
}
