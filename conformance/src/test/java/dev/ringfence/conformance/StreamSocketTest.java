// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.SendFlags;
import dev.ringfence.abi.ShutdownFlags;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams: connecting, accepting, sending and receiving, ending. */
class StreamSocketTest extends SocketConformance {

  @ParameterizedTest
  @EnumSource
  void bytesArriveInBothDirections(Family family) {
    Connection pair = connected(family);
    assertThat(program.run(send(pair.client(), "ping"))).succeededWith(4);
    Range in = space(16);
    Completion received = program.run(receive(pair.server(), in));
    assertThat(got(in, received)).isEqualTo("ping");
    assertThat(program.run(send(pair.server(), "pong!"))).succeededWith(5);
    received = program.run(receive(pair.client(), in));
    assertThat(got(in, received)).isEqualTo("pong!");
  }

  @ParameterizedTest
  @EnumSource
  void aReceiveWaitsForBytes(Family family) {
    Connection pair = connected(family);
    Range in = space(16);
    Entry receive = receive(pair.server(), in);
    program.submit(receive);
    assertThat(program.pending()).isZero();
    program.run(send(pair.client(), "late"));
    assertThat(got(in, program.await(receive))).isEqualTo("late");
  }

  @ParameterizedTest
  @EnumSource
  void anAcceptWaitsForAConnection(Family family) {
    Server server = server(family);
    Entry accept = accept(server.socket());
    program.submit(accept);
    assertThat(program.pending()).isZero();
    long client = stream(family);
    assertThat(program.run(connect(client, server.address()))).succeededWith(0);
    assertThat(program.await(accept).capability()).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void theStreamEndsWithZeroAfterWhatWasSent(Family family) {
    Connection pair = connected(family);
    program.run(send(pair.client(), "last"));
    assertThat(program.run(program.close(pair.client()))).succeededWith(0);
    Range in = space(16);
    assertThat(got(in, program.run(receive(pair.server(), in)))).isEqualTo("last");
    assertThat(program.run(receive(pair.server(), in))).succeededWith(0);
  }

  @ParameterizedTest
  @EnumSource
  void afterShutdownOfWritingThePeerReadsTheEndAndCanStillSend(Family family) {
    Connection pair = connected(family);
    assertThat(program.run(shutdown(pair.client(), ShutdownFlags.WRITE))).succeededWith(0);
    Range in = space(16);
    assertThat(program.run(receive(pair.server(), in))).succeededWith(0);
    assertThat(program.run(send(pair.server(), "more"))).succeededWith(4);
    assertThat(got(in, program.run(receive(pair.client(), in)))).isEqualTo("more");
    assertThat(program.run(send(pair.client(), "x"))).failedWith(SyscallError.BROKEN_PIPE);
  }

  @ParameterizedTest
  @EnumSource
  void shutdownEndsAReceiveThatWaits(Family family) {
    Connection pair = connected(family);
    Entry receive = receive(pair.client(), space(4));
    program.submit(receive);
    program.run(shutdown(pair.client(), ShutdownFlags.READ | ShutdownFlags.WRITE));
    assertThat(program.await(receive)).succeededWith(0);
  }

  @ParameterizedTest
  @EnumSource
  void aPeekLeavesTheBytesWhereTheyAre(Family family) {
    Connection pair = connected(family);
    program.run(send(pair.client(), "seen twice"));
    Range in = space(16);
    Completion peeked = program.run(receive(pair.server(), in.first(4), ReceiveFlags.PEEK));
    assertThat(got(in, peeked)).isEqualTo("seen");
    assertThat(got(in, program.run(receive(pair.server(), in)))).isEqualTo("seen twice");
  }

  @ParameterizedTest
  @EnumSource
  void waitAllWaitsForEveryByte(Family family) {
    Connection pair = connected(family);
    Range in = space(8);
    Entry receive = receive(pair.server(), in, ReceiveFlags.WAIT_ALL);
    program.submit(receive);
    program.run(send(pair.client(), "half"));
    assertThat(program.pending()).isZero();
    program.run(send(pair.client(), "half"));
    assertThat(program.await(receive)).succeededWith(8);
    assertThat(program.memory().text(in)).isEqualTo("halfhalf");
  }

  @ParameterizedTest
  @EnumSource
  void waitAllEndsShortWhereTheStreamEnds(Family family) {
    Connection pair = connected(family);
    program.run(send(pair.client(), "abc"));
    program.run(program.close(pair.client()));
    assertThat(program.run(receive(pair.server(), space(8), ReceiveFlags.WAIT_ALL)))
        .succeededWith(3);
  }

  @ParameterizedTest
  @EnumSource
  void notWaitingIsWouldBlock(Family family) {
    Connection pair = connected(family);
    assertThat(program.run(receive(pair.server(), space(4), ReceiveFlags.DO_NOT_WAIT)))
        .failedWith(SyscallError.WOULD_BLOCK);
  }

  @ParameterizedTest
  @EnumSource
  void aFullConnectionTakesNoMoreWithoutWaiting(Family family) {
    Connection pair = connected(family);
    Range out = space(64 << 10);
    int result = 0;
    for (int i = 0; i < 1000 && result >= 0; i++) {
      result =
          program
              .run(
                  Entry.of(dev.ringfence.abi.OpCode.SEND)
                      .capability(pair.client())
                      .range(out)
                      .auxiliary1(SendFlags.DO_NOT_WAIT))
              .result();
    }
    assertThat(result).isEqualTo(SyscallError.WOULD_BLOCK.result());
  }

  @ParameterizedTest
  @EnumSource
  void sendingAllCompletesWhenEverythingWasTaken(Family family) {
    Connection pair = connected(family);
    int total = 3 << 20;
    Range out = space(total);
    program.memory().fill(out, 0x5a);
    Entry send =
        Entry.of(dev.ringfence.abi.OpCode.SEND)
            .capability(pair.client())
            .range(out)
            .auxiliary1(SendFlags.WAIT_ALL);
    program.submit(send);
    Range in = space(256 << 10);
    int received = 0;
    while (received < total) {
      Completion some = program.run(receive(pair.server(), in));
      assertThat(some).succeeded();
      for (byte b : program.memory().bytes(in.first(some.result()))) {
        assertThat(b).isEqualTo((byte) 0x5a);
      }
      received += some.result();
    }
    assertThat(program.await(send)).succeededWith(total);
  }

  @Override
  dev.ringfence.kernel.Quotas quotas() {
    return QUOTAS.withArenaBytes(16L << 20);
  }

  @ParameterizedTest
  @EnumSource
  void namesAreThoseOfBothEnds(Family family) {
    Server server = server(family);
    Connection pair = connected(server, family);
    Range own = space(SocketAddress.SIZE);
    Range peer = space(SocketAddress.SIZE);
    assertThat(program.run(peerName(pair.client(), peer))).succeededWith(SocketAddress.SIZE);
    assertThat(sameAddress(peer, server.address())).isTrue();
    assertThat(program.run(ownName(pair.server(), own))).succeededWith(SocketAddress.SIZE);
    assertThat(sameAddress(own, server.address())).isTrue();
    assertThat(family(own)).isEqualTo(family.code);
  }

  @ParameterizedTest
  @EnumSource(names = {"IPV4", "IPV6"})
  void acceptTellsThePeersAddress(Family family) {
    Server server = server(family);
    long client = stream(family);
    Range peer = space(SocketAddress.SIZE);
    Entry accept = accept(server.socket()).range(peer);
    program.submit(accept);
    program.run(connect(client, server.address()));
    program.await(accept).capability();
    Range own = space(SocketAddress.SIZE);
    program.run(ownName(client, own));
    assertThat(sameAddress(peer, own)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"IPV4", "IPV6"})
  void aPortWhereNobodyListensRefuses(Family family) {
    Server server = server(family);
    program.run(program.close(server.socket()));
    assertThat(program.run(connect(stream(family), server.address())))
        .failedWith(SyscallError.CONNECTION_REFUSED);
  }

  @ParameterizedTest
  @EnumSource
  void anAddressIsTakenOnce(Family family) {
    Server server = server(family);
    long second = stream(family);
    assertThat(program.run(bind(second, server.address()))).failedWith(SyscallError.ADDRESS_IN_USE);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotConnectedNeitherSendsNorReceivesNorHasAPeer(Family family) {
    long socket = stream(family);
    assertThat(program.run(receive(socket, space(4)))).failedWith(SyscallError.NOT_CONNECTED);
    assertThat(program.run(send(socket, "x")).result())
        .isIn(SyscallError.NOT_CONNECTED.result(), SyscallError.BROKEN_PIPE.result());
    assertThat(program.run(peerName(socket, space(SocketAddress.SIZE))))
        .failedWith(SyscallError.NOT_CONNECTED);
  }

  @ParameterizedTest
  @EnumSource
  void connectingTwiceIsInvalidState(Family family) {
    Server server = server(family);
    Connection pair = connected(server, family);
    assertThat(program.run(connect(pair.client(), server.address())))
        .failedWith(SyscallError.INVALID_STATE);
  }

  @ParameterizedTest
  @EnumSource
  void acceptingWithoutListeningIsInvalidState(Family family) {
    assertThat(program.run(accept(stream(family)))).failedWith(SyscallError.INVALID_STATE);
  }

  @ParameterizedTest
  @EnumSource
  void pollTellsOfConnectionsBytesRoomAndTheEnd(Family family) {
    Server server = server(family);
    Entry incoming = program.poll(server.socket(), PollEvents.IN);
    program.submit(incoming);
    assertThat(program.pending()).isZero();
    long client = stream(family);
    program.run(connect(client, server.address()));
    assertThat(program.await(incoming)).succeededWith(PollEvents.IN);
    long accepted = program.run(accept(server.socket())).capability();
    assertThat(program.run(program.poll(client, PollEvents.OUT))).succeededWith(PollEvents.OUT);
    Entry readable = program.poll(accepted, PollEvents.IN);
    program.submit(readable);
    assertThat(program.pending()).isZero();
    program.run(send(client, "x"));
    assertThat(program.await(readable).result() & PollEvents.IN).isNotZero();
    program.run(receive(accepted, space(4)));
    Entry ended = program.poll(accepted, PollEvents.IN);
    program.submit(ended);
    program.run(program.close(client));
    assertThat(program.await(ended).result() & (PollEvents.IN | PollEvents.HUP)).isNotZero();
  }

  @ParameterizedTest
  @EnumSource
  void everyWaitingOperationCanBeCancelled(Family family) {
    Server server = server(family);
    Entry accept = accept(server.socket());
    Connection pair = connected(server(family), family);
    Entry receive = receive(pair.client(), space(4));
    Entry poll = program.poll(pair.client(), PollEvents.IN);
    program.submit(accept, receive, poll);
    for (Entry each : new Entry[] {accept, receive, poll}) {
      assertThat(program.run(program.cancel(each.tag()))).succeededWith(0);
      assertThat(program.await(each)).failedWith(SyscallError.OPERATION_CANCELLED);
    }
    program.run(send(pair.server(), "ok"));
    assertThat(program.run(receive(pair.client(), space(4)))).succeededWith(2);
  }

  @ParameterizedTest
  @EnumSource
  void revokingASocketEndsWhatWaitsOnIt(Family family) {
    Connection pair = connected(family);
    Entry receive = receive(pair.client(), space(4));
    program.submit(receive);
    assertThat(program.revoke(pair.client())).isZero();
    assertThat(program.await(receive)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(program.run(receive(pair.server(), space(4)))).succeededWith(0);
  }

  @ParameterizedTest
  @EnumSource
  void revokingTheNetworkEndsEverythingThatCameFromIt(Family family) {
    Server server = server(family);
    Connection pair = connected(server, family);
    Entry accept = accept(server.socket());
    Entry receive = receive(pair.server(), space(4));
    program.submit(accept, receive);
    assertThat(program.revoke(network)).isZero();
    assertThat(program.await(accept)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(program.await(receive)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(program.run(send(pair.client(), "x"))).failedWith(SyscallError.INVALID_HANDLE);
  }

  @ParameterizedTest
  @EnumSource
  void closingAListeningSocketFreesItsAddress(Family family) {
    Server server = server(family);
    assertThat(program.run(program.close(server.socket()))).succeededWith(0);
    long again = stream(family);
    if (family == Family.UNIX) {
      assertThat(program.run(connect(again, server.address())).result()).isNegative();
    } else {
      assertThat(program.run(bind(again, server.address()))).succeededWith(0);
    }
  }
}
