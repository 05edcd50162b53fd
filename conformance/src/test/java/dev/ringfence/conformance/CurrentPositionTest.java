// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Turns at a file's current position, and other ends that meet a cancel. */
class CurrentPositionTest extends Conformance {

  @Test
  void oneThatIsCancelledWhenItsTurnComesHandsTheTurnOn() {
    long file = fileWith("0123456789", Rights.READ | Rights.SEEK);
    Entry second = client.read(file, room(2)).atPosition().tag(2);
    // it ends just before the first at the position does, so the cancel runs when the turn is given
    Entry ahead = client.read(file, room(1)).at(0).hardlink();
    client.submit(
        ahead,
        client.cancel(2),
        client.read(file, room(2)).atPosition().tag(1),
        second,
        client.read(file, room(2)).atPosition().tag(3));
    List<Completion> done = client.collect(5);
    assertThat(done).extracting(Completion::userData).contains(1L, 2L, 3L);
    assertThat(client.run(client.read(file, room(2)).atPosition())).succeededWith(2);
  }

  @Test
  void aPollOfAFileThatIsCancelledCompletesOnce() {
    long file = fileWith("content", Rights.READ);
    for (int i = 0; i < 100; i++) {
      Entry poll = client.poll(file, PollEvents.IN);
      Entry cancel = client.cancelEverything();
      for (Completion each : client.runAll(poll, cancel)) {
        boolean polled =
            each.result() == PollEvents.IN
                || each.result() == SyscallError.OPERATION_CANCELLED.result();
        assertThat(each.userData() == cancel.tag() || polled).as("%s", each).isTrue();
      }
    }
    assertThat(client.run(client.nop(3))).succeededWith(3);
  }
}
