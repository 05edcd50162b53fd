// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/**
 * A submission entry (SQE): 64 bytes, aligned to 64, one meaning a field.
 *
 * <pre>
 *  0      1      2             4                           8
 * +------+------+-------------+---------------------------+
 * |opcode|flags | reserved1   | buf_index                 |  0
 * +------+------+-------------+---------------------------+
 * | capability_id                                         |  8
 * +-------------------------------------------------------+
 * | addr                                                  | 16
 * +---------------------------+---------------------------+
 * | len                       | reserved2                 | 24
 * +---------------------------+---------------------------+
 * | user_data                                             | 32
 * +-------------------------------------------------------+
 * | auxiliary[0]                                          | 40
 * +-------------------------------------------------------+
 * | auxiliary[1]                                          | 48
 * +-------------------------------------------------------+
 * | padding                                               | 56
 * +-------------------------------------------------------+
 * </pre>
 *
 * <p>Accesses are plain: the tail's release publishes an entry, its acquire receives it. The kernel
 * reads each field once. Reserved fields and padding must be 0.
 */
public final class SubmissionEntry {
  /** Bytes of an entry. */
  public static final int SIZE = 64;

  /** What an entry's address is a multiple of. */
  public static final int ALIGNMENT = 64;

  /** {@code auxiliary[0]} of READ and WRITE: at the current position. */
  public static final long CURRENT_POSITION = -1L;

  /** {@code buf_index} of REGISTER_BUFFER: the kernel chooses. */
  public static final int ANY_BUFFER = -1;

  /** The largest index of a registered buffer. */
  public static final int BUFFER_INDEX_MAX = 1023;

  /** The longest path in bytes; each name in it has at most {@link DirectoryEntry#NAME_MAX}. */
  public static final int PATH_MAX = 4095;

  public static final int OPCODE_OFFSET = 0;
  public static final int FLAGS_OFFSET = 1;
  public static final int RESERVED1_OFFSET = 2;
  public static final int BUF_INDEX_OFFSET = 4;
  public static final int CAPABILITY_ID_OFFSET = 8;
  public static final int ADDR_OFFSET = 16;
  public static final int LEN_OFFSET = 24;
  public static final int RESERVED2_OFFSET = 28;
  public static final int USER_DATA_OFFSET = 32;
  public static final int AUXILIARY0_OFFSET = 40;
  public static final int AUXILIARY1_OFFSET = 48;
  public static final int PADDING_OFFSET = 56;

  static {
    assert PADDING_OFFSET + Long.BYTES == SIZE && SIZE % ALIGNMENT == 0;
  }

  private SubmissionEntry() {}

  /** The operation: {@link OpCode#code()}. */
  public static int opcode(MemorySegment segment, long base) {
    return Byte.toUnsignedInt((byte) LittleEndian.U8.get(segment, base + OPCODE_OFFSET));
  }

  /** Writes opcode. */
  public static void setOpcode(MemorySegment segment, long base, int value) {
    LittleEndian.U8.set(segment, base + OPCODE_OFFSET, (byte) value);
  }

  /** Bits of {@link SubmissionFlags}. */
  public static int flags(MemorySegment segment, long base) {
    return Byte.toUnsignedInt((byte) LittleEndian.U8.get(segment, base + FLAGS_OFFSET));
  }

  /** Writes flags. */
  public static void setFlags(MemorySegment segment, long base, int value) {
    LittleEndian.U8.set(segment, base + FLAGS_OFFSET, (byte) value);
  }

  /** Must be 0. */
  public static int reserved1(MemorySegment segment, long base) {
    return Short.toUnsignedInt((short) LittleEndian.U16.get(segment, base + RESERVED1_OFFSET));
  }

  /** Writes reserved1. */
  public static void setReserved1(MemorySegment segment, long base, int value) {
    LittleEndian.U16.set(segment, base + RESERVED1_OFFSET, (short) value);
  }

  /** The registered buffer, unsigned; see {@link SubmissionFlags#FIXED_BUFFER}. */
  public static int bufIndex(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + BUF_INDEX_OFFSET);
  }

  /** Writes buf_index. */
  public static void setBufIndex(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + BUF_INDEX_OFFSET, value);
  }

  /** The capability that the operation works on; 0 where it needs none. */
  public static long capabilityId(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + CAPABILITY_ID_OFFSET);
  }

  /** Writes capability_id. */
  public static void setCapabilityId(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + CAPABILITY_ID_OFFSET, value);
  }

  /** An address in the arena, or with FIXED_BUFFER an offset into the buffer. */
  public static long addr(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + ADDR_OFFSET);
  }

  /** Writes addr. */
  public static void setAddr(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + ADDR_OFFSET, value);
  }

  /** Bytes at {@code addr}, unsigned; some operations give it another meaning. */
  public static int len(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + LEN_OFFSET);
  }

  /** Writes len. */
  public static void setLen(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + LEN_OFFSET, value);
  }

  /** Must be 0. */
  public static int reserved2(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + RESERVED2_OFFSET);
  }

  /** Writes reserved2. */
  public static void setReserved2(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + RESERVED2_OFFSET, value);
  }

  /** The program's own; comes back in the completion. */
  public static long userData(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + USER_DATA_OFFSET);
  }

  /** Writes user_data. */
  public static void setUserData(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + USER_DATA_OFFSET, value);
  }

  /** An operand of the operation, such as the file offset. */
  public static long auxiliary0(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + AUXILIARY0_OFFSET);
  }

  /** Writes auxiliary0. */
  public static void setAuxiliary0(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + AUXILIARY0_OFFSET, value);
  }

  /** A second operand, mostly the operation's flags. */
  public static long auxiliary1(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + AUXILIARY1_OFFSET);
  }

  /** Writes auxiliary1. */
  public static void setAuxiliary1(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + AUXILIARY1_OFFSET, value);
  }

  /** Must be 0. */
  public static long padding(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + PADDING_OFFSET);
  }

  /** Writes padding. */
  public static void setPadding(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + PADDING_OFFSET, value);
  }

  /** Makes the entry all zero: a NOP without flags. */
  public static void clear(MemorySegment segment, long base) {
    for (long offset = 0; offset < SIZE; offset += Long.BYTES) {
      LittleEndian.U64.set(segment, base + offset, 0L);
    }
  }

  /** Writes the whole entry, reserved fields and padding included, in eight stores. */
  public static void write(
      MemorySegment segment,
      long base,
      int opcode,
      int flags,
      int bufIndex,
      long capabilityId,
      long addr,
      int len,
      long userData,
      long auxiliary0,
      long auxiliary1) {
    long first = (opcode & 0xFF) | (flags & 0xFF) << 8 | (long) bufIndex << 32;
    LittleEndian.U64.set(segment, base, first);
    LittleEndian.U64.set(segment, base + CAPABILITY_ID_OFFSET, capabilityId);
    LittleEndian.U64.set(segment, base + ADDR_OFFSET, addr);
    LittleEndian.U64.set(segment, base + LEN_OFFSET, Integer.toUnsignedLong(len));
    LittleEndian.U64.set(segment, base + USER_DATA_OFFSET, userData);
    LittleEndian.U64.set(segment, base + AUXILIARY0_OFFSET, auxiliary0);
    LittleEndian.U64.set(segment, base + AUXILIARY1_OFFSET, auxiliary1);
    LittleEndian.U64.set(segment, base + PADDING_OFFSET, 0L);
  }
}
