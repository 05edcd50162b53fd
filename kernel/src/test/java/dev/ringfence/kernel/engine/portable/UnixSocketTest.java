// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ShutdownFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Goal: Unix sockets are reached by names in a granted directory, and by nothing else. */
@Timeout(60)
class UnixSocketTest {

  private Ground.Root root;
  private Rig rig;
  private SocketRig sockets;
  private Resource directory;

  @BeforeEach
  void open() throws IOException {
    root = Ground.HOST.newRoot();
    rig = new Rig(PortableEngine.open());
    sockets = new SocketRig(rig);
    directory = rig.grant(root.path());
  }

  @AfterEach
  void close() throws IOException {
    rig.close();
    root.close();
  }

  private Endpoint named(String name) {
    return new Endpoint.Unix(directory, name.getBytes(StandardCharsets.UTF_8));
  }

  private static String nameOf(Endpoint endpoint) {
    return new String(((Endpoint.Unix) endpoint).name(), StandardCharsets.UTF_8);
  }

  private Resource listener(String name, int backlog) {
    Resource listener = sockets.stream(SocketRig.UNIX);
    assertThat(sockets.bind(listener, named(name)).result).isZero();
    assertThat(sockets.listen(listener, backlog).result).isZero();
    return listener;
  }

  @Test
  void aConnectionIsMadeByNameAndNoPathIsTold() {
    Resource listener = listener("door", 0);
    SocketRig.Pair pair = sockets.pair(listener, named("door"), SocketRig.UNIX);
    sockets.send(pair.client(), "knock");
    assertThat(rig.text(sockets.receive(pair.server(), 8))).isEqualTo("knock");
    assertThat(nameOf(sockets.name(OpCode.SOCKET_NAME, listener))).isEqualTo("door");
    assertThat(nameOf(sockets.name(OpCode.PEER_NAME, pair.client()))).isEqualTo("door");
    assertThat(nameOf(sockets.name(OpCode.SOCKET_NAME, pair.client()))).isEmpty();
    assertThat(nameOf(sockets.name(OpCode.PEER_NAME, pair.server()))).isEmpty();
    assertThat(nameOf(sockets.name(OpCode.SOCKET_NAME, sockets.stream(SocketRig.UNIX)))).isEmpty();
  }

  @Test
  void theNameOfASocketInAnotherDirectoryIsNotTold() throws IOException {
    Resource listener = listener("door", 0);
    Path elsewhere = Files.createDirectory(root.path().resolve("elsewhere"));
    Resource client = sockets.stream(SocketRig.UNIX);
    byte[] name = "secret".getBytes(StandardCharsets.UTF_8);
    sockets.bind(client, new Endpoint.Unix(rig.grant(elsewhere), name));
    rig.run(sockets.connecting(client, named("door")));
    Rig.Op accept = rig.run(sockets.accepting(listener));
    assertThat(nameOf(accept.endpoint)).isEmpty();
  }

  @Test
  void bindMakesTheNameAndASecondOneFindsItInUse() {
    Resource first = sockets.stream(SocketRig.UNIX);
    assertThat(sockets.bind(first, named("door")).result).isZero();
    assertThat(root.path().resolve("door")).exists();
    Resource second = sockets.stream(SocketRig.UNIX);
    assertThat(sockets.bind(second, named("door")).error()).isEqualTo(SyscallError.ADDRESS_IN_USE);
    assertThat(rig.run(sockets.connecting(second, named("door"))).error())
        .as("it does not listen")
        .isEqualTo(SyscallError.CONNECTION_REFUSED);
    assertThat(sockets.listen(first, 0).result).isZero();
    assertThat(rig.run(sockets.connecting(second, named("door"))).result).isZero();
  }

  @Test
  void aNameThatWasReplacedIsNotTakenAwayByListen() throws IOException {
    Resource socket = sockets.stream(SocketRig.UNIX);
    sockets.bind(socket, named("door"));
    Files.delete(root.path().resolve("door"));
    Files.writeString(root.path().resolve("other"), "kept");
    Files.move(root.path().resolve("other"), root.path().resolve("door"));
    assertThat(sockets.listen(socket, 0).error()).isEqualTo(SyscallError.ADDRESS_IN_USE);
    assertThat(root.path().resolve("door")).hasContent("kept");
  }

  @Test
  void whatIsNoSocketIsNotConnectedTo() throws IOException {
    listener("door", 0);
    Files.writeString(root.path().resolve("file"), "");
    Files.createSymbolicLink(root.path().resolve("link"), Path.of("door"));
    Resource client = sockets.stream(SocketRig.UNIX);
    assertThat(rig.run(sockets.connecting(client, named("nothing"))).error())
        .isEqualTo(SyscallError.NOT_FOUND);
    assertThat(rig.run(sockets.connecting(client, named("file"))).error())
        .isEqualTo(SyscallError.CONNECTION_REFUSED);
    assertThat(rig.run(sockets.connecting(client, named("link"))).error())
        .isEqualTo(SyscallError.PERMISSION_DENIED);
    assertThat(sockets.bind(client, named("link")).error()).isEqualTo(SyscallError.ADDRESS_IN_USE);
    assertThat(rig.run(sockets.connecting(client, SocketRig.loopback(SocketRig.IPV4, 1))).error())
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void connectsWaitUntilTheListenersQueueHasRoom() {
    Resource listener = listener("door", 1);
    List<Rig.Op> connects = new ArrayList<>();
    List<Resource> clients = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Resource client = sockets.stream(SocketRig.UNIX);
      clients.add(client);
      connects.add(rig.start(sockets.connecting(client, named("door"))));
      if (i < 2) { // so many wait on Linux, as listen(2) has it
        rig.finish(connects.get(i));
      }
    }
    Resource late = sockets.stream(SocketRig.UNIX);
    Rig.Op cancelled = rig.start(sockets.connecting(late, named("door")));
    rig.queue.progress(1, 50_000_000L); // tried some times by then
    assertThat(connects.subList(2, 8)).allMatch(op -> op.completions == 0);
    rig.queue.cancel(cancelled);
    assertThat(rig.finish(cancelled).error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
    for (int i = 0; i < 8; i++) {
      Resource server = SocketRig.made(rig.run(sockets.accepting(listener)));
      sockets.send(server, "in");
    }
    for (int i = 0; i < 8; i++) {
      assertThat(rig.finish(connects.get(i)).result).isZero();
      assertThat(rig.text(sockets.receive(clients.get(i), 8))).isEqualTo("in");
    }
    assertThat(rig.run(sockets.connecting(late, named("door"))).result).isZero();
  }

  @Test
  void whatArrivedBeforeReceivingWasShutIsReceived() {
    SocketRig.Pair pair = sockets.pair(listener("door", 0), named("door"), SocketRig.UNIX);
    sockets.send(pair.client(), "before");
    rig.run(rig.poll(pair.server(), PollEvents.IN));
    assertThat(sockets.shutdown(pair.server(), ShutdownFlags.READ).result).isZero();
    assertThat(rig.text(sockets.receive(pair.server(), 100))).isEqualTo("before");
    assertThat(sockets.receive(pair.server(), 100).result).isZero();
    assertThat(rig.run(sockets.sending(pair.client(), "x", 0)).error())
        .isEqualTo(SyscallError.BROKEN_PIPE);
  }

  @Test
  void aSocketOfTheHostOutsideIsOutOfReach() {
    listener("door", 0);
    Resource client = sockets.stream(SocketRig.UNIX);
    for (String name : List.of("../door", "a/door", "/door")) {
      assertThat(rig.run(sockets.connecting(client, named(name))).error())
          .as(name)
          .isEqualTo(SyscallError.INVALID_ARGUMENT);
    }
  }
}
