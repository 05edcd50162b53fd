// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Waiting operations that are to look again: collected under the lock of what they wait on, told
 * when it is free, each by its own lane. Being told once too often does no harm.
 */
final class Wakeups {

  private record Told(InFlight operation, int incarnation) {}

  private final List<Told> told = new ArrayList<>(1);

  /** Remembers an operation that waits; under the lock that keeps it waiting. */
  void add(InFlight operation) {
    told.add(new Told(operation, operation.incarnation));
  }

  /** Has all of them look. Without locks, on any thread. */
  void send() {
    for (Told each : told) {
      InFlight operation = each.operation;
      Lane home = operation.lane;
      home.post(() -> home.lifecycle().look(operation, each.incarnation));
    }
    told.clear();
  }
}
