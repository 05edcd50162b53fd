// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Datagrams: single messages, and where they come from. */
class DatagramSocketTest extends SocketConformance {

  private record Bound(long socket, Range address) {}

  private Bound bound(Family family) {
    Assumptions.assumeFalse(
        family == Family.UNIX && Difference.NO_UNIX_DATAGRAMS.appliesTo(setting),
        Difference.NO_UNIX_DATAGRAMS.reason);
    long socket = datagram(family);
    assertThat(program.run(bind(socket, anywhere(family)))).succeededWith(0);
    Range address = space(SocketAddress.SIZE);
    program.run(ownName(socket, address));
    return new Bound(socket, address);
  }

  @ParameterizedTest
  @EnumSource
  void aMessageTellsWhoSentIt(Family family) {
    Bound here = bound(family);
    Bound there = bound(family);
    assertThat(program.run(sendTo(here.socket(), "hello", there.address()))).succeededWith(5);
    Range in = space(32);
    Range from = space(SocketAddress.SIZE);
    Completion received = program.run(receiveFrom(there.socket(), in, from));
    assertThat(got(in, received)).isEqualTo("hello");
    assertThat(received.reserved()).isEqualTo(5);
    assertThat(sameAddress(from, here.address())).isTrue();
    assertThat(program.run(sendTo(there.socket(), "back", from))).succeededWith(4);
    assertThat(program.run(receive(here.socket(), in))).succeededWith(4);
  }

  @ParameterizedTest
  @EnumSource
  void messagesKeepTheirBounds(Family family) {
    Bound here = bound(family);
    Bound there = bound(family);
    program.run(sendTo(here.socket(), "one", there.address()));
    program.run(sendTo(here.socket(), "three", there.address()));
    Range in = space(64);
    assertThat(got(in, program.run(receive(there.socket(), in)))).isEqualTo("one");
    assertThat(got(in, program.run(receive(there.socket(), in)))).isEqualTo("three");
  }

  @ParameterizedTest
  @EnumSource
  void aMessageThatIsTooLongIsCutAndItsLengthTold(Family family) {
    Bound here = bound(family);
    Bound there = bound(family);
    program.run(sendTo(here.socket(), "0123456789", there.address()));
    Range in = space(16);
    Completion received =
        program.run(receiveFrom(there.socket(), in.first(4), space(SocketAddress.SIZE)));
    assertThat(received).succeededWith(4);
    assertThat(received.reserved()).isEqualTo(10);
    assertThat(program.run(receive(there.socket(), in, ReceiveFlags.DO_NOT_WAIT)))
        .failedWith(SyscallError.WOULD_BLOCK);
  }

  @ParameterizedTest
  @EnumSource
  void anEmptyMessageArrives(Family family) {
    Bound here = bound(family);
    Bound there = bound(family);
    assertThat(program.run(sendTo(here.socket(), "", there.address()))).succeededWith(0);
    Range from = space(SocketAddress.SIZE);
    Completion received = program.run(receiveFrom(there.socket(), space(8), from));
    assertThat(received).succeededWith(0);
    assertThat(sameAddress(from, here.address())).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aConnectedSocketSendsToItsPeerAndHearsNobodyElse(Family family) {
    Bound here = bound(family);
    Bound there = bound(family);
    Bound stranger = bound(family);
    assertThat(program.run(connect(here.socket(), there.address()))).succeededWith(0);
    assertThat(program.run(send(here.socket(), "hi"))).succeededWith(2);
    Range in = space(16);
    assertThat(got(in, program.run(receive(there.socket(), in)))).isEqualTo("hi");
    int shouted = program.run(sendTo(stranger.socket(), "noise", here.address())).result();
    assertThat(shouted).isIn(5, SyscallError.PERMISSION_DENIED.result());
    assertThat(program.run(receive(here.socket(), in, ReceiveFlags.DO_NOT_WAIT)))
        .failedWith(SyscallError.WOULD_BLOCK);
  }

  @ParameterizedTest
  @EnumSource
  void sendingWithoutAPeerOrAnAddressSaysSo(Family family) {
    Bound here = bound(family);
    assertThat(program.run(send(here.socket(), "x"))).failedWith(SyscallError.NOT_CONNECTED);
  }

  @ParameterizedTest
  @EnumSource
  void aReceiveThatWaitsCanBeCancelled(Family family) {
    Bound here = bound(family);
    Entry receive = receiveFrom(here.socket(), space(8), space(SocketAddress.SIZE));
    program.submit(receive);
    assertThat(program.run(program.cancel(receive.tag()))).succeededWith(0);
    assertThat(program.await(receive)).failedWith(SyscallError.OPERATION_CANCELLED);
  }
}
