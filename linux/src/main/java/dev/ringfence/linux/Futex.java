// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * futex(2): sleep on a 32-bit word in memory that several mappings or processes share, and wake the
 * sleepers. The word is an aligned u32; whoever can write it can wake or starve a waiter, so bound
 * every wait.
 */
public final class Futex {

  public static final int FUTEX_WAIT = 0;
  public static final int FUTEX_WAKE = 1;

  private Futex() {}

  /**
   * Sleeps while the word is {@code expected}.
   *
   * @param nanosMax the longest sleep; {@link Long#MAX_VALUE}: no bound
   * @return 0 when woken (perhaps for no reason), EAGAIN when the word was another, ETIMEDOUT,
   *     EINTR
   */
  public static long await(long address, int expected, long nanosMax) {
    if (nanosMax == Long.MAX_VALUE) {
      return SystemCall.call(SystemCallNumber.FUTEX, address, FUTEX_WAIT, expected, 0);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment timeout = arena.allocate(Timespec.SIZE, Long.BYTES);
      Timespec.write(timeout, 0, nanosMax);
      return SystemCall.call(
          SystemCallNumber.FUTEX, address, FUTEX_WAIT, expected, timeout.address());
    }
  }

  /** Wakes up to {@code count} sleepers; the number woken. */
  public static long wake(long address, int count) {
    return SystemCall.call(SystemCallNumber.FUTEX, address, FUTEX_WAKE, count);
  }
}
