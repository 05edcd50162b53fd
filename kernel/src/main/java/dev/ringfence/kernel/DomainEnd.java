// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The end of a domain, in the only order that is safe: no new work, no work in flight, no
 * capability, no ring, and only then no memory (promise 8).
 */
final class DomainEnd {

  private static final Logger LOGGER = System.getLogger("dev.ringfence.kernel");
  private static final long PARK_NANOS = 50_000;

  private final Kernel kernel;
  private final Domain domain;
  private final AtomicBoolean begun = new AtomicBoolean();

  DomainEnd(Kernel kernel, Domain domain) {
    this.kernel = kernel;
    this.domain = domain;
  }

  void run() {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    domain.markEnded();
    AtomicBoolean late = new AtomicBoolean();
    Quiescence quiescence =
        new Quiescence(() -> {
          if (late.get()) {
            Thread.ofPlatform().name("ringfence-domain-end").daemon(true).start(this::free);
          }
        });
    domain.askLanes(quiescence, (lane, asked) -> lane.lifecycle().answerEnd(asked, domain));
    if (quiescence.await(kernel.options().revokeMax().toNanos(), domain::pump)) {
      free();
      return;
    }
    late.set(true);
    LOGGER.log(
        Level.WARNING,
        "domain {0} has operations that the host does not end; its memory stays mapped until it"
            + " does",
        domain.name());
    if (quiescence.await(0, domain::pump)) {
      // it ended between the two looks, before anyone had heard that it is late
      free();
    }
  }

  private final AtomicBoolean freed = new AtomicBoolean();

  private void free() {
    if (!freed.compareAndSet(false, true)) {
      return;
    }
    revokeAll();
    for (KernelRing ring : domain.rings()) {
      closeRing(ring);
    }
    domain.memory().close();
    kernel.forget(domain);
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
    while (ring.entered.get()) {
      // whoever is inside has seen that the domain ended, or is about to
      lane.wake();
      ring.waiter.wake();
      LockSupport.parkNanos(this, PARK_NANOS);
    }
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
