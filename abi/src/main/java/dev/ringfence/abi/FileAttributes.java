// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/** What SET_ATTRIBUTES reads ({@code struct rf_attributes}): 32 bytes, 8-aligned. */
public final class FileAttributes {
  /** Bytes of the structure. */
  public static final int SIZE = 32;

  public static final int MASK_OFFSET = 0;
  public static final int MODE_OFFSET = 4;
  public static final int MODIFIED_OFFSET = 8;
  public static final int ACCESSED_OFFSET = 16;
  public static final int RESERVED_OFFSET = 24;

  private FileAttributes() {}

  /** Bits of {@link AttributeFlags}. */
  public static int mask(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + MASK_OFFSET);
  }

  /** Writes mask. */
  public static void setMask(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + MASK_OFFSET, value);
  }

  /** Permission bits, at most 0777. */
  public static int mode(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + MODE_OFFSET);
  }

  /** Writes mode. */
  public static void setMode(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + MODE_OFFSET, value);
  }

  /** Nanoseconds since 1970 UTC. */
  public static long modified(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + MODIFIED_OFFSET);
  }

  /** Writes modified. */
  public static void setModified(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + MODIFIED_OFFSET, value);
  }

  /** Nanoseconds since 1970 UTC. */
  public static long accessed(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + ACCESSED_OFFSET);
  }

  /** Writes accessed. */
  public static void setAccessed(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + ACCESSED_OFFSET, value);
  }

  /** 0. */
  public static long reserved(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + RESERVED_OFFSET);
  }

  /** Writes reserved. */
  public static void setReserved(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + RESERVED_OFFSET, value);
  }
}
