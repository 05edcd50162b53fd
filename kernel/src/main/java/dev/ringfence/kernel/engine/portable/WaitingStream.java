// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One end of a stream whose bytes come or go without blocking, and the operations that wait for it:
 * transfers in their order, and polls.
 *
 * <p>All of it happens under one lock, held for a non-blocking call at most: an operation starts,
 * is served, or is cancelled, and each of these finds it either waiting or finished. So a cancel is
 * exact: it takes effect at once, nothing moved, and no byte is lost, because none is taken for an
 * operation before that operation's turn.
 */
abstract sealed class WaitingStream extends StreamResource
    permits PipeSource, PipeSink, StandardInput {

  /** {@link #transfer}'s answer when nothing can move now; no byte count and no error code. */
  static final long WOULD_BLOCK = Long.MIN_VALUE;

  private static final int ALWAYS_REPORTED = PollEvents.ERR | PollEvents.HUP;

  private final ReentrantLock lock = new ReentrantLock();
  private final WorkList transfers = new WorkList();

  /** Polls for what this end can do, which readiness answers; and for anything else. */
  private final WorkList polls = new WorkList();

  private final WorkList hangups = new WorkList();

  private final OpCode direction;
  private final int event;
  private boolean closed;

  /**
   * @param direction READ or WRITE
   * @param event what POLL calls readiness for it
   */
  WaitingStream(OpCode direction, int event) {
    this.direction = direction;
    this.event = event;
  }

  /** Moves what can be moved now: a byte count, minus an error's code, or {@link #WOULD_BLOCK}. */
  abstract long transfer(Work work);

  /**
   * The events that hold now.
   *
   * @param signalled whether readiness was just reported, for ends that cannot ask
   */
  abstract int events(boolean signalled);

  /**
   * Somebody waits for readiness, or nobody does any more: {@link #serve} is to be called when it
   * comes. Called after every change.
   */
  abstract void await(boolean wanted) throws IOException;

  /** Frees the end; nothing waits on it. Without the lock. */
  abstract @Nullable SyscallError free();

  @Override
  final void start(Work work) {
    lock.lock();
    try {
      if (work.operation.code == OpCode.POLL) {
        startPoll(work);
      } else if (work.operation.code != direction) {
        work.finish(SyscallError.PERMISSION_DENIED.result());
      } else if (!transfers.isEmpty() || !attempt(work)) {
        transfers.add(work);
      }
      request();
    } finally {
      lock.unlock();
    }
  }

  private void startPoll(Work work) {
    if (!answer(work, events(false))) {
      ((work.operation.length & event) != 0 ? polls : hangups).add(work);
    }
  }

  private static boolean answer(Work work, int events) {
    int wanted = events & (work.operation.length | ALWAYS_REPORTED);
    if (wanted == 0) {
      return false;
    }
    work.finish(wanted);
    return true;
  }

  /** Finishes {@code work} if it can be done now. */
  private boolean attempt(Work work) {
    long moved = 0;
    if (work.operation.length != 0) { // nothing to move never waits: read(2), write(2)
      try {
        moved = transfer(work);
      } catch (RuntimeException e) {
        moved = Failures.errorOf(e).result(); // this one's alone; the others go on
      }
    }
    if (moved == WOULD_BLOCK) {
      return false;
    }
    work.finish(moved);
    return true;
  }

  @Override
  final void cancel(Work work) {
    lock.lock();
    try {
      if (!work.listed) {
        return;
      }
      listOf(work).remove(work);
      work.finish(SyscallError.OPERATION_CANCELLED.result());
      request();
    } finally {
      lock.unlock();
    }
  }

  private WorkList listOf(Work work) {
    if (work.operation.code != OpCode.POLL) {
      return transfers;
    }
    return (work.operation.length & event) != 0 ? polls : hangups;
  }

  /**
   * Serves those who wait, in order: polls first, since they take nothing from the others.
   *
   * @param signalled whether readiness was just reported
   */
  final void serve(boolean signalled) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      if (!polls.isEmpty() || !hangups.isEmpty()) {
        int events = events(signalled);
        answerAll(polls, events);
        answerAll(hangups, events);
      }
      for (Work next = transfers.first(); next != null && attempt(next); next = transfers.first()) {
        transfers.remove(next);
      }
      request();
    } finally {
      lock.unlock();
    }
  }

  private static void answerAll(WorkList waiting, int events) {
    Work next = waiting.first();
    while (next != null) {
      Work following = next.after;
      if ((events & (next.operation.length | ALWAYS_REPORTED)) != 0) {
        waiting.remove(next);
        answer(next, events);
      }
      next = following;
    }
  }

  private void request() {
    try {
      await(!transfers.isEmpty() || !polls.isEmpty());
    } catch (IOException | OutOfMemoryError e) {
      // readiness cannot be waited for, such as for want of descriptors or threads
      long failed = Failures.errorOf(e).result();
      finishAll(transfers, failed);
      finishAll(polls, failed);
    }
  }

  private static void finishAll(WorkList waiting, long result) {
    for (Work next = waiting.poll(); next != null; next = waiting.poll()) {
      next.finish(result);
    }
  }

  /** How many bytes the first one who waits could take; 0 if nobody waits. Under the lock. */
  final int wanted() {
    Work next = transfers.first();
    if (next != null) {
      return next.operation.length;
    }
    return polls.isEmpty() ? 0 : 1;
  }

  final ReentrantLock lock() {
    return lock;
  }

  @Override
  public final @Nullable SyscallError close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    return free();
  }
}
