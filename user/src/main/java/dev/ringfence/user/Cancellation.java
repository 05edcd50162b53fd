// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What connects a future with the operation that its thread has in flight, so that cancelling the
 * one ends the other: a read of a silent pipe must not keep its buffer until somebody writes.
 *
 * <p>The working thread finds it as a scoped value. Giving capabilities up is exempt, so that the
 * work can still clean up behind itself.
 */
final class Cancellation {

  /** Bound in the threads of futures only. */
  static final ScopedValue<Cancellation> CURRENT = ScopedValue.newInstance();

  private static final long NOTHING = -1;

  /** How long to wait before asking again for an operation that the kernel does not know yet. */
  private static final long RETRY_NANOS = 50_000;

  private final Thread thread;
  private volatile boolean requested;
  private volatile long inFlight = NOTHING;
  private volatile @Nullable DirectSubmission calls;

  Cancellation(Thread thread) {
    this.thread = thread;
  }

  static @Nullable Cancellation current() {
    return CURRENT.isBound() ? CURRENT.get() : null;
  }

  /**
   * The thread is about to submit the operation with this user data.
   *
   * @throws CancellationException if the future was cancelled meanwhile
   */
  void begin(DirectSubmission submission, long userData) {
    calls = submission;
    inFlight = userData;
    // Stored above, read here; request() does it the other way round: one sees the other.
    if (requested) {
      inFlight = NOTHING;
      throw new CancellationException("the future of this operation was cancelled");
    }
  }

  /** The operation ended. */
  void end() {
    inFlight = NOTHING;
  }

  /**
   * The future was cancelled: ends its thread's waits, and its operation if that can be stopped.
   */
  void request() {
    requested = true;
    thread.interrupt();
    long target = inFlight;
    DirectSubmission submission = calls;
    if (target != NOTHING && submission != null) {
      // On a thread of its own: CANCEL completes when its target has, and cancelling must not
      // block.
      Thread.ofVirtual().name("ringfence-cancel").start(() -> cancel(submission, target));
    }
  }

  /** Whether a failure of the work says that it ended because its future was cancelled. */
  boolean ended(Throwable failure) {
    return requested
        && switch (failure) {
          case CancellationException cancelled -> true;
          case SyscallException e ->
              e.error() == SyscallError.OPERATION_CANCELLED
                  || e.error() == SyscallError.INTERRUPTED;
          default -> false;
        };
  }

  private void cancel(DirectSubmission submission, long target) {
    while (inFlight == target) {
      try (Slot slot = submission.slotForCleanup()) {
        int result = slot.begin(OpCode.CANCEL, 0).memory(target, 0).submit();
        if (result != SyscallError.NOT_FOUND.result()) {
          return;
        }
      }
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }
}
