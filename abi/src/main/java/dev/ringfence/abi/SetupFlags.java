// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/**
 * The {@code flags} of {@code sys_io_uring_setup}.
 *
 * <pre>
 *  31            16 15      13 12        8 7          1    0
 * +----------------+----------+-----------+------------+--------+
 * | idle time, ms  |    0     | CQ order  |     0      | SQPOLL |
 * +----------------+----------+-----------+------------+--------+
 * </pre>
 */
public final class SetupFlags {
  /** A kernel thread polls the submission queue. */
  public static final long SQPOLL = 1;

  /** Where the completion queue's order starts. */
  public static final int CQ_ORDER_SHIFT = 8;

  /** 0: the CQ has twice the SQ's entries; n: exactly 2^n. */
  public static final long CQ_ORDER_MASK = 0x1FL << CQ_ORDER_SHIFT;

  /** Where the idle time starts. */
  public static final int IDLE_MILLIS_SHIFT = 16;

  /** SQPOLL's idle time in milliseconds before needs_wakeup; 0: the kernel's default. */
  public static final long IDLE_MILLIS_MASK = 0xFFFFL << IDLE_MILLIS_SHIFT;

  /** Every bit that means something; another one is an invalid argument. */
  public static final long KNOWN = SQPOLL | CQ_ORDER_MASK | IDLE_MILLIS_MASK;

  private SetupFlags() {}

  /**
   * The entries of the completion queue that these flags ask for.
   *
   * @param sqEntries the submission queue's, a power of two up to {@link RingContext#ENTRIES_MAX}
   * @param flags of the set-up
   * @return a power of two, {@code sqEntries} to {@link RingContext#CQ_ENTRIES_MAX}; 0 if the order
   *     asks for another number, which is an invalid argument
   */
  public static int cqEntries(int sqEntries, long flags) {
    int order = (int) ((flags & CQ_ORDER_MASK) >>> CQ_ORDER_SHIFT);
    if (order == 0) {
      return 2 * sqEntries;
    }
    long entries = 1L << order;
    return entries >= sqEntries && entries <= RingContext.CQ_ENTRIES_MAX ? (int) entries : 0;
  }

  /** The idle time that these flags ask for, 0..65535 milliseconds; 0: the kernel's default. */
  public static int idleMillis(long flags) {
    return (int) ((flags & IDLE_MILLIS_MASK) >>> IDLE_MILLIS_SHIFT);
  }
}
