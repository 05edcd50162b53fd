// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/**
 * A completion entry (CQE): 32 bytes.
 *
 * <pre>
 *  0                           4                           8
 * +-------------------------------------------------------+
 * | user_data                                             |  0
 * +---------------------------+---------------------------+
 * | result                    | flags                     |  8
 * +---------------------------+---------------------------+
 * | reserved                                              | 16
 * +-------------------------------------------------------+
 * | padding                                               | 24
 * +-------------------------------------------------------+
 * </pre>
 *
 * <p>Accesses are plain: the tail's release publishes an entry, its acquire receives it.
 */
public final class CompletionEntry {
  /** Bytes of an entry. */
  public static final int SIZE = 32;

  /** What an entry's address is a multiple of. */
  public static final int ALIGNMENT = 8;

  public static final int USER_DATA_OFFSET = 0;
  public static final int RESULT_OFFSET = 8;
  public static final int FLAGS_OFFSET = 12;
  public static final int RESERVED_OFFSET = 16;
  public static final int PADDING_OFFSET = 24;

  static {
    assert PADDING_OFFSET + Long.BYTES == SIZE && SIZE % ALIGNMENT == 0;
  }

  private CompletionEntry() {}

  /** The {@code user_data} of the entry that completed. */
  public static long userData(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + USER_DATA_OFFSET);
  }

  /** Writes user_data. */
  public static void setUserData(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + USER_DATA_OFFSET, value);
  }

  /** 0 or more for success, below 0 minus a {@link SyscallError#code()}. */
  public static int result(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + RESULT_OFFSET);
  }

  /** Writes result. */
  public static void setResult(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + RESULT_OFFSET, value);
  }

  /** Bits of {@link CompletionFlags}. */
  public static int flags(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + FLAGS_OFFSET);
  }

  /** Writes flags. */
  public static void setFlags(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + FLAGS_OFFSET, value);
  }

  /** A new CapabilityID or a value, as {@code flags} tells; else 0. */
  public static long reserved(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + RESERVED_OFFSET);
  }

  /** Writes reserved. */
  public static void setReserved(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + RESERVED_OFFSET, value);
  }

  /** Always 0. */
  public static long padding(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + PADDING_OFFSET);
  }

  /** Writes padding. */
  public static void setPadding(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + PADDING_OFFSET, value);
  }

  /** Writes the whole entry, padding included, in four stores. */
  public static void write(
      MemorySegment segment, long base, long userData, int result, int flags, long reserved) {
    long middle = Integer.toUnsignedLong(result) | (long) flags << 32;
    LittleEndian.U64.set(segment, base + USER_DATA_OFFSET, userData);
    LittleEndian.U64.set(segment, base + RESULT_OFFSET, middle);
    LittleEndian.U64.set(segment, base + RESERVED_OFFSET, reserved);
    LittleEndian.U64.set(segment, base + PADDING_OFFSET, 0L);
  }
}
