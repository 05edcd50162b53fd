// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.TimeoutFlags;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LINK_TIMEOUT: the table of the ABI page, and chains around it. */
class LinkTimeoutTest extends Conformance {

  private static final Duration SOON = Duration.ofMillis(3);
  private static final Duration NEVER = Duration.ofDays(365);
  private static final int FAILURE = SyscallError.IO_ERROR.result();

  private void assertCancelled(Entry... entries) {
    for (Entry each : entries) {
      assertThat(client.await(each)).failedWith(SyscallError.OPERATION_CANCELLED);
    }
  }

  // ---- the table -------------------------------------------------------------------------------

  @Test
  void ifTheOperationCompletesFirstTheTimeoutIsCancelled() {
    Entry read = client.read(source, room(4)).link();
    Entry limit = client.linkTimeout(NEVER);
    client.submit(read, limit);
    client.run(client.write(sink, "abcd"));
    assertThat(client.await(read)).succeededWith(4);
    assertCancelled(limit);
  }

  @Test
  void ifTheTimePassesFirstTheOperationIsCancelled() {
    Entry read = client.read(source, room(4)).link();
    Entry limit = client.linkTimeout(SOON);
    client.submit(read, limit);
    assertCancelled(read);
    assertThat(client.await(limit)).failedWith(SyscallError.TIMEOUT);
    Range room = room(4);
    client.run(client.write(sink, "ok"));
    assertThat(client.run(client.read(source, room))).succeededWith(2);
  }

  @Test
  void ifTheChainBreaksBeforeTheOperationStartsBothAreCancelled() {
    Entry failing = client.nop(FAILURE).link();
    Entry made = client.makeDirectory(root, "never").link();
    Entry limit = client.linkTimeout(NEVER);
    client.submit(failing, made, limit);
    assertThat(client.await(failing)).failedWith(SyscallError.IO_ERROR);
    assertCancelled(made, limit);
    assertThat(tree.resolve("never")).doesNotExist();
  }

  @Test
  void anOperationThatEndsAtOnceCancelsItsTimeout() {
    Entry nop = client.nop(3).link();
    Entry limit = client.linkTimeout(Duration.ZERO);
    client.submit(nop, limit);
    assertThat(client.await(nop)).succeededWith(3);
    assertCancelled(limit);
  }

  @Test
  void anOperationThatFailsAtOnceCancelsItsTimeout() {
    Entry denied = client.read(12_345, room(4)).link();
    Entry limit = client.linkTimeout(SOON);
    client.submit(denied, limit);
    assertThat(client.await(denied)).failedWith(SyscallError.INVALID_HANDLE);
    assertCancelled(limit);
  }

  @Test
  void anAbsoluteTimeLimitsToo() {
    Entry read = client.read(source, room(4)).link();
    Entry limit =
        client
            .linkTimeout(Duration.ZERO)
            .auxiliary0(System.nanoTime() + SOON.toNanos())
            .auxiliary1(TimeoutFlags.ABSOLUTE);
    client.submit(read, limit);
    assertCancelled(read);
    assertThat(client.await(limit)).failedWith(SyscallError.TIMEOUT);
  }

  @Test
  void aTimeoutCanBeLimited() {
    Entry timeout = client.timeout(NEVER).link();
    Entry limit = client.linkTimeout(SOON);
    client.submit(timeout, limit);
    assertCancelled(timeout);
    assertThat(client.await(limit)).failedWith(SyscallError.TIMEOUT);
  }

  @Test
  void theClockStartsWithTheOperationAndNotWithTheChain() {
    Entry first = client.timeout(Duration.ofMillis(30)).hardlink();
    Entry read = client.read(source, room(4)).link();
    Entry limit = client.linkTimeout(Duration.ofMillis(10));
    long before = System.nanoTime();
    client.submit(first, read, limit);
    assertThat(client.await(first)).failedWith(SyscallError.TIMEOUT);
    assertCancelled(read);
    assertThat(client.await(limit)).failedWith(SyscallError.TIMEOUT);
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(40_000_000);
  }

  // ---- where it has no meaning -----------------------------------------------------------------

  @Test
  void aLoneOneIsInvalid() {
    assertThat(client.run(client.linkTimeout(SOON))).failedWith(SyscallError.INVALID_ARGUMENT);
    Entry nop = client.nop(1);
    Entry limit = client.linkTimeout(SOON);
    client.submit(nop, limit);
    assertThat(client.await(nop)).succeededWith(1);
    assertThat(client.await(limit)).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void oneAtTheHeadOfAChainIsInvalidAndTheRestIsCancelled() {
    Entry limit = client.linkTimeout(SOON).link();
    Entry nop = client.nop();
    client.submit(limit, nop);
    assertThat(client.await(limit)).failedWith(SyscallError.INVALID_ARGUMENT);
    assertCancelled(nop);
  }

  @Test
  void theSecondOfTwoInARowIsInvalidAndTheChainIsCancelled() {
    Entry nop = client.nop().link();
    Entry first = client.linkTimeout(SOON).link();
    Entry second = client.linkTimeout(SOON);
    client.submit(nop, first, second);
    assertCancelled(nop, first);
    assertThat(client.await(second)).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void unknownFlagsAreInvalidAndTheChainIsCancelled() {
    Entry nop = client.nop().link();
    Entry limit = client.linkTimeout(SOON).auxiliary1(2);
    client.submit(nop, limit);
    assertCancelled(nop);
    assertThat(client.await(limit)).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  // ---- chains that go on -----------------------------------------------------------------------

  @Test
  void theChainGoesOnAfterASuccess() {
    Entry nop = client.nop(1).link();
    Entry limit = client.linkTimeout(NEVER).link();
    Entry last = client.nop(2);
    client.submit(nop, limit, last);
    assertThat(client.await(nop)).succeededWith(1);
    assertCancelled(limit);
    assertThat(client.await(last)).succeededWith(2);
  }

  @Test
  void theChainBreaksWhenTheTimePasses() {
    Entry read = client.read(source, room(4)).link();
    Entry limit = client.linkTimeout(SOON).link();
    Entry made = client.makeDirectory(root, "never");
    client.submit(read, limit, made);
    assertCancelled(read, made);
    assertThat(client.await(limit)).failedWith(SyscallError.TIMEOUT);
    assertThat(tree.resolve("never")).doesNotExist();
  }

  @Test
  void afterAHardlinkTheChainGoesOnThoughTheTimePassed() {
    Entry read = client.read(source, room(4)).hardlink();
    Entry limit = client.linkTimeout(SOON).link();
    Entry last = client.nop(2);
    client.submit(read, limit, last);
    assertCancelled(read);
    assertThat(client.await(limit)).failedWith(SyscallError.TIMEOUT);
    assertThat(client.await(last)).succeededWith(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void itLimitsTheMemberBeforeItAtEachPosition(int limited) {
    Entry[] members = new Entry[4];
    Entry limit = client.linkTimeout(SOON);
    Entry[] chain = new Entry[5];
    int next = 0;
    for (int i = 0; i < 4; i++) {
      members[i] = i == limited ? client.read(source, room(4)) : client.nop(i);
      chain[next++] = members[i];
      if (i == limited) {
        chain[next++] = limit;
      }
    }
    for (int i = 0; i < 4; i++) {
      chain[i].link();
    }
    client.submit(chain);
    for (int i = 0; i < limited; i++) {
      assertThat(client.await(members[i])).succeededWith(i);
    }
    for (int i = limited; i < 4; i++) {
      assertCancelled(members[i]);
    }
    assertThat(client.await(limit)).failedWith(SyscallError.TIMEOUT);
  }

  @Test
  void eachMemberCanHaveALimitOfItsOwn() {
    long file = fileWith("0123456789", Rights.READ);
    Entry[] chain = {
      client.read(file, room(4)).link(),
      client.linkTimeout(NEVER).link(),
      client.read(source, room(4)).link(),
      client.linkTimeout(SOON).link(),
      client.nop(5).link(),
      client.linkTimeout(NEVER),
    };
    client.submit(chain);
    assertThat(client.await(chain[0])).succeededWith(4);
    assertCancelled(chain[1], chain[2], chain[4], chain[5]);
    assertThat(client.await(chain[3])).failedWith(SyscallError.TIMEOUT);
  }

  @Test
  void aDrainWaitsForTheWholeChainWithItsLimit() {
    Entry read = client.read(source, room(4)).link();
    Entry limit = client.linkTimeout(SOON);
    Entry drain = client.nop(9).drain();
    client.submit(read, limit, drain);
    assertCancelled(read);
    assertThat(client.await(limit)).failedWith(SyscallError.TIMEOUT);
    assertThat(client.await(drain)).succeededWith(9);
  }

  @Test
  void firingRacesWithCompletingAndNothingIsLost() {
    Client writer = client.another(4, ringFlags());
    Range byteOf = client.memory().hold("x");
    Range room = room(1);
    for (int i = 0; i < 300; i++) {
      Entry read = client.read(source, room).link();
      Entry limit = client.linkTimeout(Duration.ofNanos(i * 300L));
      client.submit(read, limit);
      Entry write = writer.write(sink, byteOf);
      writer.push(write);
      assertThat(writer.await(write)).succeededWith(1);
      int result = client.await(read).result();
      int limited = client.await(limit).result();
      if (result == 1) {
        assertThat(limited)
            .isIn(SyscallError.OPERATION_CANCELLED.result(), SyscallError.TIMEOUT.result());
      } else {
        assertThat(result).isEqualTo(SyscallError.OPERATION_CANCELLED.result());
        assertThat(limited).isEqualTo(SyscallError.TIMEOUT.result());
        assertThat(client.run(client.read(source, room))).succeededWith(1);
      }
    }
  }
}
