// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityLimits;
import dev.ringfence.abi.LimitFlags;
import dev.ringfence.abi.OpCode;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What limits a derived capability and everything that is derived from it, together with the limits
 * of what it comes from. Begin with {@link #none} and add:
 *
 * <pre>{@code
 * Limits brief = Limits.none().within(Duration.ofSeconds(30)).bytes(1 << 20);
 * File lent = file.derive(Rights.READ, brief);
 * }</pre>
 *
 * @param time how long after {@code derive} it is revoked; null: never
 * @param bytesTotal bytes that may be moved, all in all; 0: no limit
 * @param operationsTotal operations that may begin, all in all; 0: no limit
 * @param bytesPerSecond a rate; 0: no limit
 * @param operationsPerSecond a rate; 0: no limit
 * @param delay whether an operation beyond a rate waits, instead of failing with {@code
 *     QuotaExceeded}
 */
public record Limits(
    @Nullable Duration time,
    long bytesTotal,
    long operationsTotal,
    long bytesPerSecond,
    long operationsPerSecond,
    boolean delay) {

  private static final Limits NONE = new Limits(null, 0, 0, 0, 0, false);

  /** Checks the ranges. */
  public Limits {
    if (bytesTotal < 0 || operationsTotal < 0 || bytesPerSecond < 0 || operationsPerSecond < 0) {
      throw new IllegalArgumentException("a limit is 1 or more, or 0 for none");
    }
    if (time != null && !time.isPositive()) {
      throw new IllegalArgumentException("a limit of time is more than none, not " + time);
    }
  }

  /** No limits beyond those of the capability itself. */
  public static Limits none() {
    return NONE;
  }

  /** These, and revoked when this much time has passed since it was derived. */
  public Limits within(Duration fromNow) {
    return new Limits(
        fromNow, bytesTotal, operationsTotal, bytesPerSecond, operationsPerSecond, delay);
  }

  /** These, and a total of bytes. */
  public Limits bytes(long total) {
    return new Limits(time, total, operationsTotal, bytesPerSecond, operationsPerSecond, delay);
  }

  /** These, and a total of operations. */
  public Limits operations(long total) {
    return new Limits(time, bytesTotal, total, bytesPerSecond, operationsPerSecond, delay);
  }

  /** These, and a rate of bytes. */
  public Limits bytesEachSecond(long rate) {
    return new Limits(time, bytesTotal, operationsTotal, rate, operationsPerSecond, delay);
  }

  /** These, and a rate of operations. */
  public Limits operationsEachSecond(long rate) {
    return new Limits(time, bytesTotal, operationsTotal, bytesPerSecond, rate, delay);
  }

  /** These, and operations beyond a rate wait; there must be a rate. */
  public Limits delaying() {
    return new Limits(time, bytesTotal, operationsTotal, bytesPerSecond, operationsPerSecond, true);
  }

  /** The id of a child of {@code parent} with these limits. */
  long derive(Capability parent, long rights) {
    try (Slot slot = parent.calls().slot()) {
      MemorySegment shared = slot.shared();
      long at = slot.answerOffset();
      shared.asSlice(at, CapabilityLimits.SIZE).fill((byte) 0);
      CapabilityLimits.setDeadline(shared, at, time == null ? 0 : deadline(time));
      CapabilityLimits.setBytesTotal(shared, at, bytesTotal);
      CapabilityLimits.setOperationsTotal(shared, at, operationsTotal);
      CapabilityLimits.setBytesPerSecond(shared, at, bytesPerSecond);
      CapabilityLimits.setOperationsPerSecond(shared, at, operationsPerSecond);
      CapabilityLimits.setFlags(shared, at, delay ? LimitFlags.DELAY : 0);
      slot.begin(OpCode.DERIVE, parent.id())
          .memory(slot.answerAddress(), CapabilityLimits.SIZE)
          .auxiliary(0, rights)
          .run("derive from", parent, null);
      return slot.value();
    }
  }

  /** A time too long for the clock ends with it: that is centuries away. */
  private static long deadline(Duration time) {
    try {
      return Math.addExact(System.nanoTime(), time.toNanos());
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }
}
