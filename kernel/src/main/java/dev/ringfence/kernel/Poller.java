// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.QueueOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A platform thread that runs one lane for good: it polls SQPOLL rings and carries out direct
 * submissions.
 *
 * <p>While there is work it looks at every ring in turn, a bounded number of entries each. When
 * there is none it spins a little, yields, and after the longest idle time of its rings asks them
 * to ring the bell and sleeps in the engine.
 */
final class Poller implements AutoCloseable {

  private static final int OPERATIONS_MAX = 65536;
  private static final int SPINS_BEFORE_YIELD = 100;

  private final CompletableFuture<Lane> opened = new CompletableFuture<>();
  private final Thread thread;
  private volatile boolean stopping;

  Poller(Kernel kernel, Engine engine) {
    this.thread =
        Thread.ofPlatform().name("ringfence-poller").daemon(true).start(() -> run(kernel, engine));
  }

  /** The lane, once the thread has opened it. */
  Lane lane() {
    try {
      return opened.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof SyscallException cause) {
        throw cause;
      }
      throw new SyscallException(
          SyscallError.INTERNAL_ERROR, "the poller could not start: " + e.getCause(), e);
    }
  }

  /** Whether it could not start, such as for want of descriptors: it never will. */
  boolean failed() {
    return opened.isCompletedExceptionally();
  }

  private void run(Kernel kernel, Engine engine) {
    Lane lane;
    try {
      lane = new Lane(kernel, engine, new QueueOptions(OPERATIONS_MAX, true));
    } catch (RuntimeException | Error e) {
      opened.completeExceptionally(e);
      return;
    }
    lane.own();
    opened.complete(lane);
    long lastWork = System.nanoTime();
    int spins = 0;
    while (!stopping) {
      try {
        if (work(lane)) {
          lastWork = System.nanoTime();
          spins = 0;
        } else if (System.nanoTime() - lastWork < idleNanos(lane)) {
          if (++spins < SPINS_BEFORE_YIELD) {
            Thread.onSpinWait();
          } else {
            Thread.yield();
          }
        } else {
          sleep(lane);
          spins = 0;
        }
      } catch (RuntimeException | Error e) {
        // one ring's trouble must not end the thread that all share
        kernel.report(e);
      }
    }
    lane.settle();
    lane.close();
  }

  private static boolean work(Lane lane) {
    long before = lane.worked();
    lane.settle();
    int taken = 0;
    for (int i = 0; i < lane.rings().size(); i++) {
      taken += lane.rings().get(i).take(Lane.VISIT_MAX);
    }
    lane.settle();
    lane.progress();
    return taken > 0 || lane.worked() != before;
  }

  private static long idleNanos(Lane lane) {
    long longest = 0;
    for (int i = 0; i < lane.rings().size(); i++) {
      longest = Math.max(longest, lane.rings().get(i).idleNanos);
    }
    return longest;
  }

  /**
   * Sleeps until a bell rings or an operation ends. The wait is announced before the bells are hung
   * out: whoever finds a bell finds the sleeper too.
   */
  private static void sleep(Lane lane) {
    if (!lane.prepareToWait()) {
      return;
    }
    try {
      boolean more = false;
      for (int i = 0; i < lane.rings().size(); i++) {
        KernelRing ring = lane.rings().get(i);
        ring.shared.askForWakeup();
        more |= ring.hasWork();
      }
      if (!more) {
        lane.queue().progress(1, Long.MAX_VALUE);
      }
    } finally {
      lane.doneWaiting();
      for (int i = 0; i < lane.rings().size(); i++) {
        lane.rings().get(i).shared.lookAgain();
      }
    }
  }

  /** Ends the thread, after all its rings are gone and nothing is in flight. */
  @Override
  public void close() {
    stopping = true;
    if (failed()) {
      return;
    }
    Lane lane = opened.join();
    lane.post(() -> {});
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
