// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.Quotas;
import org.junit.jupiter.api.Test;

/**
 * A program that submits and never reads costs the kernel nothing more, and loses nothing: when it
 * reads at last, every completion is there, once, in order.
 */
class UnreadCompletionsTest extends Stress {

  private static final int ATTEMPTS = figure("unread.attempts", 1_000_000);
  private static final int RING = 64;

  private int pushed;
  private int refused;

  @Test
  void aProgramThatNeverReadsStopsBeingServedAndLosesNothing() {
    try (Domain domain = opened(Quotas.defaults())) {
      Client client = Client.setUp(domain, RING, ringFlags());
      for (int i = 0; i < RING * 10; i++) {
        attempt(client);
      }
      settle(client);
      long operations = Held.instances("dev.ringfence.kernel.InFlight");
      long units = Held.instances("dev.ringfence.kernel.KernelRing$Unit");
      long heap = Held.liveHeapBytes();
      for (int i = 0; i < ATTEMPTS; i++) {
        attempt(client);
      }
      assertThat(pushed).as("what fits: both queues").isEqualTo(3 * RING);
      assertThat(client.pending()).isEqualTo(client.completionEntries());
      assertThat(Held.instances("dev.ringfence.kernel.InFlight")).isLessThanOrEqualTo(operations);
      assertThat(Held.instances("dev.ringfence.kernel.KernelRing$Unit")).isLessThanOrEqualTo(units);
      assertThat(Held.liveHeapBytes()).as("heap").isLessThan(heap + (4L << 20));

      int read = 0;
      while (read < pushed) {
        for (Completion each : client.collect(Math.min(5, pushed - read))) {
          assertThat(each.userData()).as("in order, once").isEqualTo(read);
          assertThat(each.result()).isEqualTo(read);
          read++;
        }
      }
      assertThat(client.collectAll()).as("completions too many").isEmpty();
      say("%d taken, %d refused".formatted(pushed, refused));
    }
  }

  /**
   * Pushes if the queue has room, and has the kernel look now and then, as a careless one would.
   */
  private void attempt(Client client) {
    if (client.room() > 0) {
      client.push(client.nop(pushed).tag(pushed));
      pushed++;
    } else {
      refused++;
    }
    if (client.room() == 0 || pushed % 7 == 0) {
      RingHeader.setWaitFor(client.segment(), client.completionHeader(), 0);
      assertThat(SyscallError.ofResult((int) client.enter())).isNull();
    }
  }

  /** Until the poller, too, has taken what there is room for. */
  private void settle(Client client) {
    while (client.pending() < client.completionEntries() || client.room() > 0) {
      attempt(client);
    }
  }
}
