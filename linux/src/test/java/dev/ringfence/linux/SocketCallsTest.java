// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets of this machine: addresses, messages, options. */
class SocketCallsTest {

  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  @TempDir Path temporary;
  private Arena arena;
  private MemorySegment address;
  private MemorySegment buffer;

  @BeforeEach
  void openArena() {
    arena = Arena.ofConfined();
    address = arena.allocate(SocketCalls.ADDRESS_ROOM, 8);
    buffer = arena.allocate(256, 8);
  }

  @AfterEach
  void closeArena() {
    arena.close();
  }

  @Test
  void aStreamIsConnectedByItsAddress() {
    int listener = socket(SocketCalls.AF_INET, SocketCalls.SOCK_STREAM);
    InternetAddress.write(address, 0, LOOPBACK, 0);
    assertThat(SocketCalls.bind(listener, address, InternetAddress.SIZE)).isZero();
    assertThat(SocketCalls.listen(listener, SocketCalls.SOMAXCONN)).isZero();
    assertThat(SocketCalls.getsockname(listener, address)).isEqualTo(InternetAddress.SIZE);
    assertThat(SocketCalls.family(address, 0)).isEqualTo(SocketCalls.AF_INET);
    assertThat(InternetAddress.address(address, 0)).isEqualTo(LOOPBACK);
    int port = InternetAddress.port(address, 0);
    assertThat(port).isPositive();

    int client = socket(SocketCalls.AF_INET, SocketCalls.SOCK_STREAM);
    assertThat(SocketCalls.connect(client, address, InternetAddress.SIZE)).isZero();
    int server = (int) SocketCalls.accept(listener, 0);
    assertThat(SocketCalls.getpeername(client, address)).isEqualTo(InternetAddress.SIZE);
    assertThat(InternetAddress.port(address, 0)).isEqualTo(port);

    put("hello");
    int quiet = SocketCalls.MSG_NOSIGNAL;
    assertThat(SocketCalls.send(client, buffer.address(), 5, quiet)).isEqualTo(5);
    assertThat(SocketCalls.receive(server, buffer.address() + 100, 50, 0)).isEqualTo(5);
    assertThat(text(100, 5)).isEqualTo("hello");
    assertThat(SocketCalls.shutdown(client, SocketCalls.SHUT_RDWR)).isZero();
    assertThat(SocketCalls.send(client, buffer.address(), 5, quiet))
        .isEqualTo(Errno.EPIPE.result());
    close(server, client, listener);
  }

  @Test
  void aMessageTellsItsSenderAndItsWholeLength() {
    int receiver = socket(SocketCalls.AF_INET, SocketCalls.SOCK_DGRAM);
    int sender = socket(SocketCalls.AF_INET, SocketCalls.SOCK_DGRAM);
    InternetAddress.write(address, 0, LOOPBACK, 0);
    assertThat(SocketCalls.bind(receiver, address, InternetAddress.SIZE)).isZero();
    assertThat(SocketCalls.bind(sender, address, InternetAddress.SIZE)).isZero();
    MemorySegment vector = arena.allocate(IoVector.SIZE, 8);
    MemorySegment header = arena.allocate(MessageHeader.SIZE, 8);
    put("a message");
    IoVector.write(vector, 0, buffer.address(), 9);
    assertThat(SocketCalls.getsockname(receiver, address)).isEqualTo(InternetAddress.SIZE);
    MessageHeader.write(header, 0, address.address(), InternetAddress.SIZE, vector.address(), 1);
    assertThat(SocketCalls.sendMessage(sender, header, SocketCalls.MSG_NOSIGNAL)).isEqualTo(9);

    IoVector.write(vector, 0, buffer.address() + 100, 4);
    int room = (int) address.byteSize();
    MessageHeader.write(header, 0, address.address(), room, vector.address(), 1);
    assertThat(SocketCalls.receiveMessage(receiver, header, SocketCalls.MSG_TRUNC)).isEqualTo(9);
    assertThat(text(100, 5)).isEqualTo("a me\0");
    assertThat(MessageHeader.nameBytes(header, 0)).isEqualTo(InternetAddress.SIZE);
    int from = InternetAddress.port(address, 0);
    SocketCalls.getsockname(sender, address);
    assertThat(from).isEqualTo(InternetAddress.port(address, 0));
    close(receiver, sender);
  }

  @Test
  void aUnixSocketIsNamedByAPath() {
    int listener = socket(SocketCalls.AF_UNIX, SocketCalls.SOCK_STREAM);
    int client = socket(SocketCalls.AF_UNIX, SocketCalls.SOCK_STREAM);
    Path path = temporary.resolve("s");
    int length = UnixAddress.write(address, 0, path.toString().getBytes(UTF_8));
    assertThat(SocketCalls.connect(client, address, length)).isEqualTo(Errno.ENOENT.result());
    assertThat(SocketCalls.bind(listener, address, length)).isZero();
    assertThat(Files.exists(path)).isTrue();
    assertThat(SocketCalls.connect(client, address, length)).isEqualTo(Errno.ECONNREFUSED.result());
    assertThat(SocketCalls.listen(listener, 1)).isZero();
    assertThat(SocketCalls.connect(client, address, length)).isZero();
    close(client, listener);
  }

  @Test
  void anIpv6AddressKeepsPortAndScope() {
    byte[] loopback = new byte[16];
    loopback[15] = 1;
    InternetAddress6.write(address, 0, loopback, 54_321, 7);
    assertThat(SocketCalls.family(address, 0)).isEqualTo(SocketCalls.AF_INET6);
    assertThat(InternetAddress6.address(address, 0)).isEqualTo(loopback);
    assertThat(InternetAddress6.port(address, 0)).isEqualTo(54_321);
    assertThat(InternetAddress6.scope(address, 0)).isEqualTo(7);
    assertThat(address.get(JAVA_BYTE, 2)).as("network order").isEqualTo((byte) (54_321 >> 8));
  }

  @Test
  void optionsAreSetAndRead() {
    int socket = socket(SocketCalls.AF_INET, SocketCalls.SOCK_STREAM);
    int level = SocketCalls.IPPROTO_TCP;
    assertThat(SocketCalls.option(socket, level, SocketCalls.TCP_NODELAY)).isZero();
    assertThat(SocketCalls.setOption(socket, level, SocketCalls.TCP_NODELAY, 1)).isZero();
    assertThat(SocketCalls.option(socket, level, SocketCalls.TCP_NODELAY)).isOne();
    assertThat(SocketCalls.option(socket, SocketCalls.SOL_SOCKET, SocketCalls.SO_TYPE))
        .isEqualTo(SocketCalls.SOCK_STREAM);
    assertThat(SocketCalls.linger(socket)).isEqualTo(Integer.MAX_VALUE);
    assertThat(SocketCalls.setLinger(socket, 3)).isZero();
    assertThat(SocketCalls.linger(socket)).isEqualTo(3);
    assertThat(SocketCalls.setLinger(socket, -1)).isZero();
    assertThat(SocketCalls.linger(socket)).isEqualTo(Integer.MAX_VALUE);
    close(socket);
  }

  private static int socket(int family, int type) {
    long result = SocketCalls.socket(family, type);
    assertThat(result).as(() -> Errno.describe(result)).isNotNegative();
    return (int) result;
  }

  private static void close(int... descriptors) {
    for (int descriptor : descriptors) {
      assertThat(Descriptors.close(descriptor)).isZero();
    }
  }

  private void put(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    MemorySegment.copy(bytes, 0, buffer, JAVA_BYTE, 0, bytes.length);
  }

  private String text(int at, int length) {
    return new String(buffer.asSlice(at, length).toArray(JAVA_BYTE), UTF_8);
  }
}
