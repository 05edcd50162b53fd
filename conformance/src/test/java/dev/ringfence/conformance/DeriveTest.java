// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.LimitFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.GrantLimits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DERIVE: deadlines, totals and rates. */
class DeriveTest extends Conformance {

  private static final long RIGHTS = Rights.READ | Rights.WRITE | Rights.SEEK | Rights.DUP;
  private static final long HOUR = Duration.ofHours(1).toNanos();

  private long data;

  @BeforeEach
  void openData() {
    file("data", "0123456789");
    data = client.opened(root, "data", RIGHTS | Rights.TRANSFER);
  }

  private long derived(long from, long deadline, long bytes, long operations) {
    return client
        .run(client.derive(from, RIGHTS, client.limits(deadline, bytes, operations, 0, 0, 0)))
        .capability();
  }

  private long rated(long bytesPerSecond, long operationsPerSecond, int flags) {
    Range limits = client.limits(0, 0, 0, bytesPerSecond, operationsPerSecond, flags);
    return client.run(client.derive(data, RIGHTS, limits)).capability();
  }

  private Completion read(long file, int length) {
    return client.run(client.read(file, room(length)));
  }

  private long queried(long capability, int field) {
    Range into = client.queryRoom();
    assertThat(client.run(client.query(capability, into))).succeeded();
    return client.memory().word(into.from(field));
  }

  private long bytesLeft(long capability) {
    return queried(capability, CapabilityStatus.METERED_BYTES_LEFT_OFFSET);
  }

  private long operationsLeft(long capability) {
    return queried(capability, CapabilityStatus.METERED_OPERATIONS_LEFT_OFFSET);
  }

  @Test
  void withoutLimitsItIsADuplicate() {
    Range none = client.limits(0, 0, 0, 0, 0, 0);
    Completion made = client.run(client.derive(data, Rights.READ, none));
    assertThat(made).succeededWith(CapabilityType.FILE.code());
    assertThat(made.flags()).isEqualTo(CompletionFlags.CAPABILITY);
    assertThat(read(made.reserved(), 10)).succeededWith(10);
    assertThat(bytesLeft(made.reserved())).isEqualTo(-1);
    assertThat(operationsLeft(made.reserved())).isEqualTo(-1);
    assertThat(queried(made.reserved(), CapabilityStatus.DEADLINE_OFFSET)).isZero();
    client.revoke(data);
    assertThat(read(made.reserved(), 1)).failedWith(SyscallError.INVALID_HANDLE);
  }

  @Test
  void itNeedsDupAndTheRights() {
    Range none = client.limits(0, 0, 0, 0, 0, 0);
    long plain = client.duplicate(data, Rights.READ);
    assertThat(client.run(client.derive(plain, Rights.READ, none))).missed(Rights.DUP);
    assertThat(client.run(client.derive(data, Rights.CHMOD, none))).missed(Rights.CHMOD);
    assertThat(client.run(client.derive(data, 1L << 50, none)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void limitsThatCannotBeAreInvalid() {
    List<Range> bad =
        List.of(
            client.limits(-1, 0, 0, 0, 0, 0),
            client.limits(0, 0, 0, 0, 0, 2),
            client.limits(0, 1, 1, 0, 0, LimitFlags.DELAY));
    for (Range limits : bad) {
      assertThat(client.run(client.derive(data, 0, limits)))
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
    Range reserved = client.limits(0, 1, 0, 0, 0, 0);
    client.memory().fill(new Range(reserved.address() + 60, 4), 1);
    assertThat(client.run(client.derive(data, 0, reserved)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    Range good = client.limits(0, 1, 0, 0, 0, 0);
    assertThat(client.run(client.derive(data, 0, good.first(63))))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.derive(data, 0, new Range(good.address() + 4, 64))))
        .failedWith(SyscallError.NOT_ALIGNED);
    assertThat(client.run(client.derive(data, 0, new Range(client.memory().end() - 8, 64))))
        .failedWith(SyscallError.INVALID_ADDRESS);
  }

  // ---- deadlines -------------------------------------------------------------------------------

  @Test
  void aDeadlineThatHasPassedIsTimeout() {
    Range limits = client.limits(1, 0, 0, 0, 0, 0);
    assertThat(client.run(client.derive(data, 0, limits))).failedWith(SyscallError.TIMEOUT);
    assertThat(client.run(client.nop(1))).succeeded();
  }

  /**
   * A child of {@code source} that soon ends with its deadline, and a child of that. On a busy
   * machine the time may pass before both are there: then a later one.
   */
  private long[] brief() {
    for (long millis = 30; ; millis *= 2) {
      long soon = System.nanoTime() + Duration.ofMillis(millis).toNanos();
      Range limits = client.limits(soon, 0, 0, 0, 0, 0);
      Completion made = client.run(client.derive(source, Rights.READ | Rights.DUP, limits));
      long grandchild = made.result() < 0 ? 0 : client.dup(made.reserved(), Rights.READ);
      if (grandchild > 0) {
        return new long[] {made.capability(), grandchild};
      }
      int refused = (int) (made.result() < 0 ? made.result() : grandchild);
      assertThat(refused)
          .isIn(SyscallError.TIMEOUT.result(), SyscallError.CAPABILITY_REVOKED.result());
    }
  }

  @Test
  void atItsDeadlineItAndWhatIsDerivedFromItIsRevoked() {
    long[] brief = brief();
    long child = brief[0];
    long grandchild = brief[1];
    Entry waiting = client.read(grandchild, room(8));
    client.submit(waiting);
    assertThat(client.await(waiting)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(read(child, 1)).failedWith(SyscallError.CAPABILITY_REVOKED);
    assertThat(client.run(client.close(child))).succeededWith(0);
    client.run(client.write(sink, "on"));
    assertThat(read(source, 2)).succeededWith(2);
  }

  @Test
  void aDeadlineOutlivesTheOneThatItWasGivenTo() {
    long[] brief = brief();
    long child = brief[0];
    long grandchild = brief[1];
    Entry waiting = client.read(grandchild, room(8));
    client.submit(waiting);
    client.run(client.close(child));
    assertThat(client.await(waiting)).failedWith(SyscallError.CAPABILITY_REVOKED);
  }

  @Test
  void deadlinesOnlyComeNearer() {
    long near = System.nanoTime() + HOUR;
    long child = derived(data, near, 0, 0);
    long grandchild = derived(child, near + HOUR, 0, 0);
    assertThat(queried(grandchild, CapabilityStatus.DEADLINE_OFFSET)).isEqualTo(near);
    long nearer = derived(grandchild, near - 1, 0, 0);
    assertThat(queried(nearer, CapabilityStatus.DEADLINE_OFFSET)).isEqualTo(near - 1);
    assertThat(read(nearer, 10)).succeededWith(10);
  }

  // ---- totals ----------------------------------------------------------------------------------

  @Test
  void bytesAreCountedByWhatWasMoved() {
    long child = derived(data, 0, 15, 0);
    assertThat(read(child, 10)).succeededWith(10);
    assertThat(bytesLeft(child)).isEqualTo(5);
    assertThat(read(child, 6)).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(bytesLeft(child)).isEqualTo(5);
    assertThat(client.run(client.read(child, room(5)).at(7))).succeededWith(3);
    assertThat(bytesLeft(child)).isEqualTo(2);
    assertThat(client.run(client.write(child, "xy"))).succeededWith(2);
    assertThat(bytesLeft(child)).isZero();
    assertThat(client.run(client.write(child, "z"))).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(content("data")).isEqualTo("xy23456789");
  }

  @Test
  void whatFailsMovesNothing() {
    long child = derived(data, 0, 100, 0);
    Range beyond = new Range(client.memory().end() - 1, 50);
    assertThat(client.run(client.read(child, beyond))).failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(bytesLeft(child)).isEqualTo(100);
  }

  @Test
  void aCancelledOperationGivesBackItsBytes() {
    Range limits = client.limits(0, 100, 5, 0, 0, 0);
    long child = client.run(client.derive(source, Rights.READ, limits)).capability();
    Entry waiting = client.read(child, room(64));
    client.submit(waiting);
    assertThat(bytesLeft(child)).isEqualTo(36);
    client.run(client.cancel(waiting.tag()));
    client.await(waiting);
    assertThat(bytesLeft(child)).isEqualTo(100);
    assertThat(operationsLeft(child)).isEqualTo(4);
  }

  @Test
  void operationsAreCountedWhenTheyBegin() {
    long child = derived(data, 0, 0, 2);
    assertThat(operationsLeft(child)).isEqualTo(2);
    assertThat(client.run(client.nop(4).capability(child))).succeededWith(4);
    assertThat(read(child, 1)).succeededWith(1);
    assertThat(operationsLeft(child)).isZero();
    assertThat(read(child, 1)).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(client.run(client.close(child))).succeededWith(0);
  }

  @Test
  void rightsAreCheckedBeforeLimitsAndLimitsBeforeArguments() {
    long child = derived(data, 0, 1, 0);
    Range beyond = new Range(client.memory().end() - 1, 50);
    assertThat(client.run(client.truncate(child, 0))).missed(Rights.TRUNCATE);
    assertThat(client.run(client.read(child, beyond))).failedWith(SyscallError.QUOTA_EXCEEDED);
  }

  @Test
  void aSubtreeSharesItsLimitsAndThoseAbove() {
    long parent = derived(data, 0, 20, 0);
    long left = derived(parent, 0, 15, 0);
    long right = client.duplicate(parent, Rights.READ);
    assertThat(read(left, 10)).succeededWith(10);
    assertThat(bytesLeft(left)).isEqualTo(5);
    assertThat(bytesLeft(right)).isEqualTo(10);
    assertThat(read(right, 8)).succeededWith(8);
    assertThat(bytesLeft(left)).isEqualTo(2);
    // all or none: the lower limit would allow it, the upper one does not
    assertThat(read(left, 4)).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(bytesLeft(left)).isEqualTo(2);
    assertThat(read(left, 2)).succeededWith(2);
    assertThat(bytesLeft(data)).isEqualTo(-1);
  }

  @Test
  void closingTheLimitedOneDoesNotFreeWhatIsDerivedFromIt() {
    long parent = derived(data, 0, 5, 0);
    long child = client.duplicate(parent, Rights.READ);
    client.run(client.close(parent));
    assertThat(read(child, 6)).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(read(child, 5)).succeededWith(5);
  }

  @Test
  void whatIsOpenedBeneathALimitedDirectoryIsLimited() {
    Range limits = client.limits(0, 4, 0, 0, 0, 0);
    long directory =
        client
            .run(client.derive(root, Rights.READ | Rights.DUP | Rights.READDIR, limits))
            .capability();
    long file = client.opened(directory, "data", Rights.READ);
    assertThat(read(file, 5)).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(read(file, 4)).succeededWith(4);
  }

  @Test
  void limitsTravelWithACapability() {
    Neighbour both = neighbour();
    Client near = both.near();
    Client far = both.far();
    long file = near.opened(near.grant("root"), "data", RIGHTS | Rights.TRANSFER);
    Range limits = near.limits(0, 4, 0, 0, 0, 0);
    long limited = near.run(near.derive(file, Rights.READ | Rights.TRANSFER, limits)).capability();
    near.run(near.send(both.nearMail(), "", Sent.copy(limited, Rights.READ)));
    Range list = far.listRoom(1);
    far.run(far.receive(both.farMail(), far.memory().take(1), list));
    long got = far.memory().word(list);
    assertThat(far.run(far.read(got, far.memory().take(3)))).succeededWith(3);
    assertThat(near.run(near.read(limited, near.memory().take(2))))
        .failedWith(SyscallError.QUOTA_EXCEEDED);
  }

  @Test
  void eachCompletionOfAMultishotOperationCounts() {
    long event = event(0);
    Range limits = client.limits(0, 0, 2, 0, 0, 0);
    long child = client.run(client.derive(event, Rights.READ, limits)).capability();
    Entry poll = client.pollAgain(child, PollEvents.IN);
    client.submit(poll);
    client.run(client.signal(event, 1));
    assertThat(client.await(poll)).succeededWith(PollEvents.IN);
    client.run(client.signal(event, 1));
    assertThat(client.await(poll)).succeededWith(PollEvents.IN);
    assertThat(client.await(poll)).failedWith(SyscallError.QUOTA_EXCEEDED);
  }

  @Test
  void theHostGrantsWithLimits() {
    Client limited =
        Client.setUp(
            opened(
                kernel
                    .domain("limited")
                    .quotas(QUOTAS)
                    .file("data", tree.resolve("data"), Rights.READ)
                    .limit("data", GrantLimits.none().totals(6, 0))),
            ENTRIES,
            ringFlags());
    long file = limited.grant("data");
    assertThat(limited.run(limited.read(file, limited.memory().take(6)))).succeededWith(6);
    assertThat(limited.run(limited.read(file, limited.memory().take(1))))
        .failedWith(SyscallError.QUOTA_EXCEEDED);
  }

  @Test
  void theHostsDeadlineRevokesAGrant() {
    Client limited =
        Client.setUp(
            opened(
                kernel
                    .domain("limited")
                    .quotas(QUOTAS)
                    .file("data", tree.resolve("data"), Rights.READ)
                    .limit("data", GrantLimits.none().within(Duration.ofMillis(5)))),
            ENTRIES,
            ringFlags());
    long file = limited.grant("data");
    Range into = limited.memory().take(1);
    eventually(
        "revoked",
        () ->
            limited.run(limited.read(file, into)).result()
                == SyscallError.CAPABILITY_REVOKED.result());
  }

  // ---- rates -----------------------------------------------------------------------------------

  @Test
  void beyondARateItIsQuotaExceeded() {
    // a request above the bucket is a debt of more than an hour
    long child = rated(1, 0, 0);
    assertThat(client.run(client.read(child, room(10_000)))).succeededWith(10);
    long slow = rated(0, 1, 0);
    assertThat(client.run(client.nop(1).capability(slow))).succeeded();
    Completion again = client.run(client.nop(1).capability(slow));
    if (again.result() < 0) {
      assertThat(again).failedWith(SyscallError.QUOTA_EXCEEDED);
    }
    long write = rated(1, 0, 0);
    assertThat(client.run(client.write(write, "ten bytes!"))).succeededWith(10);
    assertThat(client.run(client.write(write, "x"))).failedWith(SyscallError.QUOTA_EXCEEDED);
  }

  @Test
  void withDelayItBeginsWhenTheRateAllowsIt() {
    long child = rated(1000, 0, LimitFlags.DELAY);
    long start = System.nanoTime();
    // the bucket holds 1000; 20 more take 20 milliseconds
    Range text = room(1020);
    assertThat(client.run(client.write(child, "").range(text))).succeededWith(1020);
    assertThat(client.run(client.write(child, "x"))).succeededWith(1);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
  }

  @Test
  void delayedOperationsBeginInTheirOrder() {
    long child = rated(200, 0, LimitFlags.DELAY);
    Range text = room(200);
    Entry first = client.write(child, "").range(text);
    Entry second = client.write(child, "").range(text.first(4));
    Entry third = client.write(child, "").range(text.first(1));
    List<Completion> done = client.runAll(first, second, third);
    assertThat(done.get(0)).isOf(first).succeededWith(200);
    assertThat(done.get(1)).isOf(second).succeededWith(4);
    assertThat(done.get(2)).isOf(third).succeededWith(1);
  }

  @Test
  void aDelayedOperationIsCancelledAndThoseBehindItGoOn() {
    long child = rated(100, 0, LimitFlags.DELAY);
    Range text = room(200);
    client.run(client.write(child, "").range(text.first(100)));
    Entry first = client.write(child, "").range(text.first(100));
    Entry second = client.write(child, "").range(text.first(1));
    client.submit(first, second);
    assertThat(client.run(client.cancel(first.tag()))).succeededWith(0);
    assertThat(client.await(first)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(client.await(second)).succeededWith(1);
  }

  @Test
  void aDelayedOperationIsRevoked() {
    long child = rated(1, 0, LimitFlags.DELAY);
    client.run(client.write(child, "a debt of seconds"));
    Entry waiting = client.write(child, "x");
    client.begin(waiting);
    assertThat(client.revoke(child)).isZero();
    assertThat(client.await(waiting)).failedWith(SyscallError.CAPABILITY_REVOKED);
  }

  @Test
  void aDelayedOperationEndsWithItsDomain() {
    Client ending = Client.setUp(opened(QUOTAS), ENTRIES, ringFlags());
    Range limits = ending.limits(0, 0, 0, 1, 0, LimitFlags.DELAY);
    long child = ending.run(ending.derive(ending.grant("sink"), Rights.WRITE, limits)).capability();
    ending.run(ending.write(child, "a debt of seconds"));
    ending.submit(ending.write(child, "x"));
    assertThat(ending.pending()).isZero();
  }
}
