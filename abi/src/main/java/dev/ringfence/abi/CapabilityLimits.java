// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/**
 * What DERIVE adds to a capability ({@code struct rf_limits}): 64 bytes, 8-aligned. 0 in a field:
 * no limit of this kind beyond those of the capability that it is derived from.
 */
public final class CapabilityLimits {
  /** Bytes of the structure. */
  public static final int SIZE = 64;

  public static final int DEADLINE_OFFSET = 0;
  public static final int BYTES_TOTAL_OFFSET = 8;
  public static final int OPERATIONS_TOTAL_OFFSET = 16;
  public static final int BYTES_PER_SECOND_OFFSET = 24;
  public static final int OPERATIONS_PER_SECOND_OFFSET = 32;
  public static final int FLAGS_OFFSET = 40;
  public static final int RESERVED_OFFSET = 44;

  private CapabilityLimits() {}

  /** When it is revoked: a reading of the monotonic clock in ns. */
  public static long deadline(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + DEADLINE_OFFSET);
  }

  /** Writes deadline. */
  public static void setDeadline(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + DEADLINE_OFFSET, value);
  }

  /** Bytes that may be moved, all in all. */
  public static long bytesTotal(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + BYTES_TOTAL_OFFSET);
  }

  /** Writes bytes_total. */
  public static void setBytesTotal(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + BYTES_TOTAL_OFFSET, value);
  }

  /** Operations that may begin, all in all. */
  public static long operationsTotal(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + OPERATIONS_TOTAL_OFFSET);
  }

  /** Writes operations_total. */
  public static void setOperationsTotal(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + OPERATIONS_TOTAL_OFFSET, value);
  }

  /** Bytes a second. */
  public static long bytesPerSecond(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + BYTES_PER_SECOND_OFFSET);
  }

  /** Writes bytes_per_second. */
  public static void setBytesPerSecond(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + BYTES_PER_SECOND_OFFSET, value);
  }

  /** Operations a second. */
  public static long operationsPerSecond(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + OPERATIONS_PER_SECOND_OFFSET);
  }

  /** Writes operations_per_second. */
  public static void setOperationsPerSecond(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + OPERATIONS_PER_SECOND_OFFSET, value);
  }

  /** Bits of {@link LimitFlags}. */
  public static int flags(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + FLAGS_OFFSET);
  }

  /** Writes flags. */
  public static void setFlags(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + FLAGS_OFFSET, value);
  }
}
