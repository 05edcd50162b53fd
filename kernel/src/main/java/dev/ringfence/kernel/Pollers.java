// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.PollEvents;
import java.util.ArrayList;
import java.util.List;

/**
 * The POLL operations that wait on an object of the kernel's. It counts how often something came
 * that made it ready, so that a multishot one is told of each once. Guarded by the object's lock.
 */
final class Pollers {

  private static final int ALWAYS = PollEvents.ERR | PollEvents.HUP;

  private final List<InFlight> waiting = new ArrayList<>();
  private long ins;
  private long outs;

  /** What an operation was told of. */
  private record Seen(long ins, long outs) {}

  /** Something came: each of these events may be true anew. */
  void came(int events, Wakeups wakeups) {
    boolean hangUp = (events & ALWAYS) != 0;
    ins += hangUp || (events & PollEvents.IN) != 0 ? 1 : 0;
    outs += hangUp || (events & PollEvents.OUT) != 0 ? 1 : 0;
    for (InFlight operation : waiting) {
      if ((events & (operation.len | ALWAYS)) != 0) {
        wakeups.add(operation);
      }
    }
  }

  /** The events to tell an operation now; 0, and it waits. */
  int askOrWait(InFlight operation, int ready) {
    int events = ready & (operation.len | ALWAYS);
    if (operation.objectState instanceof Seen seen) {
      boolean newIn = seen.ins != ins && (events & (PollEvents.IN | ALWAYS)) != 0;
      boolean newOut = seen.outs != outs && (events & (PollEvents.OUT | ALWAYS)) != 0;
      events = newIn || newOut ? events : 0;
    }
    waiting.remove(operation);
    if (events == 0) {
      waiting.add(operation);
    } else {
      operation.objectState = new Seen(ins, outs);
    }
    return events;
  }

  boolean remove(InFlight operation) {
    return waiting.remove(operation);
  }
}
