// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where finished work waits for a queue's owner: many threads put, one takes, and may sleep.
 *
 * <p>A stack that is taken whole and turned over, so that it needs no node of its own. The sleep is
 * Dekker's: the owner publishes itself and then looks for mail, a sender publishes mail and then
 * looks for an owner; all four accesses are volatile, so one of them sees the other.
 */
final class Inbox {

  private static final VarHandle NEWEST;

  static {
    try {
      NEWEST = MethodHandles.lookup().findVarHandle(Inbox.class, "newest", Work.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile @Nullable Work newest;
  private volatile boolean woken;
  private volatile @Nullable Thread waiter;

  /** Leaves {@code work} for the owner. Any thread; the work is the owner's from here on. */
  void put(Work work) {
    Work seen;
    do {
      seen = newest;
      work.link = seen;
    } while (!NEWEST.compareAndSet(this, seen, work));
    if (seen == null) { // otherwise the one that put the first is seeing to the owner
      unparkWaiter();
    }
  }

  /** Ends the owner's wait, or its next one. Any thread. */
  void wake() {
    woken = true;
    unparkWaiter();
  }

  private void unparkWaiter() {
    Thread owner = waiter;
    if (owner != null) {
      LockSupport.unpark(owner);
    }
  }

  /** All that was put, linked from the oldest on; null if there is nothing. Owner only. */
  @Nullable Work takeAll() {
    Work taken = (Work) NEWEST.getAndSet(this, null);
    Work oldest = null;
    while (taken != null) {
      Work next = taken.link;
      taken.link = oldest;
      oldest = taken;
      taken = next;
    }
    return oldest;
  }

  boolean isEmpty() {
    return newest == null;
  }

  /**
   * Parks until one of {@code inboxes} has mail or was woken, or the time is over. The interrupt
   * flag of the thread does not end the wait, and is kept.
   *
   * @param nanosMax the longest wait; {@link Long#MAX_VALUE} for no bound
   * @return true if a wake or the time ended it; the wakes of all {@code inboxes} are then used up
   */
  static boolean await(Inbox[] inboxes, long nanosMax) {
    long deadline = System.nanoTime() + nanosMax; // may wrap, differences do not care
    boolean interrupted = false;
    for (Inbox inbox : inboxes) {
      inbox.waiter = Thread.currentThread();
    }
    try {
      while (true) {
        if (takeWakes(inboxes)) {
          return true;
        }
        if (anyMail(inboxes)) {
          return false;
        }
        long left = nanosMax == Long.MAX_VALUE ? nanosMax : deadline - System.nanoTime();
        if (left <= 0) {
          return true;
        }
        park(inboxes, left);
        interrupted |= Thread.interrupted(); // or park would return at once from here on
      }
    } finally {
      for (Inbox inbox : inboxes) {
        inbox.waiter = null;
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void park(Object blocker, long nanos) {
    if (nanos == Long.MAX_VALUE) {
      LockSupport.park(blocker); // spares a virtual thread its timer
    } else {
      LockSupport.parkNanos(blocker, nanos);
    }
  }

  private static boolean takeWakes(Inbox[] inboxes) {
    boolean any = false;
    for (Inbox inbox : inboxes) {
      if (inbox.woken) {
        inbox.woken =
            false; // a wake after this line is another wake: it is not lost, it ends the next
        any = true;
      }
    }
    return any;
  }

  private static boolean anyMail(Inbox[] inboxes) {
    for (Inbox inbox : inboxes) {
      if (!inbox.isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
