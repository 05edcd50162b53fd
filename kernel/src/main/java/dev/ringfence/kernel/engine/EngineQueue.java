// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine;

import java.lang.foreign.MemorySegment;

/**
 * A stream of operations on its way to the host.
 *
 * <p>One thread at a time runs a queue: the kernel sees to it that all methods but {@link #wake}
 * are called by the queue's present owner, with a happens-before edge between owners. Every {@link
 * #start} is answered by exactly one call of {@link Completions#complete} or {@link
 * Completions#opened}, from within {@code start} or {@link #progress}, on the owner's thread.
 */
public interface EngineQueue extends AutoCloseable {

  /**
   * Begins {@code operation}, or stages it until the next {@link #progress}. It may complete before
   * this returns. The engine reads the operation's fields only until it completes it.
   */
  void start(Operation operation);

  /**
   * Asks that a started operation end early. It completes with {@code OperationCancelled} if it
   * could be stopped before it moved anything, else with its real result; file I/O that already
   * runs is not stopped. Asking twice, or too late, does nothing.
   */
  void cancel(Operation operation);

  /**
   * Hands staged work to the host and delivers what has completed.
   *
   * @param completionsMin how many completions to wait for, at most the operations in flight; 0
   *     does not wait. The wait also ends with a {@link #wake}, even one that came before it, and
   *     early returns are allowed.
   * @param nanosMax the longest wait in nanoseconds; {@link Long#MAX_VALUE} for no bound
   */
  void progress(int completionsMin, long nanosMax);

  /** Ends the wait of a {@link #progress} under way, or of the next one. Any thread. */
  void wake();

  /**
   * Pins a part of a domain's memory for cheaper I/O.
   *
   * @return a number for {@link Operation#registeredBuffer}, or -1 where the host cannot pin it:
   *     operations work all the same
   */
  int registerBuffer(MemorySegment memory, long offset, long length);

  /** Undoes {@link #registerBuffer}; no operation in flight uses the buffer any more. */
  void unregisterBuffer(int registered);

  /** Frees the queue. No operation is in flight any more. */
  @Override
  void close();
}
