// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/** An element of READ_VECTOR's and WRITE_VECTOR's list ({@code struct rf_vector}), 8-aligned. */
public final class Vector {
  /** Bytes of the structure. */
  public static final int SIZE = 16;

  public static final int ADDR_OFFSET = 0;
  public static final int LEN_OFFSET = 8;

  /** The most elements of a list (IOV_MAX of Linux). */
  public static final int COUNT_MAX = 1024;

  private Vector() {}

  /** An address in the arena. */
  public static long addr(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + ADDR_OFFSET);
  }

  /** Writes addr. */
  public static void setAddr(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + ADDR_OFFSET, value);
  }

  /** Its bytes; 0 is skipped. */
  public static long len(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + LEN_OFFSET);
  }

  /** Writes len. */
  public static void setLen(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + LEN_OFFSET, value);
  }
}
