// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Multishot POLL operations of a ring whose last completion the program has not read: only then do
 * they look again, so that what stays ready does not fill the queue. Owned by the ring's lane.
 */
final class Unread implements Waitable {

  private final List<InFlight> waiting = new ArrayList<>();

  /**
   * Has an operation wait.
   *
   * @param tail the index after its completion
   */
  void add(InFlight operation, int tail) {
    operation.stage = InFlight.Stage.ON_OBJECT;
    operation.waitsOn = this;
    operation.toldUpTo = tail;
    waiting.add(operation);
  }

  /**
   * The program has read completions up to {@code head}.
   *
   * @return how many operations go on
   */
  int read(int head) {
    int before = waiting.size();
    for (int i = waiting.size() - 1; i >= 0; i--) {
      InFlight operation = waiting.get(i);
      if (head - operation.toldUpTo >= 0) {
        waiting.remove(i);
        operation.waitsOn = null;
        operation.stage = InFlight.Stage.AGAIN;
        operation.lane.ready(operation);
      }
    }
    return before - waiting.size();
  }

  /** Whether {@link #read} would have an operation go on. */
  boolean mayGoOn(int head) {
    for (int i = 0; i < waiting.size(); i++) {
      if (head - waiting.get(i).toldUpTo >= 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean stopWaiting(InFlight operation) {
    return waiting.remove(operation);
  }

  @Override
  public void look(InFlight operation) {
    // nobody tells it to: the ring looks whenever it is served
  }
}
