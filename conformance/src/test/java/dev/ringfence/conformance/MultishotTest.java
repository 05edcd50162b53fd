// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SyscallError;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations on sockets that go on, and the buffers that are provided to them. */
class MultishotTest extends SocketConformance {

  private static final int BUFFER_BYTES = 128;

  private ProvidedBuffers buffers(int count) {
    return new ProvidedBuffers(program, count, BUFFER_BYTES);
  }

  @ParameterizedTest
  @EnumSource
  void anAcceptGoesOnWithEachConnection(Family family) {
    Server server = server(family);
    Entry accept = acceptAll(server.socket());
    program.submit(accept);
    List<Long> peers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      long client = stream(family);
      program.run(connect(client, server.address()));
      Completion accepted = program.await(accept);
      assertThat(goesOn(accepted)).isTrue();
      assertThat(accepted.flags() & CompletionFlags.CAPABILITY).isNotZero();
      peers.add(accepted.reserved());
    }
    assertThat(peers).doesNotHaveDuplicates();
    assertThat(program.run(program.cancel(accept.tag()))).succeededWith(0);
    assertThat(program.await(accept)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @ParameterizedTest
  @EnumSource
  void aReceiveGoesOnWithABufferForEachPiece(Family family) {
    Connection pair = connected(family);
    ProvidedBuffers buffers = buffers(4);
    Entry receive = buffers.receiveAll(pair.server());
    program.submit(receive);
    for (String text : new String[] {"one", "two", "three"}) {
      program.run(send(pair.client(), text));
      Completion received = program.await(receive);
      assertThat(goesOn(received)).isTrue();
      assertThat(buffers.textOf(received)).isEqualTo(text);
      buffers.provide(bufferOf(received));
    }
    program.run(program.close(pair.client()));
    Completion end = program.await(receive);
    assertThat(end).succeededWith(0);
    assertThat(goesOn(end)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aGroupThatRunsDryEndsTheReceiveAndLosesNothing(Family family) {
    Connection pair = connected(family);
    ProvidedBuffers buffers = buffers(2);
    Entry receive = buffers.receiveAll(pair.server());
    program.submit(receive);
    StringBuilder received = new StringBuilder();
    for (int i = 0; i < 2; i++) {
      program.run(send(pair.client(), "part" + i));
      received.append(buffers.textOf(program.await(receive)));
    }
    program.run(send(pair.client(), "part2"));
    Completion dry = program.await(receive);
    assertThat(dry).failedWith(SyscallError.OUT_OF_MEMORY);
    buffers.provide(0);
    Entry again = buffers.receiveAll(pair.server());
    program.submit(again);
    received.append(buffers.textOf(program.await(again)));
    assertThat(received.toString()).isEqualTo("part0part1part2");
    program.run(program.cancel(again.tag()));
    program.await(again);
  }

  @Test
  void thousandsOfReceivesWaitWithoutABufferEach() {
    Connection first = connected(Family.IPV4);
    Connection second = connected(Family.IPV4);
    ProvidedBuffers buffers = buffers(1);
    Entry one = buffers.receiveAll(first.server());
    Entry other = buffers.receiveAll(second.server());
    program.submit(one, other);
    program.run(send(second.client(), "b"));
    Completion received = program.await(other);
    assertThat(buffers.textOf(received)).isEqualTo("b");
    buffers.provide(bufferOf(received));
    program.run(send(first.client(), "a"));
    assertThat(buffers.textOf(program.await(one))).isEqualTo("a");
    for (Entry each : new Entry[] {one, other}) {
      program.run(program.cancel(each.tag()));
      program.await(each);
    }
  }

  @Test
  void aFullCompletionQueueEndsTheReceiveWithItsResult() {
    Connection pair = connected(Family.IPV4);
    ProvidedBuffers buffers = buffers(8);
    Client small = program.another(2, ringFlags() | Client.completionOrder(1));
    assertThat(buffers.registerIn(small, buffers.group())).isEqualTo(buffers.group());
    Entry receive = buffers.receiveAll(pair.server());
    small.submit(receive, small.nop(7));
    eventually("the queue has one completion", () -> small.pending() == 1);
    program.run(send(pair.client(), "last"));
    Entry other = program.nop();
    program.run(other);
    eventually(
        "the receive has ended",
        () -> {
          small.enter();
          return small.pending() == 2;
        });
    Completion received = small.await(receive);
    assertThat(goesOn(received)).isFalse();
    assertThat(buffers.textOf(received)).isEqualTo("last");
    small.reap();
  }

  @Test
  void aDatagramsBufferBeginsWithItsSender() {
    long here = datagram(Family.IPV4);
    long there = datagram(Family.IPV4);
    program.run(bind(here, anywhere(Family.IPV4)));
    program.run(bind(there, anywhere(Family.IPV4)));
    Range target = space(SocketAddress.SIZE);
    program.run(ownName(there, target));
    Range sender = space(SocketAddress.SIZE);
    program.run(ownName(here, sender));
    ProvidedBuffers buffers = buffers(2);
    Entry receive = buffers.receiveAll(there).code(OpCode.RECV_MESSAGE);
    program.submit(receive);
    program.run(sendTo(here, "hello", target));
    Completion received = program.await(receive);
    assertThat(received).succeededWith(SocketAddress.SIZE + 5);
    assertThat(received.reserved()).isEqualTo(5);
    Range buffer = buffers.buffer(bufferOf(received));
    assertThat(sameAddress(buffer.first(SocketAddress.SIZE), sender)).isTrue();
    assertThat(program.memory().text(buffer.from(SocketAddress.SIZE).first(5))).isEqualTo("hello");
    program.run(program.cancel(receive.tag()));
    program.await(receive);
  }

  @Test
  void multishotNeedsProvidedBuffersAndARing() {
    Connection pair = connected(Family.IPV4);
    assertThat(program.run(receive(pair.server(), space(4), ReceiveFlags.MULTISHOT)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    ProvidedBuffers buffers = buffers(1);
    for (int flag :
        new int[] {ReceiveFlags.PEEK, ReceiveFlags.DO_NOT_WAIT, ReceiveFlags.WAIT_ALL}) {
      assertThat(
              program.run(
                  buffers.receiveAll(pair.server()).auxiliary1(ReceiveFlags.MULTISHOT | flag)))
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
    assertThat(program.run(buffers.receiveAll(pair.server()).bufIndex(buffers.group() + 1)))
        .failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(program.run(buffers.receiveAll(pair.server()).bufIndex(256)))
        .failedWith(SyscallError.INVALID_BUFFER_INDEX);
  }

  @ParameterizedTest
  @EnumSource
  void aZeroCopySendTellsTheBytesAndThenThatTheMemoryIsFree(Family family) {
    Connection pair = connected(family);
    Entry send = send(pair.client(), "zero copy").code(OpCode.SEND_ZERO_COPY);
    program.submit(send);
    Completion told = program.await(send);
    assertThat(told).succeededWith(9);
    assertThat(goesOn(told)).isTrue();
    Completion free = program.await(send);
    assertThat(free).succeededWith(0);
    assertThat(free.flags()).isEqualTo(CompletionFlags.NOTIFICATION);
    Range in = space(16);
    assertThat(got(in, program.run(receive(pair.server(), in)))).isEqualTo("zero copy");
  }

  @Test
  void aWaitForTwoEndsWithBothCompletionsOfAZeroCopySend() {
    Connection pair = connected(Family.IPV4);
    Entry endless = receive(pair.client(), space(1));
    program.submit(endless);
    program.push(send(pair.client(), "x").code(OpCode.SEND_ZERO_COPY));
    RingHeader.setWaitFor(program.segment(), program.completionHeader(), 2);
    assertThat(program.enter()).isZero();
    assertThat(program.collect(2)).extracting(Completion::result).containsExactly(1, 0);
    program.run(send(pair.server(), "y"));
    assertThat(program.await(endless)).succeededWith(1);
  }

  @Test
  void aZeroCopySendThatFailsIsOneCompletion() {
    assertThat(program.run(send(stream(Family.IPV4), "x").code(OpCode.SEND_ZERO_COPY)).result())
        .isNegative();
    assertThat(program.pending()).isZero();
  }
}
