// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityReceived;
import dev.ringfence.abi.CapabilityTransfer;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Capabilities in the messages of a channel: rights, revoking, moving, quotas, cycles, ends. */
class CapabilityTransferTest extends Conformance {

  private static final long SENT = Rights.READ | Rights.DUP | Rights.TRANSFER;

  private Neighbour both;
  private Client near;
  private Client far;
  private long mail;
  private long farMail;
  private long data;

  @BeforeEach
  void openNeighbour() {
    file("data", "secret");
    both = neighbour(QUOTAS.withCapabilitiesMax(8));
    near = both.near();
    far = both.far();
    mail = both.nearMail();
    farMail = both.farMail();
    data = near.opened(near.grant("root"), "data", SENT | Rights.WRITE | Rights.SEEK);
  }

  private void send(Sent... list) {
    assertThat(near.run(near.send(mail, "caps", list))).succeededWith(4).isPlain();
  }

  /** Receives one message with as many capabilities, and tells their ids. */
  private long[] arrived(int count) {
    Range list = far.listRoom(count);
    Completion done = far.run(far.receive(farMail, far.memory().take(8), list));
    assertThat(done).succeededWith(4);
    assertThat(done.value()).isEqualTo(count);
    return IntStream.range(0, count)
        .mapToLong(i -> far.memory().word(list.from(i * CapabilityReceived.SIZE)))
        .toArray();
  }

  private Completion read(Client who, long file) {
    return who.run(who.read(file, who.memory().take(16)));
  }

  private Completion refused(Sent... list) {
    Completion done = near.run(near.send(mail, "caps", list));
    assertThat(done.result()).isNegative();
    // nothing of it was sent
    Entry receive = far.receive(farMail, far.memory().take(8), far.listRoom(16));
    far.submit(receive);
    assertThat(far.run(far.cancel(receive.tag()))).succeededWith(0);
    assertThat(far.await(receive)).failedWith(SyscallError.OPERATION_CANCELLED);
    return done;
  }

  private int left(Client who) {
    Range into = who.queryRoom();
    who.run(who.query(0, into));
    return (int) who.memory().word(into.from(16));
  }

  @Test
  void aReceivedCapabilityWorksWithTheRightsThatWereSent() {
    send(Sent.copy(data, Rights.READ));
    Range list = far.listRoom(1);
    Completion done = far.run(far.receive(farMail, far.memory().take(8), list));
    assertThat(done.value()).isEqualTo(1);
    long base = far.memory().offsetOf(list.address());
    assertThat(CapabilityReceived.rights(far.memory().segment(), base)).isEqualTo(Rights.READ);
    assertThat(CapabilityReceived.type(far.memory().segment(), base))
        .isEqualTo(CapabilityType.FILE.code());
    long got = CapabilityReceived.capabilityId(far.memory().segment(), base);
    assertThat(read(far, got)).succeededWith(6);
    assertThat(far.run(far.write(got, "x"))).missed(Rights.WRITE);
    assertThat(read(near, data)).succeededWith(6);
  }

  @Test
  void severalCapabilitiesArriveInTheirOrder() {
    long event = near.run(near.eventCreate(3)).capability();
    send(Sent.copy(data, Rights.READ), Sent.copy(event, Rights.READ), Sent.copy(data, 0));
    long[] got = arrived(3);
    assertThat(read(far, got[0])).succeededWith(6);
    assertThat(far.run(far.awaitEvent(got[1])).value()).isEqualTo(3);
    assertThat(read(far, got[2])).missed(Rights.READ);
  }

  @Test
  void revokingTheSendersReachesTheReceivers() {
    send(Sent.copy(data, SENT));
    long got = arrived(1)[0];
    long child = far.duplicate(got, Rights.READ);
    assertThat(near.revoke(data)).isZero();
    assertThat(read(far, got)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(read(far, child)).failedWith(SyscallError.CAPABILITY_REVOKED);
  }

  @Test
  void revokingAnAncestorReachesWhatIsOnItsWay() {
    send(Sent.copy(data, SENT));
    assertThat(near.revoke(near.grant("root"))).isZero();
    assertThat(arrived(1)[0]).isZero();
    assertThat(left(far)).isEqualTo(7);
  }

  @Test
  void revokingTheSendersEndsWhatIsInFlightThroughAReceiversThatWasClosed() {
    long source = near.grant("source");
    long lent = near.duplicate(source, SENT);
    send(Sent.copy(lent, SENT));
    long got = arrived(1)[0];
    long child = far.duplicate(got, Rights.READ);
    Entry read = far.read(child, far.memory().take(8));
    far.begin(read);
    // both steps up to what will be revoked are gone from the receiver's table
    assertThat(far.run(far.close(child))).succeededWith(0);
    assertThat(far.run(far.close(got))).succeededWith(0);
    assertThat(near.revoke(lent)).isZero();
    assertThat(near.run(near.write(near.grant("sink"), "mine"))).succeededWith(4);
    assertThat(far.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(near.run(near.read(source, near.memory().take(8)))).succeededWith(4);
  }

  @Test
  void revokingTheSendersEndsWhatIsInFlightThroughAReceiversThatWasMovedAway() {
    Range ends = far.memory().take(2 * Long.BYTES);
    assertThat(far.run(far.channelCreate(ends))).succeededWith(0);
    long lent = near.duplicate(near.grant("source"), SENT);
    send(Sent.copy(lent, SENT));
    long got = arrived(1)[0];
    Entry read = far.read(got, far.memory().take(8));
    far.begin(read);
    assertThat(far.run(far.send(far.memory().word(ends), "away", Sent.move(got, SENT))))
        .succeededWith(4);
    assertThat(near.revoke(lent)).isZero();
    assertThat(near.run(near.write(near.grant("sink"), "mine"))).succeededWith(4);
    assertThat(far.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
  }

  @Test
  void closingTheSendersLeavesTheReceivers() {
    send(Sent.copy(data, SENT));
    near.run(near.close(data));
    long got = arrived(1)[0];
    assertThat(read(far, got)).succeededWith(6);
    assertThat(near.revoke(near.grant("root"))).isZero();
    assertThat(read(far, got)).failedWith(SyscallError.CAPABILITY_REVOKED);
  }

  @Test
  void whatMovesIsGoneAndKeepsItsPlace() {
    long child = near.duplicate(data, Rights.READ);
    send(Sent.move(data, SENT));
    assertThat(read(near, data)).failedWith(SyscallError.INVALID_HANDLE);
    assertThat(read(near, child)).succeededWith(6);
    long got = arrived(1)[0];
    assertThat(read(far, got)).succeededWith(6);
    // the receiver stands where the sender stood: its revoke reaches what was derived from it
    assertThat(far.revoke(got)).isZero();
    assertThat(read(near, child)).failedWith(SyscallError.CAPABILITY_REVOKED);
  }

  @Test
  void aMovedCapabilitysParentStillRevokesIt() {
    long child = near.duplicate(data, SENT);
    send(Sent.move(child, SENT));
    long got = arrived(1)[0];
    assertThat(near.revoke(data)).isZero();
    assertThat(read(far, got)).failedWith(SyscallError.CAPABILITY_REVOKED);
  }

  @Test
  void anOperationInFlightOnWhatMovesFinishes() {
    Entry reading = near.read(near.grant("source"), near.memory().take(8));
    near.submit(reading);
    send(Sent.move(near.grant("source"), Rights.READ));
    long got = arrived(1)[0];
    far.run(far.close(got));
    assertThat(near.run(near.write(near.grant("sink"), "on"))).succeededWith(2);
    assertThat(near.await(reading)).succeededWith(2);
  }

  @Test
  void whatIsSentNeedsTransfer() {
    long kept = near.duplicate(data, Rights.READ | Rights.DUP);
    assertThat(refused(Sent.copy(kept, Rights.READ))).failedWith(SyscallError.CANNOT_TRANSFER);
  }

  @Test
  void rightsDoNotGrow() {
    assertThat(refused(Sent.copy(data, Rights.READ | Rights.TRUNCATE))).missed(Rights.TRUNCATE);
    assertThat(refused(Sent.copy(data, 1L << 40))).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void theListIsJudgedAsAWhole() {
    long event = near.run(near.eventCreate(1)).capability();
    assertThat(refused(Sent.move(event, Rights.READ), Sent.copy(12345, 0)))
        .failedWith(SyscallError.INVALID_HANDLE);
    assertThat(near.run(near.awaitEvent(event)).value()).isEqualTo(1);
    long dead = near.duplicate(data, SENT);
    near.revoke(dead);
    assertThat(refused(Sent.copy(dead, 0))).failedWith(SyscallError.INVALID_HANDLE);
    assertThat(refused(new Sent(data, 0, CapabilityType.PIPE.code(), 0)))
        .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
    assertThat(refused(new Sent(data, 0, 77, 0))).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(refused(new Sent(data, 0, 0, 2))).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(refused(Sent.move(data, 0), Sent.copy(data, 0)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void atMostSixteenAreSent() {
    Sent[] list = new Sent[CapabilityTransfer.COUNT_MAX + 1];
    java.util.Arrays.fill(list, Sent.copy(data, 0));
    assertThat(refused(list)).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(near.run(near.send(mail, "x").auxiliary1(1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(near.run(near.send(mail, "x").auxiliary0(4).auxiliary1(1)))
        .failedWith(SyscallError.NOT_ALIGNED);
    assertThat(near.run(near.send(mail, "x").auxiliary0(8).auxiliary1(1)))
        .failedWith(SyscallError.INVALID_ADDRESS);
  }

  @Test
  void aBufferIsNotSent() {
    long buffer = near.run(near.register(near.memory().take(64))).capability();
    assertThat(refused(Sent.copy(buffer, Rights.READ))).failedWith(SyscallError.CANNOT_TRANSFER);
  }

  @Test
  void aReceiverWithoutRoomLeavesTheMessage() {
    send(Sent.copy(data, 0), Sent.copy(data, 0));
    Completion small = far.run(far.receive(farMail, far.memory().take(8), far.listRoom(1)));
    assertThat(small.result()).isEqualTo(SyscallError.NAME_TOO_LONG.result());
    assertThat(small.reserved()).isEqualTo(4 | 2L << 32);
    Completion none = far.run(far.receive(farMail, far.memory().take(8)));
    assertThat(none.reserved()).isEqualTo(4 | 2L << 32);
    long[] fill = new long[6];
    for (int i = 0; i < fill.length; i++) {
      fill[i] = far.duplicate(farMail, 0);
    }
    Entry receive = far.receive(farMail, far.memory().take(8), far.listRoom(2));
    assertThat(far.run(receive)).failedWith(SyscallError.QUOTA_EXCEEDED);
    far.run(far.close(fill[0]));
    long[] got = arrived(2);
    assertThat(got[0]).isPositive().isNotEqualTo(got[1]);
  }

  @Test
  void aRevokedOneNeedsNoRoom() {
    send(Sent.copy(data, 0), Sent.copy(near.grant("root"), 0));
    near.revoke(data);
    for (int i = 0; i < 6; i++) {
      far.duplicate(farMail, 0);
    }
    long[] got = arrived(2);
    assertThat(got[0]).isZero();
    assertThat(got[1]).isPositive();
  }

  @Test
  void noMoreAreOnTheirWayThanTheSenderMayHold() {
    Client there = far;
    long all = CapabilityType.CHANNEL.applicableRights();
    for (int i = 0; i < 8; i++) {
      long[] pipe = pairOf(there);
      assertThat(there.run(there.send(farMail, "", Sent.move(pipe[0], Rights.READ)))).succeeded();
      there.run(there.close(pipe[1]));
    }
    Entry ninth = there.send(farMail, "", Sent.copy(farMail, all));
    assertThat(there.run(ninth)).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(there.run(there.send(farMail, "bytes alone"))).succeeded();
    Entry receive = near.receive(mail, near.memory().take(8), near.listRoom(1));
    assertThat(near.run(receive).value()).isEqualTo(1);
    long[] pipe = pairOf(there);
    assertThat(there.run(there.send(farMail, "", Sent.move(pipe[0], Rights.READ)))).succeeded();
    assertThat(there.run(there.send(farMail, "", Sent.move(pipe[1], Rights.WRITE))))
        .failedWith(SyscallError.QUOTA_EXCEEDED);
  }

  // ---- cycles ----------------------------------------------------------------------------------

  @Test
  void aChannelIsNotSentOverItself() {
    long twin = near.duplicate(mail, Rights.ALL & CapabilityType.CHANNEL.applicableRights());
    assertThat(refused(Sent.copy(mail, 0))).failedWith(SyscallError.CANNOT_TRANSFER);
    assertThat(refused(Sent.move(twin, 0))).failedWith(SyscallError.CANNOT_TRANSFER);
  }

  private long[] channelOf(Client who) {
    Range ids = who.memory().take(16);
    who.run(who.channelCreate(ids));
    return new long[] {who.memory().word(ids), who.memory().word(ids.from(8))};
  }

  @Test
  void twoChannelsDoNotHoldEachOther() {
    long[] a = channelOf(client);
    long[] b = channelOf(client);
    long[] c = channelOf(client);
    assertThat(client.run(client.send(a[0], "", Sent.copy(b[1], 0)))).succeeded();
    assertThat(client.run(client.send(b[0], "", Sent.copy(c[1], 0)))).succeeded();
    assertThat(client.run(client.send(b[0], "", Sent.copy(a[1], 0))))
        .failedWith(SyscallError.CANNOT_TRANSFER);
    assertThat(client.run(client.send(c[1], "", Sent.move(a[0], 0))))
        .failedWith(SyscallError.CANNOT_TRANSFER);
    // once what holds it has arrived, there is no cycle any more
    client.run(client.receive(a[1], room(1), client.listRoom(1)));
    assertThat(client.run(client.send(c[1], "", Sent.copy(a[0], 0)))).succeeded();
  }

  @Test
  void anEndThatWasRevokedOnItsWayHoldsNoChannel() {
    long[] a = channelOf(client);
    long[] b = channelOf(client);
    long sent = client.duplicate(b[1], CapabilityType.CHANNEL.applicableRights());
    assertThat(client.run(client.send(a[0], "", Sent.copy(sent, 0)))).succeeded();
    assertThat(client.run(client.send(b[0], "", Sent.copy(a[1], 0))))
        .failedWith(SyscallError.CANNOT_TRANSFER);
    assertThat(client.revoke(sent)).isZero();
    assertThat(client.run(client.send(b[0], "", Sent.copy(a[1], 0)))).succeeded();
  }

  @Test
  void droppedMessagesCloseWhatTheyCarryThroughAllDepths() {
    int depth = 200;
    Client deep = Client.setUp(opened(QUOTAS), ENTRIES, ringFlags());
    long[] outer = channelOf(deep);
    long[] previous = outer;
    for (int i = 0; i < depth; i++) {
      long[] inner = channelOf(deep);
      long all = CapabilityType.CHANNEL.applicableRights();
      assertThat(deep.run(deep.send(inner[0], "", Sent.move(previous[1], all)))).succeeded();
      deep.run(deep.close(inner[0]));
      previous = inner;
    }
    assertThat(deep.run(deep.close(previous[1]))).succeededWith(0);
    assertThat(deep.run(deep.receive(outer[0], deep.memory().take(1)))).succeededWith(0).isPlain();
  }

  // ---- ends ------------------------------------------------------------------------------------

  @Test
  void messagesToAClosedEndLetGoOfWhatTheyCarry() {
    long[] pipe = pairOf(near);
    send(Sent.move(pipe[1], Rights.WRITE));
    far.run(far.close(farMail));
    // nobody holds the end to write to any more
    assertThat(read(near, pipe[0])).succeededWith(0);
  }

  private long[] pairOf(Client who) {
    Range ids = who.memory().take(16);
    assertThat(who.run(Entry.of(OpCode.PIPE_CREATE).range(ids))).succeededWith(0);
    return new long[] {who.memory().word(ids), who.memory().word(ids.from(8))};
  }

  @Test
  void theEndOfTheReceiverLetsGoOfWhatWasOnItsWay() {
    long[] pipe = pairOf(near);
    send(Sent.move(pipe[1], Rights.WRITE));
    both.there().close();
    assertThat(read(near, pipe[0])).succeededWith(0);
    assertThat(near.run(near.send(mail, "x"))).failedWith(SyscallError.BROKEN_PIPE);
  }

  @Test
  void theEndOfTheSenderRevokesWhatItSent() {
    send(Sent.copy(data, SENT));
    send(Sent.copy(data, SENT));
    long got = arrived(1)[0];
    both.here().close();
    assertThat(read(far, got)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(arrived(1)[0]).isZero();
    Completion end = far.run(far.receive(farMail, far.memory().take(1)));
    assertThat(end).succeededWith(0).isPlain();
  }

  @Test
  void aChannelsEndMovesToAnotherDomainAndWorksThere() {
    long[] ends = channelOf(near);
    send(Sent.move(ends[1], CapabilityType.CHANNEL.applicableRights()));
    long theirs = arrived(1)[0];
    near.run(near.send(ends[0], "private"));
    Range into = far.memory().take(16);
    assertThat(far.run(far.receive(theirs, into))).succeededWith(7);
    assertThat(far.memory().text(into.first(7))).isEqualTo("private");
  }

  @Test
  void aSenderThatWaitsJudgesItsCapabilitiesAgain() {
    for (int i = 0; i < 64; i++) {
      near.run(near.send(mail, "caps"));
    }
    Entry waiting = near.send(mail, "caps", Sent.copy(data, 0));
    near.begin(waiting);
    near.revoke(data);
    far.run(far.receive(farMail, far.memory().take(8)));
    assertThat(near.await(waiting)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(near.run(near.send(mail, "caps"))).succeeded();
  }

  @Test
  void theListIsCopiedOnceThenJudged() {
    for (int i = 0; i < 64; i++) {
      near.run(near.send(mail, "caps"));
    }
    Range list = near.list(Sent.copy(data, Rights.READ));
    Entry waiting = near.send(mail, "caps").auxiliary0(list.address()).auxiliary1(1);
    near.begin(waiting);
    // the program writes over the list while the operation waits
    near.memory().fill(list, 0xff);
    for (int i = 0; i < 64; i++) {
      far.run(far.receive(farMail, far.memory().take(8)));
    }
    assertThat(near.await(waiting)).succeededWith(4);
    long got = arrived(1)[0];
    assertThat(read(far, got)).succeededWith(6);
    assertThat(far.run(far.write(got, "x"))).missed(Rights.WRITE);
  }
}
