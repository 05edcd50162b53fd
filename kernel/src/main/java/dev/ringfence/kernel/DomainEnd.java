// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.kernel.engine.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The end of a domain, in the only order that is safe: no new work, no work in flight, no
 * capability, no ring, and only then no memory (promise 8).
 */
final class DomainEnd {

  private static final long PARK_NANOS = 50_000;

  private final Kernel kernel;
  private final Domain domain;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean freed = new AtomicBoolean();
  private final AtomicBoolean late = new AtomicBoolean();

  /** What was in flight when the domain ended; null before. Guarded by this. */
  private @Nullable Quiescence inFlight;

  private boolean stopped;

  DomainEnd(Kernel kernel, Domain domain) {
    this.kernel = kernel;
    this.domain = domain;
  }

  /** EXIT: ends everything but the memory, without waiting for it. Any thread. */
  void begin() {
    domain.markEnded();
    Thread.ofPlatform().name("ringfence-domain-end").daemon(true).start(this::stop);
  }

  /** The host's word: the memory goes too. */
  void run() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (stop()) {
      free();
      return;
    }
    late.set(true);
    Log.warning(
        "domain {0} has operations that the host does not end; its memory stays mapped until it"
            + " does",
        domain.name());
    if (isQuiet()) {
      // it ended between the two looks, before anyone had heard that it is late
      freeLate();
    }
  }

  /**
   * No new work, none in flight, no capability.
   *
   * @return false if the host has not ended everything in time; the capabilities are then still
   *     held
   */
  private synchronized boolean stop() {
    if (stopped) {
      return true;
    }
    domain.markEnded();
    Quiescence asked = inFlight;
    if (asked == null) {
      asked =
          new Quiescence(() -> {
            if (late.get()) {
              Thread.ofPlatform().name("ringfence-domain-end").daemon(true).start(this::freeLate);
            }
          });
      inFlight = asked;
      domain.askLanes(
          asked, (lane, answered) -> lane.lifecycle().stopping().answerEnd(answered, domain));
    }
    if (!asked.await(kernel.options().revokeMax().toNanos(), domain::pump)) {
      return false;
    }
    revokeAll();
    stopped = true;
    return true;
  }

  private synchronized boolean isQuiet() {
    return inFlight != null && inFlight.await(0, domain::pump);
  }

  private void freeLate() {
    if (stop()) {
      free();
    }
  }

  private void free() {
    if (!freed.compareAndSet(false, true)) {
      return;
    }
    awaitCalls();
    for (KernelRing ring : domain.rings()) {
      closeRing(ring);
    }
    domain.memory().close();
    kernel.forget(domain);
  }

  /** A call that began before the end may still write into the memory, such as its completion. */
  private void awaitCalls() {
    while (domain.hasCallsInside()) {
      for (KernelRing ring : domain.rings()) {
        // whoever is inside has seen that the domain ended, or is about to
        ring.lane.wake();
        ring.waiter.wake();
      }
      LockSupport.parkNanos(this, PARK_NANOS);
    }
  }

  private void revokeAll() {
    CapabilityTable table = domain.table();
    List<Capability> held = new ArrayList<>();
    for (int i = 0; i < table.capacity(); i++) {
      Capability capability = table.at(i);
      if (capability != null) {
        held.add(capability);
      }
    }
    kernel.endUses(kernel.tree().revoke(held), domain);
  }

  private void closeRing(KernelRing ring) {
    Lane lane = ring.lane;
    if (ring.polled()) {
      kernel.runOn(
          lane,
          () -> {
            lane.rings().remove(ring);
            ring.shared.stopPolling();
          });
    } else {
      kernel.closeLane(lane);
    }
  }
}
