// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/**
 * An entry of a {@link BufferRing} ({@code struct rf_buffer}), 8-aligned: memory to receive into.
 */
public final class ProvidedBuffer {
  /** Bytes of the structure. */
  public static final int SIZE = 16;

  public static final int ADDR_OFFSET = 0;
  public static final int LEN_OFFSET = 8;
  public static final int ID_OFFSET = 12;
  public static final int RESERVED_OFFSET = 14;

  private ProvidedBuffer() {}

  /** An address in the arena. */
  public static long addr(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + ADDR_OFFSET);
  }

  /** Writes addr. */
  public static void setAddr(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + ADDR_OFFSET, value);
  }

  /** Its bytes, more than 0. */
  public static int len(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + LEN_OFFSET);
  }

  /** Writes len. */
  public static void setLen(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + LEN_OFFSET, value);
  }

  /** What completions call it: 0..65535. */
  public static int id(MemorySegment segment, long base) {
    return Short.toUnsignedInt((short) LittleEndian.U16.get(segment, base + ID_OFFSET));
  }

  /** Writes id. */
  public static void setId(MemorySegment segment, long base, int value) {
    LittleEndian.U16.set(segment, base + ID_OFFSET, (short) value);
  }

  /** 0. */
  public static int reserved(MemorySegment segment, long base) {
    return Short.toUnsignedInt((short) LittleEndian.U16.get(segment, base + RESERVED_OFFSET));
  }

  /** Writes reserved. */
  public static void setReserved(MemorySegment segment, long base, int value) {
    LittleEndian.U16.set(segment, base + RESERVED_OFFSET, (short) value);
  }
}
