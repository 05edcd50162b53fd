// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits for a set of operations to end: those that every lane of some domains had in flight when it
 * was asked.
 *
 * <p>This is how "nothing uses it any more" is known without a counter on the hot path. A lane
 * answers between two operations, so an operation that began before the answer is among those it
 * reports, and one that begins later has seen that the capability is dead.
 */
final class Quiescence {

  private static final long LOOK_NANOS_MIN = 20_000;
  private static final long LOOK_NANOS_MAX = 1_000_000;

  private final AtomicInteger outstanding = new AtomicInteger(1);
  private final CountDownLatch quiet = new CountDownLatch(1);
  private final Runnable whenQuiet;

  /**
   * @param whenQuiet runs once, on whichever thread ends the last operation; must not block
   */
  Quiescence(Runnable whenQuiet) {
    this.whenQuiet = whenQuiet;
  }

  /** One more thing to wait for: a lane to answer, or an operation to end. */
  void expect() {
    outstanding.incrementAndGet();
  }

  /** Something that was waited for has happened. Also ends the asking itself. */
  void arrive() {
    if (outstanding.decrementAndGet() == 0) {
      try {
        whenQuiet.run();
      } finally {
        quiet.countDown();
      }
    }
  }

  /**
   * Waits, without regard to interrupts. False when the time ran out first.
   *
   * @param pump has the lanes look for completions: nobody else may be inside one to do it
   */
  boolean await(long nanosMax, Runnable pump) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + nanosMax;
    long look = LOOK_NANOS_MIN;
    try {
      while (true) {
        try {
          long left = deadline - System.nanoTime();
          if (quiet.await(Math.min(left, look), TimeUnit.NANOSECONDS)) {
            return true;
          }
          if (left <= look) {
            return false;
          }
          pump.run();
          look = Math.min(look * 2, LOOK_NANOS_MAX);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
