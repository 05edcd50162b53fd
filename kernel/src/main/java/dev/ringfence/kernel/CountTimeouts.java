// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.util.ArrayList;
import java.util.List;

/** The TIMEOUT operations of a ring that also end after a number of completions. */
final class CountTimeouts {

  private final List<InFlight> armed = new ArrayList<>();

  void arm(InFlight timeout) {
    armed.add(timeout);
  }

  void disarm(InFlight timeout) {
    armed.remove(timeout);
  }

  /** One more completion: those whose number is reached begin to end. */
  void completionPosted() {
    if (armed.isEmpty()) {
      return;
    }
    for (int i = armed.size() - 1; i >= 0; i--) {
      InFlight timeout = armed.get(i);
      if (--timeout.completionsAwaited == 0) {
        armed.remove(i);
        // decided: from here on nothing but its turn ends it
        timeout.stage = InFlight.Stage.QUEUED;
        timeout.countReached = true;
        timeout.lane.ready(timeout);
      }
    }
  }
}
