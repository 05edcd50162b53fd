// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/**
 * What QUERY writes ({@code struct rf_query}): 96 bytes, 8-aligned. The first three fields are
 * about the capability (0 if none was named), the rest about what the domain may still take.
 */
public final class CapabilityStatus {
  /** Bytes of the structure. */
  public static final int SIZE = 96;

  /** A live capability. */
  public static final int STATE_LIVE = 1;

  /** Words at the end that are always 0. */
  public static final int RESERVED_WORDS = 2;

  public static final int TYPE_OFFSET = 0;
  public static final int STATE_OFFSET = 4;
  public static final int RIGHTS_OFFSET = 8;
  public static final int CAPABILITIES_LEFT_OFFSET = 16;
  public static final int OPERATIONS_LEFT_OFFSET = 24;
  public static final int REGISTERED_BYTES_LEFT_OFFSET = 32;
  public static final int ARENA_BYTES_LEFT_OFFSET = 40;
  public static final int RINGS_LEFT_OFFSET = 48;
  public static final int DEADLINE_OFFSET = 56;
  public static final int METERED_BYTES_LEFT_OFFSET = 64;
  public static final int METERED_OPERATIONS_LEFT_OFFSET = 72;
  public static final int RESERVED_OFFSET = 80;

  static {
    assert RESERVED_OFFSET + RESERVED_WORDS * Long.BYTES == SIZE;
  }

  private CapabilityStatus() {}

  /** {@link CapabilityType#code()}, or 0. */
  public static int type(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + TYPE_OFFSET);
  }

  /** Writes type. */
  public static void setType(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + TYPE_OFFSET, value);
  }

  /** {@link #STATE_LIVE}, or 0. */
  public static int state(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + STATE_OFFSET);
  }

  /** Writes state. */
  public static void setState(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + STATE_OFFSET, value);
  }

  /** Bits of {@link Rights}. */
  public static long rights(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + RIGHTS_OFFSET);
  }

  /** Writes rights. */
  public static void setRights(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + RIGHTS_OFFSET, value);
  }

  /** Free slots of the capability table. */
  public static long capabilitiesLeft(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + CAPABILITIES_LEFT_OFFSET);
  }

  /** Writes capabilities_left. */
  public static void setCapabilitiesLeft(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + CAPABILITIES_LEFT_OFFSET, value);
  }

  /** Operations that may still be in flight. */
  public static long operationsLeft(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + OPERATIONS_LEFT_OFFSET);
  }

  /** Writes operations_left. */
  public static void setOperationsLeft(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + OPERATIONS_LEFT_OFFSET, value);
  }

  /** Bytes that may still be registered as buffers. */
  public static long registeredBytesLeft(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + REGISTERED_BYTES_LEFT_OFFSET);
  }

  /** Writes registered_bytes_left. */
  public static void setRegisteredBytesLeft(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + REGISTERED_BYTES_LEFT_OFFSET, value);
  }

  /** Bytes that MMAP may still take. */
  public static long arenaBytesLeft(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + ARENA_BYTES_LEFT_OFFSET);
  }

  /** Writes arena_bytes_left. */
  public static void setArenaBytesLeft(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + ARENA_BYTES_LEFT_OFFSET, value);
  }

  /** Rings that may still be set up. */
  public static long ringsLeft(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + RINGS_LEFT_OFFSET);
  }

  /** Writes rings_left. */
  public static void setRingsLeft(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + RINGS_LEFT_OFFSET, value);
  }

  /** When it is revoked, a reading of the monotonic clock in ns; 0: never. */
  public static long deadline(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + DEADLINE_OFFSET);
  }

  /** Writes deadline. */
  public static void setDeadline(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + DEADLINE_OFFSET, value);
  }

  /** Bytes that it may still move; all ones: no limit. */
  public static long meteredBytesLeft(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + METERED_BYTES_LEFT_OFFSET);
  }

  /** Writes metered_bytes_left. */
  public static void setMeteredBytesLeft(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + METERED_BYTES_LEFT_OFFSET, value);
  }

  /** Operations that may still begin through it; all ones: no limit. */
  public static long meteredOperationsLeft(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + METERED_OPERATIONS_LEFT_OFFSET);
  }

  /** Writes metered_operations_left. */
  public static void setMeteredOperationsLeft(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + METERED_OPERATIONS_LEFT_OFFSET, value);
  }

  /** Makes the structure all zero. */
  public static void clear(MemorySegment segment, long base) {
    segment.asSlice(base, SIZE).fill((byte) 0);
  }
}
