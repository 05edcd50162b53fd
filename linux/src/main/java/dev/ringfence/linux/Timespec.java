// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** {@code struct __kernel_timespec} of linux/time_types.h: i64 seconds, i64 nanoseconds. */
public final class Timespec {

  public static final int TV_SEC = 0;
  public static final int TV_NSEC = 8;
  public static final int SIZE = 16;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private Timespec() {}

  /** Writes a duration, or a time since the clock's start; below 0 counts as 0. */
  public static void write(MemorySegment segment, long base, long nanos) {
    long positive = Math.max(nanos, 0);
    segment.set(JAVA_LONG, base + TV_SEC, positive / NANOS_PER_SECOND);
    segment.set(JAVA_LONG, base + TV_NSEC, positive % NANOS_PER_SECOND);
  }

  /** Writes a point in time that may be before the clock's start. */
  public static void writeInstant(MemorySegment segment, long base, long nanos) {
    segment.set(JAVA_LONG, base + TV_SEC, Math.floorDiv(nanos, NANOS_PER_SECOND));
    segment.set(JAVA_LONG, base + TV_NSEC, Math.floorMod(nanos, NANOS_PER_SECOND));
  }

  /** Writes nanoseconds with a meaning of their own, such as {@link FileCalls#UTIME_NOW}. */
  public static void writeSpecial(MemorySegment segment, long base, long nanoseconds) {
    segment.set(JAVA_LONG, base + TV_SEC, 0L);
    segment.set(JAVA_LONG, base + TV_NSEC, nanoseconds);
  }
}
