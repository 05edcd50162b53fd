// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a ring's lane tells a thread that waits in {@code enter} while another thread, the poller,
 * does the work.
 *
 * <p>The three numbers are the kernel's own, copied out of the ring after each round; nothing here
 * depends on a word that the program can write, but for how many completions it has read.
 */
final class RingWaiter {

  private volatile int completionTail;
  private volatile int submissionHead;
  private volatile int accepted;
  private volatile @Nullable Thread waiting;

  /**
   * A waiter for a ring that nothing has happened on.
   *
   * @param firstIndex where the ring's indices start
   */
  RingWaiter(int firstIndex) {
    completionTail = firstIndex;
    submissionHead = firstIndex;
  }

  /** After each round of work. Lane's owner. */
  void update(int newCompletionTail, int newSubmissionHead, int newAccepted) {
    boolean changed = completionTail != newCompletionTail || accepted != newAccepted;
    if (!changed && submissionHead == newSubmissionHead) {
      return;
    }
    // the reader goes the other way round: whoever sees an entry gone from the queue sees it
    // accepted, and whoever sees it no longer accepted sees its completion
    completionTail = newCompletionTail;
    accepted = newAccepted;
    submissionHead = newSubmissionHead;
    // volatile writes above, volatile read below: either we see the waiter or it sees the numbers
    wake();
  }

  /** Lets the waiting thread look again. Any thread. */
  void wake() {
    Thread thread = waiting;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** Parks until {@code count} completions are unread or none can come any more. */
  void await(KernelRing ring, int count) {
    boolean interrupted = false;
    waiting = Thread.currentThread();
    VarHandle.fullFence();
    while (!satisfied(ring, count)) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    waiting = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether a wait for {@code count} completions is over. Any thread. */
  boolean satisfied(KernelRing ring, int count) {
    if (ring.poisoned || ring.domain.ended()) {
      return true;
    }
    int taken = submissionHead;
    int running = accepted;
    int unread = completionTail - ring.shared.completionHead();
    if (unread >= count) {
      return true;
    }
    return running == 0 && taken == ring.shared.submissionTail();
  }
}
