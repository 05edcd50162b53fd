// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets with names in a directory; with and without workers for what may block. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UnixSocketTest {

  @TempDir Path temporary;
  private SocketRig rig;
  private Path inside;
  private Path outside;
  private Resource directory;

  @BeforeEach
  void openRig() throws IOException {
    inside = Files.createDirectory(temporary.resolve("inside"));
    outside = Files.createDirectory(temporary.resolve("outside"));
    rig = SocketRig.open();
    directory = rig.directory(inside);
  }

  @AfterEach
  void closeRig() {
    if (rig != null) {
      rig.close();
    }
  }

  private Resource stream() {
    return rig.create(SocketAddress.FAMILY_UNIX, SocketKind.STREAM).socket();
  }

  private Resource datagrams() {
    return rig.create(SocketAddress.FAMILY_UNIX, SocketKind.DATAGRAM).socket();
  }

  private Endpoint.Unix name(String name) {
    return SocketRig.name(directory, name);
  }

  private Resource listener(String name) {
    Resource socket = stream();
    assertThat(rig.bind(socket, name(name)).result).isZero();
    assertThat(rig.listen(socket, 0).result).isZero();
    return socket;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aNameIsMadeInTheDirectoryAndReached(boolean onWorkers) {
    rig.onWorkers = onWorkers;
    Resource listener = listener("service");
    assertThat(inside.resolve("service")).exists();
    Resource client = stream();
    assertThat(rig.connect(client, name("service")).result).isZero();
    SocketRig.Op accept = rig.run(rig.accepting(listener));
    Resource server = accept.socket();
    rig.send(client, "hello");
    assertThat(rig.text(rig.receive(server, 10))).isEqualTo("hello");
    assertThat(rig.name(listener).name()).isEqualTo("service");
    assertThat(rig.peer(client).name()).isEqualTo("service");
    assertThat(rig.name(server).name()).isEqualTo("service");
    assertThat(accept.name()).as("the client has no name").isEmpty();
    assertThat(rig.peer(server).name()).isEmpty();
    assertThat(rig.name(client).name()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noSymbolicLinkLeadsOutOfTheDirectory(boolean onWorkers) throws IOException {
    rig.onWorkers = onWorkers;
    UnixDomainSocketAddress host = UnixDomainSocketAddress.of(outside.resolve("host"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(host);
      server.configureBlocking(false);
      Files.createSymbolicLink(inside.resolve("link"), outside.resolve("host"));
      assertThat(rig.connect(stream(), name("link")).error())
          .isEqualTo(SyscallError.PERMISSION_DENIED);
      SocketRig.Op message = rig.sending(datagrams(), "x", 0);
      message.code = OpCode.SEND_MESSAGE;
      message.endpoint = name("link");
      assertThat(rig.run(message).error()).isEqualTo(SyscallError.PERMISSION_DENIED);
      assertThat(server.accept()).as("who has connected").isNull();
    }
    listener("service");
    Files.createSymbolicLink(inside.resolve("other-name"), Path.of("service"));
    assertThat(rig.connect(stream(), name("other-name")).error())
        .as("another name than the one that was permitted")
        .isEqualTo(SyscallError.PERMISSION_DENIED);
    Files.createSymbolicLink(inside.resolve("new"), outside.resolve("made"));
    assertThat(rig.bind(stream(), name("new")).error()).isEqualTo(SyscallError.ADDRESS_IN_USE);
    assertThat(outside.resolve("made")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void errorsAreTyped(boolean onWorkers) throws IOException {
    rig.onWorkers = onWorkers;
    Files.writeString(inside.resolve("file"), "");
    assertThat(rig.connect(stream(), name("file")).error())
        .isEqualTo(SyscallError.CONNECTION_REFUSED);
    assertThat(rig.connect(stream(), name("nothing")).error()).isEqualTo(SyscallError.NOT_FOUND);
    Resource bound = stream();
    rig.bind(bound, name("bound"));
    assertThat(rig.connect(stream(), name("bound")).error())
        .as("nobody listens")
        .isEqualTo(SyscallError.CONNECTION_REFUSED);
    assertThat(rig.bind(stream(), name("bound")).error()).isEqualTo(SyscallError.ADDRESS_IN_USE);
    assertThat(rig.bind(bound, name("again")).error()).isEqualTo(SyscallError.INVALID_STATE);
    assertThat(rig.listen(stream(), 0).error()).isEqualTo(SyscallError.INVALID_STATE);
    assertThat(rig.send(stream(), "x").error()).isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.receive(stream(), 1).error()).isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.send(datagrams(), "x").error()).isEqualTo(SyscallError.NOT_CONNECTED);
    assertThat(rig.connect(stream(), SocketRig.loopback(1)).error())
        .as("of another family")
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDatagramNamesItsSenderIfThatWasBoundHere(boolean onWorkers) {
    rig.onWorkers = onWorkers;
    Resource receiver = datagrams();
    Resource named = datagrams();
    rig.bind(receiver, name("to"));
    rig.bind(named, name("from"));
    assertThat(rig.sendTo(named, "hello", name("to")).result).isEqualTo(5);
    SocketRig.Op message = rig.receiveMessage(receiver, 3);
    assertThat(rig.text(message)).isEqualTo("hel");
    assertThat(message.value).isEqualTo(5);
    assertThat(message.name()).isEqualTo("from");
    rig.sendTo(datagrams(), "anonymous", name("to"));
    assertThat(rig.receiveMessage(receiver, 30).name()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPathOfTheHostIsNeverShown(boolean onWorkers) throws IOException {
    rig.onWorkers = onWorkers;
    Resource listener = listener("service");
    try (java.nio.channels.SocketChannel client =
        java.nio.channels.SocketChannel.open(StandardProtocolFamily.UNIX)) {
      client.bind(UnixDomainSocketAddress.of(outside.resolve("client")));
      client.connect(UnixDomainSocketAddress.of(inside.resolve("service")));
      SocketRig.Op accept = rig.run(rig.accepting(listener));
      assertThat(accept.name()).isEmpty();
      assertThat(rig.peer(accept.socket()).name()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void zeroCopyFallsBackToACopy(boolean onWorkers) {
    rig.onWorkers = onWorkers;
    Resource listener = listener("service");
    Resource client = stream();
    rig.connect(client, name("service"));
    Resource server = rig.run(rig.accepting(listener)).socket();
    SocketRig.Op send = rig.run(rig.sending(OpCode.SEND_ZERO_COPY, client, new byte[1000], 0));
    assertThat(send.result).isEqualTo(1000);
    assertThat(send.sent).isOne();
    assertThat(rig.receive(server, 2000).result).isEqualTo(1000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aConnectThatWaitsForAPlaceCanBeCancelled(boolean onWorkers) {
    rig.onWorkers = onWorkers;
    Resource listener = stream();
    rig.bind(listener, name("busy"));
    rig.listen(listener, 1);
    List<SocketRig.Op> connects = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      connects.add(rig.start(rig.connecting(stream(), name("busy"))));
    }
    rig.settle();
    rig.finish(connects.get(0));
    SocketRig.Op last = connects.get(5);
    assertThat(last.completions).as("the backlog is full").isZero();
    connects.forEach(rig::cancel);
    connects.forEach(rig::finish);
    assertThat(last.error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
  }
}
