// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * The moment at which what was derived with a time limit is revoked.
 *
 * <p>It knows the topmost capabilities that it ends: first the one that was derived; when that is
 * closed, its children; when it is moved, what stands in its place. Guarded by the {@link
 * DerivationTree}'s lock.
 */
final class Deadline {

  private final Set<Capability> roots = new HashSet<>();
  private @Nullable ScheduledFuture<?> timer;

  /** Ends a capability too, unless an earlier deadline does. */
  void add(Capability capability) {
    if (capability.deadline == null) {
      capability.deadline = this;
      roots.add(capability);
    }
  }

  /** Sets what calls the kernel when the moment comes. */
  void arm(ScheduledFuture<?> armed) {
    timer = armed;
  }

  /** A capability stands in another one's place. */
  void pass(Capability from, Capability to) {
    add(to);
    leave(from);
  }

  /** A capability is gone: without any left the timer is not needed. */
  static void leave(Capability capability) {
    Deadline left = capability.deadline;
    if (left == null) {
      return;
    }
    capability.deadline = null;
    left.roots.remove(capability);
    if (left.roots.isEmpty() && left.timer != null) {
      left.timer.cancel(false);
    }
  }

  /** What is to be revoked now. */
  List<Capability> due() {
    return List.copyOf(roots);
  }
}
