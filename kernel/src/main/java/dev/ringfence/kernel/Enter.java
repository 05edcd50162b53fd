// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.EngineQueue;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code sys_io_uring_enter} for rings: takes what was submitted and, where {@code wait_for} says
 * so, waits.
 *
 * <p>The calling thread runs the lanes of its rings itself; for a polled ring it only rings the
 * poller's bell. A wait ends with the completions, with the domain, with the ring's poisoning, or
 * when nothing more can come: never does it depend on the program's good will alone.
 */
final class Enter {

  private static final long MIXED_WAIT_NANOS = 1_000_000;

  private final Engine engine;

  Enter(Engine engine) {
    this.engine = engine;
  }

  /** Serves one ring. */
  long serve(KernelRing ring) {
    if (ring.poisoned) {
      // nobody else comes by to have the host's last completions posted
      ring.lane.post(() -> {});
      return SyscallError.INVALID_STATE.result();
    }
    if (ring.polled()) {
      return serve(ring, ring.lane);
    }
    if (!ring.entered.compareAndSet(false, true)) {
      return SyscallError.BUSY.result();
    }
    Lane lane = ring.lane;
    lane.own();
    try {
      int wanted = wanted(ring);
      take(ring);
      if (wanted == 0 || satisfied(ring, wanted)) {
        lane.progress();
      } else {
        await(ring, wanted);
      }
    } finally {
      lane.disown();
      ring.entered.set(false);
    }
    return 0;
  }

  private static long serve(KernelRing polled, Lane lane) {
    lane.wake();
    int wanted = wanted(polled);
    if (wanted == 0) {
      return 0;
    }
    // ringing the bell is anybody's; waiting is for one thread at a time
    if (!polled.entered.compareAndSet(false, true)) {
      return SyscallError.BUSY.result();
    }
    try {
      polled.waiter.await(polled, wanted);
    } finally {
      polled.entered.set(false);
    }
    return 0;
  }

  private static void await(KernelRing ring, int wanted) {
    Lane lane = ring.lane;
    do {
      lane.await(lane.worthWaitingFor(wanted - ring.pending()), Long.MAX_VALUE);
      take(ring);
    } while (!satisfied(ring, wanted));
    lane.progress();
  }

  private static void take(KernelRing ring) {
    ring.lane.settle();
    if (ring.take(ring.shared.submissionEntries) > 0) {
      ring.lane.settle();
    }
  }

  /** The program's {@code wait_for}, read once and bounded by what the ring can hold. */
  private static int wanted(KernelRing ring) {
    int word = ring.shared.waitFor();
    int most = ring.shared.completionEntries;
    return Integer.compareUnsigned(word, most) > 0 ? most : word;
  }

  private static boolean satisfied(KernelRing ring, int wanted) {
    return ring.pending() >= wanted
        || ring.poisoned
        || ring.domain.ended()
        || ring.accepted() == 0 && !ring.canTake();
  }

  /** Serves every ring of a domain; waits, if any wants to, until one of them is satisfied. */
  long serveAll(List<KernelRing> rings) {
    if (rings.size() == 1) {
      return serve(rings.get(0));
    }
    List<KernelRing> mine = new ArrayList<>();
    List<KernelRing> polled = new ArrayList<>();
    for (KernelRing ring : rings) {
      if (ring.polled()) {
        polled.add(ring);
        ring.lane.wake();
      } else if (!ring.poisoned && ring.entered.compareAndSet(false, true)) {
        mine.add(ring);
        ring.lane.own();
      }
    }
    try {
      serveOwned(mine, polled);
    } finally {
      for (KernelRing ring : mine) {
        ring.lane.disown();
        ring.entered.set(false);
      }
    }
    return 0;
  }

  private void serveOwned(List<KernelRing> mine, List<KernelRing> polled) {
    int[] wanted = new int[mine.size()];
    boolean waits = false;
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = wanted(mine.get(i));
      waits |= wanted[i] > 0;
      take(mine.get(i));
      mine.get(i).lane.progress();
    }
    for (KernelRing ring : polled) {
      waits |= wanted(ring) > 0;
    }
    while (waits && !anySatisfied(mine, wanted, polled)) {
      awaitAny(mine, polled.isEmpty() ? Long.MAX_VALUE : MIXED_WAIT_NANOS);
      for (KernelRing ring : mine) {
        take(ring);
        ring.lane.progress();
      }
    }
  }

  private static boolean anySatisfied(
      List<KernelRing> mine, int[] wanted, List<KernelRing> polled) {
    boolean couldCome = false;
    for (int i = 0; i < wanted.length; i++) {
      KernelRing ring = mine.get(i);
      if (wanted[i] > 0) {
        if (ring.pending() >= wanted[i] || ring.poisoned || ring.domain.ended()) {
          return true;
        }
        couldCome |= ring.accepted() > 0 || ring.canTake();
      }
    }
    for (KernelRing ring : polled) {
      int count = wanted(ring);
      if (count > 0) {
        if (ring.waiter.satisfied(ring, count)) {
          return true;
        }
        couldCome = true;
      }
    }
    return !couldCome;
  }

  private void awaitAny(List<KernelRing> rings, long nanosMax) {
    List<EngineQueue> queues = new ArrayList<>();
    boolean messages = false;
    for (KernelRing ring : rings) {
      messages |= !ring.lane.prepareToWait();
      queues.add(ring.lane.queue());
    }
    try {
      if (!messages) {
        rings.get(0).lane.kernel.blocking(() -> engine.awaitAny(queues, nanosMax));
      }
    } finally {
      for (KernelRing ring : rings) {
        ring.lane.doneWaiting();
      }
    }
  }
}
