// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hands out the numbers 0 to count-1, each to one holder at a time, and lets callers wait while all
 * are out.
 *
 * <p>Any thread. Taking and returning are lock-free and allocate nothing; only a caller that finds
 * every number out is parked, which unmounts a virtual thread. Numbers that were never used are
 * handed out last, so that the memory behind them stays untouched as long as possible.
 */
final class IndexPool {

  private final int count;
  private final Semaphore permits;

  /** A stack of returned numbers; entries and {@link #top}'s low half are number + 1, 0 is none. */
  private final AtomicIntegerArray below;

  /**
   * High half: a stamp that every change increments, against a stack that changed and came back.
   */
  private final AtomicLong top = new AtomicLong();

  private final AtomicInteger fresh = new AtomicInteger();

  IndexPool(int count) {
    this.count = count;
    this.permits = new Semaphore(count);
    this.below = new AtomicIntegerArray(count);
  }

  int count() {
    return count;
  }

  /** How many are free at this instant. */
  int available() {
    return permits.availablePermits();
  }

  /**
   * Takes a number, waiting while all are out. The thread's interrupt flag matters only to a wait.
   *
   * @throws InterruptedException if the thread is interrupted while it would wait
   */
  int acquire() throws InterruptedException {
    if (!permits.tryAcquire()) {
      permits.acquire();
    }
    return take();
  }

  /** {@link #acquire}, for cleaning up: it must happen also in a thread that was interrupted. */
  int acquireUninterruptibly() {
    permits.acquireUninterruptibly();
    return take();
  }

  /** Takes a number, or returns -1 while all are out. */
  int tryAcquire() {
    return permits.tryAcquire() ? take() : -1;
  }

  /** Returns a number that its one holder does not use any more. */
  void release(int index) {
    long seen;
    do {
      seen = top.get();
      below.set(index, (int) seen);
    } while (!top.compareAndSet(seen, stamped(seen, index + 1)));
    // Only now: a permit promises that a number can be found.
    permits.release();
  }

  private int take() {
    while (true) {
      long seen = top.get();
      int entry = (int) seen;
      if (entry != 0) {
        if (top.compareAndSet(seen, stamped(seen, below.get(entry - 1)))) {
          return entry - 1;
        }
      } else {
        int next = fresh.get();
        if (next < count && fresh.compareAndSet(next, next + 1)) {
          return next;
        }
      }
    }
  }

  private static long stamped(long seen, int entry) {
    return ((seen >>> 32) + 1) << 32 | entry;
  }
}
