// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import org.jspecify.annotations.Nullable;

/**
 * Slots that wait for their turn, first come first served. Any one leaves in constant time, so that
 * a revoke of ten thousand is linear.
 */
final class WaitingSlots {

  private @Nullable Slot first;
  private @Nullable Slot last;

  void add(Slot slot) {
    slot.waitsForTurn = true;
    slot.before = last;
    if (last == null) {
      first = slot;
    } else {
      last.after = slot;
    }
    last = slot;
  }

  /** Takes out {@code slot}, which waits here. */
  void remove(Slot slot) {
    Slot before = slot.before;
    Slot after = slot.after;
    if (before == null) {
      first = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.before = before;
    }
    slot.waitsForTurn = false;
    slot.before = null;
    slot.after = null;
  }

  /** Takes out the one that waits longest, or null. */
  @Nullable Slot poll() {
    Slot longest = first;
    if (longest != null) {
      remove(longest);
    }
    return longest;
  }
}
