// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityTransfer;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CHANNEL_CREATE, CHANNEL_SEND and CHANNEL_RECEIVE of bytes, and POLL on channels. */
class ChannelTest extends Conformance {

  private static final int MESSAGES_MAX = 64;

  private String received(long channel) {
    Range into = room(64);
    Completion done = client.run(client.receive(channel, into));
    assertThat(done).succeeded();
    assertThat(done.flags()).isEqualTo(CompletionFlags.VALUE);
    assertThat(done.reserved()).isZero();
    return text(into, done.result());
  }

  private void assertEnd(long channel) {
    assertThat(client.run(client.receive(channel, room(8)))).succeededWith(0).isPlain();
  }

  @Test
  void whatIsSentAtOneEndIsReceivedAtTheOther() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    assertThat(client.run(client.send(ends[0], "there"))).succeededWith(5).isPlain();
    assertThat(client.run(client.send(ends[1], "back"))).succeededWith(4);
    assertThat(received(ends[1])).isEqualTo("there");
    assertThat(received(ends[0])).isEqualTo("back");
  }

  @Test
  void messagesKeepTheirOrderAndTheirBounds() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    client.runAll(client.send(ends[0], "one"), client.send(ends[0], "two"));
    client.run(client.send(ends[0], ""));
    assertThat(received(ends[1])).isEqualTo("one");
    assertThat(received(ends[1])).isEqualTo("two");
    assertThat(received(ends[1])).isEmpty();
  }

  @Test
  void anEmptyMessageNeedsNoMemory() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    assertThat(client.run(Entry.of(OpCode.CHANNEL_SEND).capability(ends[0]))).succeededWith(0);
    Completion done = client.run(Entry.of(OpCode.CHANNEL_RECEIVE).capability(ends[1]));
    assertThat(done.value()).isZero();
  }

  @Test
  void thoseWhoWaitReceiveInTheirOrder() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    Range first = room(8);
    Range second = room(8);
    Entry one = client.receive(ends[1], first);
    Entry two = client.receive(ends[1], second);
    client.submit(one, two);
    client.submit(client.send(ends[0], "a").skipSuccess(), client.send(ends[0], "b").skipSuccess());
    assertThat(client.await(one)).succeededWith(1);
    assertThat(client.await(two)).succeededWith(1);
    assertThat(text(first, 1) + text(second, 1)).isEqualTo("ab");
  }

  @Test
  void aWaiterInAnotherDomainIsServed() {
    Neighbour both = neighbour();
    Range into = both.far().memory().take(16);
    Entry waiting = both.far().receive(both.farMail(), into);
    both.far().submit(waiting);
    assertThat(both.near().run(both.near().send(both.nearMail(), "hello"))).succeededWith(5);
    assertThat(both.far().await(waiting)).succeededWith(5);
    assertThat(both.far().memory().text(into.first(5))).isEqualTo("hello");
  }

  @Test
  void aMessageThatDoesNotFitStays() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    client.run(client.send(ends[0], "too long"));
    Completion refused = client.run(client.receive(ends[1], room(7)));
    assertThat(refused.result()).isEqualTo(SyscallError.NAME_TOO_LONG.result());
    assertThat(refused.flags()).isEqualTo(CompletionFlags.VALUE);
    assertThat(refused.reserved()).isEqualTo(8);
    assertThat(received(ends[1])).isEqualTo("too long");
  }

  @Test
  void theNextInLineGetsAMessageThatDidNotFit() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    Entry small = client.receive(ends[1], room(1));
    Entry large = client.receive(ends[1], room(8));
    client.submit(small, large);
    client.submit(client.send(ends[0], "four").skipSuccess());
    assertThat(client.await(small).result()).isEqualTo(SyscallError.NAME_TOO_LONG.result());
    assertThat(client.await(large)).succeededWith(4);
  }

  @Test
  void sixtyFourMessagesWaitAndTheNextSenderWaitsToo() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    for (int i = 0; i < MESSAGES_MAX; i++) {
      assertThat(client.run(client.send(ends[0], "m" + i))).succeeded();
    }
    Entry waiting = client.send(ends[0], "last");
    Entry behind = client.send(ends[0], "very last");
    client.submit(waiting, behind);
    assertThat(client.pending()).isZero();
    assertThat(received(ends[1])).isEqualTo("m0");
    assertThat(client.await(waiting)).succeededWith(4);
    for (int i = 1; i < MESSAGES_MAX; i++) {
      assertThat(received(ends[1])).isEqualTo("m" + i);
    }
    assertThat(client.await(behind)).succeededWith(9);
    assertThat(received(ends[1])).isEqualTo("last");
    assertThat(received(ends[1])).isEqualTo("very last");
  }

  @Test
  void aMebibyteWaitsAndTheNextSenderWaitsToo() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    Range message = room(CapabilityTransfer.MESSAGE_MAX);
    Entry send = client.send(ends[0], "").range(message);
    for (int i = 0; i < 16; i++) {
      assertThat(client.run(client.send(ends[0], "").range(message)))
          .succeededWith(CapabilityTransfer.MESSAGE_MAX);
    }
    assertThat(client.run(client.send(ends[0], ""))).succeededWith(0);
    client.submit(send);
    assertThat(client.run(client.cancel(send.tag()))).succeededWith(0);
    assertThat(client.await(send)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(client.run(client.receive(ends[1], message))).succeeded();
    assertThat(client.run(client.send(ends[0], "").range(message))).succeeded();
  }

  @Test
  void aSenderThatWaitsIsTimedOut() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    for (int i = 0; i < MESSAGES_MAX; i++) {
      client.run(client.send(ends[0], ""));
    }
    Entry send = client.send(ends[0], "never").link();
    Entry limit = client.linkTimeout(Duration.ofMillis(2));
    client.submit(send, limit);
    assertThat(client.await(send)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(client.await(limit)).failedWith(SyscallError.TIMEOUT);
  }

  @Test
  void aClosedEndLetsTheOtherReadWhatIsLeft() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    client.run(client.send(ends[0], "left"));
    Entry waiting = client.receive(ends[0], room(4));
    client.submit(waiting);
    client.run(client.cancel(waiting.tag()));
    client.await(waiting);
    assertThat(client.run(client.close(ends[0]))).succeededWith(0);
    assertThat(received(ends[1])).isEqualTo("left");
    assertEnd(ends[1]);
    assertEnd(ends[1]);
    assertThat(client.run(client.send(ends[1], "x"))).failedWith(SyscallError.BROKEN_PIPE);
  }

  @Test
  void closingEndsThoseWhoWaitAtTheOtherEnd() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    for (int i = 0; i < MESSAGES_MAX; i++) {
      client.run(client.send(ends[0], "dropped"));
    }
    Entry sending = client.send(ends[0], "too much");
    Entry receiving = client.receive(ends[0], room(8));
    Entry polling = client.poll(ends[0], PollEvents.IN);
    client.submit(sending, receiving, polling);
    assertThat(client.run(client.close(ends[1]))).succeededWith(0);
    assertThat(client.await(sending)).failedWith(SyscallError.BROKEN_PIPE);
    assertThat(client.await(receiving)).succeededWith(0).isPlain();
    assertThat(client.await(polling)).succeededWith(PollEvents.IN | PollEvents.HUP);
  }

  @Test
  void anEndIsOpenAsLongAsSomebodyHoldsIt() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    long twin = client.duplicate(ends[1], Rights.READ);
    client.run(client.close(ends[1]));
    assertThat(client.run(client.send(ends[0], "still"))).succeededWith(5);
    assertThat(received(twin)).isEqualTo("still");
    assertThat(client.revoke(twin)).isZero();
    assertThat(client.run(client.send(ends[0], "x"))).failedWith(SyscallError.BROKEN_PIPE);
  }

  @Test
  void revokingEndsThoseWhoWaitExactlyOnce() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    for (int i = 0; i < MESSAGES_MAX; i++) {
      client.run(client.send(ends[0], "x"));
    }
    long child = client.duplicate(ends[0], Rights.READ | Rights.WRITE);
    Entry sending = client.send(child, "y");
    Entry receiving = client.receive(child, room(8));
    Entry polling = client.pollAgain(child, PollEvents.IN);
    client.begin(sending, receiving, polling);
    assertThat(client.revoke(child)).isZero();
    for (Entry each : List.of(sending, receiving, polling)) {
      assertThat(client.await(each)).failedWith(SyscallError.CAPABILITY_REVOKED);
    }
    assertThat(received(ends[1])).isEqualTo("x");
    assertThat(client.run(client.send(ends[1], "z"))).succeededWith(1);
    assertThat(received(ends[0])).isEqualTo("z");
  }

  @Test
  void aMessageThatARevokedReceiverWasToldOfIsNotLost() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    Client other = client.another(4, 0);
    for (int round = 0; round < 50; round++) {
      long child = client.duplicate(ends[1], Rights.READ);
      Range into = room(8);
      Entry waiting = other.receive(child, into);
      other.submit(waiting);
      client.submit(client.send(ends[0], "m").skipSuccess());
      client.revoke(child);
      Completion end = other.await(waiting);
      if (end.result() == SyscallError.CAPABILITY_REVOKED.result()) {
        assertThat(received(ends[1])).isEqualTo("m");
      } else {
        assertThat(end).succeededWith(1);
      }
    }
  }

  @Test
  void aCancelledReceiverLeavesTheMessage() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    Entry waiting = client.receive(ends[1], room(8));
    client.submit(waiting);
    assertThat(client.run(client.cancel(waiting.tag()))).succeededWith(0);
    assertThat(client.await(waiting)).failedWith(SyscallError.OPERATION_CANCELLED);
    client.run(client.send(ends[0], "here"));
    assertThat(received(ends[1])).isEqualTo("here");
  }

  @Test
  void sendingNeedsWriteAndReceivingNeedsRead() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    long reader = client.duplicate(ends[0], Rights.READ);
    long writer = client.duplicate(ends[0], Rights.WRITE);
    assertThat(client.run(client.send(reader, "x"))).missed(Rights.WRITE);
    assertThat(client.run(client.receive(writer, room(1)))).missed(Rights.READ);
    assertThat(client.run(client.poll(writer, PollEvents.IN))).missed(Rights.READ);
    assertThat(client.run(client.send(sink, "x"))).failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
  }

  @Test
  void aMessageAboveTheLargestIsInvalid() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    Range message = room(CapabilityTransfer.MESSAGE_MAX + 1);
    assertThat(client.run(client.send(ends[0], "").range(message)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void memoryOutsideTheArenaIsRefused() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    Range beyond = new Range(client.memory().end() - 4, 8);
    assertThat(client.run(client.send(ends[0], "").range(beyond)))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.receive(ends[0], beyond)))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(
            client.run(client.receive(ends[0], room(1), new Range(client.memory().end() - 16, 24))))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.receive(ends[0], room(1), room(32).from(4))))
        .failedWith(SyscallError.NOT_ALIGNED);
    assertThat(client.run(client.receive(ends[0], room(1)).auxiliary0(8).auxiliary1(17)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void memoryOfAReceiverThatWaitsIsNotUnmapped() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    Range mapped = new Range(client.run(client.map(4096)).value(), 4096);
    Entry waiting = client.receive(ends[1], mapped.first(8));
    client.submit(waiting);
    Entry unmap = client.unmap(mapped);
    client.submit(unmap);
    assertThat(client.pending()).isZero();
    client.submit(client.send(ends[0], "late").skipSuccess());
    assertThat(client.await(waiting)).succeededWith(4);
    assertThat(client.await(unmap)).succeededWith(0);
  }

  @Test
  void pollTellsWhatWouldNotWait() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    assertThat(client.run(client.poll(ends[1], PollEvents.IN | PollEvents.OUT)))
        .succeededWith(PollEvents.OUT);
    Entry in = client.poll(ends[1], PollEvents.IN);
    client.submit(in);
    client.submit(client.send(ends[0], "x").skipSuccess());
    assertThat(client.await(in)).succeededWith(PollEvents.IN);
    client.run(client.close(ends[0]));
    assertThat(client.run(client.poll(ends[1], PollEvents.IN)))
        .succeededWith(PollEvents.IN | PollEvents.HUP);
  }

  @Test
  void pollForOutWaitsForRoom() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    for (int i = 0; i < MESSAGES_MAX; i++) {
      client.run(client.send(ends[0], "x"));
    }
    Entry out = client.poll(ends[0], PollEvents.OUT);
    client.submit(out);
    assertThat(client.pending()).isZero();
    received(ends[1]);
    assertThat(client.await(out)).succeededWith(PollEvents.OUT);
  }

  @Test
  void aMultishotPollTellsEachMessageOnce() {
    long[] ends = pair(OpCode.CHANNEL_CREATE);
    Entry poll = client.pollAgain(ends[1], PollEvents.IN);
    client.submit(poll);
    for (int i = 0; i < 3; i++) {
      client.run(client.send(ends[0], "x"));
      Completion told = client.await(poll);
      assertThat(told).succeededWith(PollEvents.IN);
      assertThat(told.flags()).isEqualTo(CompletionFlags.MORE);
    }
    assertThat(client.run(client.cancel(poll.tag()))).succeededWith(0);
    assertThat(client.await(poll)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void manyDomainsTalkAtOnceWithoutLosingAMessage() throws Exception {
    Neighbour both = neighbour();
    int count = 500;
    Thread sender =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < count; i++) {
                Client near = both.near();
                Range text = near.memory().hold("m" + i);
                near.run(near.send(both.nearMail(), "").range(text));
              }
            });
    List<String> got = new ArrayList<>();
    Range into = both.far().memory().take(16);
    for (int i = 0; i < count; i++) {
      Completion done = both.far().run(both.far().receive(both.farMail(), into));
      got.add(both.far().memory().text(into.first(done.result())));
    }
    sender.join();
    assertThat(got).hasSize(count).first().isEqualTo("m0");
    assertThat(got.getLast()).isEqualTo("m" + (count - 1));
    assertThat(got).doesNotHaveDuplicates();
  }

  // ---- making both ends, of a pipe too ---------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"PIPE_CREATE", "CHANNEL_CREATE"})
  void bothIdsAreWrittenOrNothingIsMade(OpCode code) {
    Range ids = room(16);
    assertThat(client.run(Entry.of(code).range(ids.first(8))))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(Entry.of(code).range(ids).len(24)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(Entry.of(code).addr(ids.address() + 4).len(16)))
        .failedWith(SyscallError.NOT_ALIGNED);
    assertThat(client.run(Entry.of(code).addr(client.memory().end() - 8).len(16)))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.memory().bytes(ids)).containsOnly(0);
    long[] made = pair(code);
    assertThat(made[0]).isPositive().isNotEqualTo(made[1]);
  }

  @ParameterizedTest
  @EnumSource(names = {"PIPE_CREATE", "CHANNEL_CREATE"})
  void aTableWithRoomForOneTakesNone(OpCode code) {
    Client small = Client.setUp(opened(QUOTAS.withCapabilitiesMax(4)), ENTRIES, ringFlags());
    Range ids = small.memory().take(16);
    Entry create = Entry.of(code).range(ids);
    assertThat(small.run(create)).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(small.dup(small.grant("root"), 0)).isPositive();
    assertThat(small.dup(small.grant("root"), 0)).isEqualTo(SyscallError.QUOTA_EXCEEDED.result());
  }

  @Test
  void aPipeCarriesBytesFromItsSecondEndToItsFirst() {
    long[] ends = pair(OpCode.PIPE_CREATE);
    assertThat(client.run(client.write(ends[1], "through"))).succeededWith(7);
    Range into = room(16);
    assertThat(client.run(client.read(ends[0], into))).succeededWith(7);
    assertThat(text(into, 7)).isEqualTo("through");
    assertThat(client.run(client.write(ends[0], "x"))).missed(Rights.WRITE);
    assertThat(client.run(client.read(ends[1], into))).missed(Rights.READ);
    client.run(client.close(ends[1]));
    assertThat(client.run(client.read(ends[0], into))).succeededWith(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aPipeOfOneDomainIsUsedFromAnother(int end) {
    Neighbour both = neighbour();
    Client near = both.near();
    Client far = both.far();
    Range ids = near.memory().take(16);
    near.run(near.pipeCreate(ids));
    long mine = near.memory().word(ids.from(8 - 8 * end));
    long theirs = near.memory().word(ids.from(8 * end));
    long right = end == 0 ? Rights.READ : Rights.WRITE;
    near.run(near.send(both.nearMail(), "", Sent.move(theirs, right)));
    Range list = far.listRoom(1);
    far.run(far.receive(both.farMail(), far.memory().take(1), list));
    long got = far.memory().word(list);
    Range into = near.memory().take(8);
    Range farInto = far.memory().take(8);
    if (end == 0) {
      assertThat(near.run(near.write(mine, "out"))).succeededWith(3);
      assertThat(far.run(far.read(got, farInto))).succeededWith(3);
    } else {
      assertThat(far.run(far.write(got, "in"))).succeededWith(2);
      assertThat(near.run(near.read(mine, into))).succeededWith(2);
    }
  }
}
