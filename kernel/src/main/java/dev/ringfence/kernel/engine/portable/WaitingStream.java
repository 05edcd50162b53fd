// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
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
 *
 * <p>A {@link Splice} keeps its turn while what it took goes elsewhere: what does not fit there
 * comes back before anybody else takes more.
 */
abstract sealed class WaitingStream extends WaitingResource implements Served
    permits PipeSource, PipeSink, StandardInput {

  private static final int ALWAYS_REPORTED = PollEvents.ERR | PollEvents.HUP;

  private final ReentrantLock lock = new ReentrantLock();
  private final WorkList transfers = new WorkList();

  /** Polls for what this end can do, which readiness answers; and for anything else. */
  private final WorkList polls = new WorkList();

  private final WorkList hangups = new WorkList();

  private final OpCode direction;
  private final int event;
  private boolean closed;

  /** What has taken bytes and may give some back; nobody is served before it does. */
  private @Nullable Work holder;

  /**
   * @param direction READ or WRITE
   * @param event what POLL calls readiness for it
   */
  WaitingStream(OpCode direction, int event) {
    super(CapabilityType.PIPE);
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

  /** Takes back {@code rest}, to be moved first. Under the lock; sources only. */
  abstract void putBack(ByteBuffer rest);

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
      } else if (holder != null || !transfers.isEmpty() || !attempt(work)) {
        transfers.add(work);
      }
      request();
    } finally {
      lock.unlock();
    }
  }

  private void startPoll(Work work) {
    if (holder != null || !answer(work, look(false))) {
      ((work.operation.length & event) != 0 ? polls : hangups).add(work);
    }
  }

  /** What cannot be looked at is told as an error. */
  private int look(boolean signalled) {
    try {
      return events(signalled);
    } catch (RuntimeException | Error e) {
      Log.internalError(e);
      return PollEvents.ERR;
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
      } catch (RuntimeException | Error e) {
        moved = Failures.errorOf(e).result(); // this one's alone; the others go on
      }
    }
    if (moved == WOULD_BLOCK) {
      return false;
    }
    if (moved > 0 && work.keepsTurn()) {
      holder = work;
    }
    work.finish(moved);
    return true;
  }

  /** Ends the turn that {@code work} kept; {@code rest} of what it took comes back. */
  final void endTurn(Work work, ByteBuffer rest) {
    lock.lock();
    try {
      if (holder == work) {
        holder = null;
        if (rest.hasRemaining()) {
          putBack(rest);
        }
      }
    } finally {
      lock.unlock();
    }
    serve(false);
  }

  @Override
  public final void served(int ready) {
    serve(true);
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
      if (closed || holder != null) {
        return;
      }
      if (!polls.isEmpty() || !hangups.isEmpty()) {
        int events = look(signalled);
        answerAll(polls, events);
        answerAll(hangups, events);
      }
      serveTransfers();
      request();
    } finally {
      lock.unlock();
    }
  }

  private void serveTransfers() {
    while (holder == null) {
      Work next = transfers.first();
      if (next == null || !attempt(next)) {
        return;
      }
      transfers.remove(next);
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
      await(holder == null && !(transfers.isEmpty() && polls.isEmpty()));
    } catch (IOException | RuntimeException | Error e) {
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
    if (holder != null) {
      return 0;
    }
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
