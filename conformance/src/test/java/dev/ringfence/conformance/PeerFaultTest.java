// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.SendFlags;
import dev.ringfence.abi.SocketOption;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Peers that drop the connection, never read, or come in greater numbers than is provided for. */
class PeerFaultTest extends SocketConformance {

  /** More than the buffers of both sides hold. */
  private static final int MUCH = 2 << 20;

  private static final int SMALL_BUFFER = 16 << 10;
  private static final int CONNECTIONS = 8;
  private static final int BUFFERS = 2;
  private static final int BUFFER_BYTES = 64;

  /** A connection of the program's whose other end is the host's. */
  private record Peered(long socket, SocketChannel peer) {}

  private SocketChannel dial(Server server) throws IOException {
    SocketChannel peer = SocketChannel.open();
    peer.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER);
    peer.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port(server.address())));
    return peer;
  }

  private Peered peered(Server server) throws IOException {
    SocketChannel peer = dial(server);
    long socket = program.run(accept(server.socket())).capability();
    assertThat(program.run(setOption(socket, SocketOption.SEND_BUFFER, SMALL_BUFFER)))
        .succeededWith(0);
    return new Peered(socket, peer);
  }

  private Peered peered() throws IOException {
    return peered(server(Family.IPV4));
  }

  /** Closes with a reset instead of an orderly end. */
  private static void reset(SocketChannel peer) throws IOException {
    peer.setOption(StandardSocketOptions.SO_LINGER, 0);
    peer.close();
  }

  private Entry sendMuch(long socket) {
    Range data = space(MUCH);
    program.memory().fill(data, 'x');
    return Entry.of(OpCode.SEND).capability(socket).range(data).auxiliary1(SendFlags.WAIT_ALL);
  }

  private void assertOthersWork() {
    assertThat(client.run(client.write(sink, "healthy"))).succeededWith(7);
    assertThat(client.run(client.read(source, room(16)))).succeededWith(7);
    Connection pair = connected(Family.UNIX);
    assertThat(program.run(send(pair.client(), "ping"))).succeededWith(4);
    Range in = space(8);
    assertThat(got(in, program.run(receive(pair.server(), in)))).isEqualTo("ping");
  }

  private void assertNothingMoreComes() {
    assertThat(program.run(program.nop(3))).succeededWith(3);
    assertThat(program.pending()).isZero();
  }

  private static void assertDropped(Completion done) {
    assertThat(done.result())
        .isIn(SyscallError.CONNECTION_RESET.result(), SyscallError.BROKEN_PIPE.result());
    assertThat(done).isPlain();
  }

  // ---- resets ----------------------------------------------------------------------------------

  @Test
  void aResetEndsAReceiveThatWaits() throws IOException {
    Peered pair = peered();
    Entry receive = receive(pair.socket(), space(64));
    program.begin(receive);
    reset(pair.peer());
    assertThat(program.await(receive)).failedWith(SyscallError.CONNECTION_RESET).isPlain();
    assertNothingMoreComes();
    assertDropped(program.run(send(pair.socket(), "x")));
    assertThat(program.run(program.close(pair.socket()))).succeededWith(0);
    assertOthersWork();
  }

  @Test
  void aResetThatAPollHasSeenIsToldByTheNextReceive() throws IOException {
    Peered pair = peered();
    Entry polled = program.poll(pair.socket(), PollEvents.IN);
    program.begin(polled);
    reset(pair.peer());
    assertThat(program.await(polled).result() & PollEvents.HUP).isNotZero();
    assertThat(program.run(receive(pair.socket(), space(64))))
        .failedWith(SyscallError.CONNECTION_RESET);
    assertThat(program.run(receive(pair.socket(), space(64)))).succeededWith(0);
    assertOthersWork();
  }

  @Test
  void aResetEndsAReceiveOfAllWithWhatHadCome() throws IOException {
    Peered pair = peered();
    Entry receive = receive(pair.socket(), space(64), ReceiveFlags.WAIT_ALL);
    program.begin(receive);
    pair.peer().write(ByteBuffer.wrap(Requests.bytes("part")));
    reset(pair.peer());
    Completion done = program.await(receive);
    // what the reset overtook is gone; what had been taken before is told
    assertThat(done.result()).isIn(4, SyscallError.CONNECTION_RESET.result());
    assertNothingMoreComes();
    assertOthersWork();
  }

  @Test
  void aResetEndsAMultishotReceiveOnce() throws IOException {
    Peered pair = peered();
    ProvidedBuffers buffers = new ProvidedBuffers(program, BUFFERS, BUFFER_BYTES);
    Entry receive = buffers.receiveAll(pair.socket());
    program.begin(receive);
    pair.peer().write(ByteBuffer.wrap(Requests.bytes("first")));
    Completion first = program.await(receive);
    assertThat(first).succeededWith(5);
    assertThat(goesOn(first)).isTrue();
    reset(pair.peer());
    assertThat(program.await(receive)).failedWith(SyscallError.CONNECTION_RESET).isPlain();
    assertNothingMoreComes();
    assertOthersWork();
  }

  @Test
  void aResetInTheMiddleOfASendIsToldByItOrByTheNext() throws IOException {
    Peered pair = peered();
    Entry send = sendMuch(pair.socket());
    program.begin(send);
    assertThat(program.pending()).isZero();
    ByteBuffer some = ByteBuffer.allocate(1000);
    assertThat(pair.peer().read(some)).isPositive();
    reset(pair.peer());
    Completion done = program.await(send);
    if (done.result() < 0) {
      assertDropped(done);
    } else {
      assertThat(done.result()).isPositive().isLessThan(MUCH);
    }
    assertNothingMoreComes();
    assertDropped(program.run(send(pair.socket(), "x")));
    assertOthersWork();
  }

  @Test
  void aSendOfWhichNothingWasTakenFailsWithTheReset() throws IOException {
    Peered pair = peered();
    Entry fill;
    do {
      fill = send(pair.socket(), "y".repeat(4096)).auxiliary1(SendFlags.DO_NOT_WAIT);
    } while (program.run(fill).result() >= 0);
    Entry polled = program.poll(pair.socket(), PollEvents.OUT);
    program.begin(polled);
    reset(pair.peer());
    assertThat(program.await(polled).result() & PollEvents.HUP).isNotZero();
    assertDropped(program.run(send(pair.socket(), "x")));
    assertNothingMoreComes();
    assertOthersWork();
  }

  // ---- a peer that never reads -----------------------------------------------------------------

  @Test
  void aSendToAPeerThatNeverReadsIsCancelledWithWhatWasTaken() throws IOException {
    Peered pair = peered();
    Entry send = sendMuch(pair.socket());
    program.begin(send);
    // it waits, and holds nobody else up
    assertOthersWork();
    Completion cancel = program.run(program.cancel(send.tag()));
    Completion done = program.await(send);
    if (done.result() < 0) {
      assertThat(cancel).succeededWith(0);
      assertThat(done).failedWith(SyscallError.OPERATION_CANCELLED);
    } else {
      assertThat(cancel).failedWith(SyscallError.BUSY);
      assertThat(done.result()).isBetween(1, MUCH - 1);
    }
    assertThat(program.run(program.close(pair.socket()))).succeededWith(0);
    assertThat(drained(pair.peer())).isEqualTo(Math.max(0, done.result()));
    assertNothingMoreComes();
  }

  @Test
  void aSendToAPeerThatNeverReadsIsRevoked() throws IOException {
    Peered pair = peered();
    long child = program.duplicate(pair.socket(), dev.ringfence.abi.Rights.NET_SEND);
    Entry send = sendMuch(child);
    program.begin(send);
    assertThat(program.revoke(child)).isZero();
    assertThat(program.await(send)).failedWith(SyscallError.CAPABILITY_REVOKED);
    pair.peer().close();
    assertOthersWork();
  }

  @Test
  void aSendToAPeerThatNeverReadsHasATimeLimit() throws IOException {
    Peered pair = peered();
    Entry send = sendMuch(pair.socket()).link();
    Entry limit = program.linkTimeout(java.time.Duration.ofMillis(20));
    program.submit(send, limit);
    assertThat(program.await(limit)).failedWith(SyscallError.TIMEOUT);
    assertThat(program.await(send).result()).isLessThan(MUCH);
    assertNothingMoreComes();
    pair.peer().close();
    assertOthersWork();
  }

  /** Reads to the end of the stream. */
  private static long drained(SocketChannel peer) throws IOException {
    long sum = 0;
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    try (peer) {
      for (int read = 0; read >= 0; read = peer.read(buffer.clear())) {
        sum += read;
      }
    }
    return sum;
  }

  // ---- more than is provided for ---------------------------------------------------------------

  @Test
  void manyConnectionsThatShareTooFewBuffersLoseNothing() throws IOException {
    Server server = server(Family.IPV4);
    ProvidedBuffers buffers = new ProvidedBuffers(program, BUFFERS, BUFFER_BYTES);
    List<Peered> pairs = new ArrayList<>();
    List<Entry> receives = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      pairs.add(peered(server));
      receives.add(buffers.receiveAll(pairs.get(i).socket()));
    }
    program.begin(receives.toArray(Entry[]::new));
    List<StringBuilder> got = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < CONNECTIONS; i++) {
        if (round == 0) {
          got.add(new StringBuilder());
        }
        pairs.get(i).peer().write(ByteBuffer.wrap(Requests.bytes("<" + i + "." + round + ">")));
      }
      takeAll(pairs, receives, buffers, got);
    }
    for (int i = 0; i < CONNECTIONS; i++) {
      assertThat(got.get(i).toString()).isEqualTo("<%1$d.0><%1$d.1><%1$d.2>".formatted(i));
    }
    assertThat(program.run(program.cancelEverything())).succeededWith(CONNECTIONS);
    for (Entry each : receives) {
      assertThat(program.await(each)).failedWith(SyscallError.OPERATION_CANCELLED);
    }
    for (Peered each : pairs) {
      each.peer().close();
    }
    assertOthersWork();
  }

  /** One message of each connection; buffers are given back only when somebody had none. */
  private void takeAll(
      List<Peered> pairs, List<Entry> receives, ProvidedBuffers buffers, List<StringBuilder> got) {
    int waiting = CONNECTIONS;
    while (waiting > 0) {
      Deque<Integer> used = new ArrayDeque<>();
      List<Integer> dry = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS && used.size() + dry.size() < waiting; ) {
        Completion done = program.collect(1).get(0);
        int whose = indexOf(receives, done);
        if (done.result() > 0) {
          assertThat(goesOn(done)).isTrue();
          got.get(whose).append(buffers.textOf(done));
          used.add(bufferOf(done));
        } else {
          assertThat(done).failedWith(SyscallError.OUT_OF_MEMORY);
          assertThat(goesOn(done)).isFalse();
          dry.add(whose);
        }
      }
      assertThat(used).hasSize(Math.min(waiting, BUFFERS));
      waiting = dry.size();
      used.forEach(buffers::provide);
      for (int whose : dry) {
        receives.set(whose, buffers.receiveAll(pairs.get(whose).socket()));
      }
      program.begin(dry.stream().map(receives::get).toArray(Entry[]::new));
    }
  }

  private static int indexOf(List<Entry> receives, Completion done) {
    for (int i = 0; i < receives.size(); i++) {
      if (receives.get(i).tag() == done.userData()) {
        return i;
      }
    }
    throw new AssertionError("of no receive: " + done);
  }

  @Test
  void aMultishotAcceptEndsAtTheQuotaAndTheConnectionsWait() throws IOException {
    Server server = server(Family.IPV4);
    List<Long> held = new ArrayList<>();
    Entry acceptAll = acceptAll(server.socket());
    // all places but two are taken
    for (long id = program.dup(server.socket(), 0); id > 0; id = program.dup(server.socket(), 0)) {
      held.add(id);
    }
    for (int i = 0; i < 2; i++) {
      program.run(program.close(held.removeLast()));
    }
    program.begin(acceptAll);
    List<SocketChannel> peers = new ArrayList<>();
    List<Long> sockets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      SocketChannel peer = dial(server);
      peer.write(ByteBuffer.wrap(Requests.bytes("peer" + i)));
      peers.add(peer);
    }
    for (int i = 0; i < 2; i++) {
      sockets.add(program.await(acceptAll).reserved());
    }
    Completion last = program.await(acceptAll);
    assertThat(last).failedWith(SyscallError.QUOTA_EXCEEDED).isPlain();
    assertNothingMoreComes();
    assertOthersWorkElsewhere();
    program.run(program.close(held.removeLast()));
    sockets.add(program.run(accept(server.socket())).capability());
    for (int i = 0; i < 3; i++) {
      Range in = space(16);
      assertThat(got(in, program.run(receive(sockets.get(i), in)))).isEqualTo("peer" + i);
      peers.get(i).close();
    }
  }

  private void assertOthersWorkElsewhere() {
    assertThat(client.run(client.write(sink, "healthy"))).succeededWith(7);
    assertThat(client.run(client.read(source, room(16)))).succeededWith(7);
  }
}
