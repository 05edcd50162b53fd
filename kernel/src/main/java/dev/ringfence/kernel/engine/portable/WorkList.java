// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import org.jspecify.annotations.Nullable;

/**
 * Work that waits on a stream, first come first served. Any one leaves in constant time, so that
 * cancelling ten thousand is linear. Guarded by the stream's lock; a work is in one list at most.
 */
final class WorkList {

  private @Nullable Work first;
  private @Nullable Work last;

  boolean isEmpty() {
    return first == null;
  }

  @Nullable Work first() {
    return first;
  }

  void add(Work work) {
    work.before = last;
    work.after = null;
    work.listed = true;
    if (last == null) {
      first = work;
    } else {
      last.after = work;
    }
    last = work;
  }

  /** Takes out {@code work}, which is in this list. */
  void remove(Work work) {
    Work before = work.before;
    Work after = work.after;
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
    work.before = null;
    work.after = null;
    work.listed = false;
  }

  /** Takes out the oldest, or null. */
  @Nullable Work poll() {
    Work oldest = first;
    if (oldest != null) {
      remove(oldest);
    }
    return oldest;
  }
}
