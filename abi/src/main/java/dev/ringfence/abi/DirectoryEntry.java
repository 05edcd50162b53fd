// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A record in LIST's buffer ({@code struct rf_dirent}), 8-aligned: 16 bytes, then the name, then
 * zeros up to a multiple of 8. The next record is {@code record_size} further on.
 *
 * <pre>
 *  0                           8             10            12   13        16
 * +---------------------------+-------------+-------------+----+---------+------
 * | cookie                    | record_size | name_length |kind|    0    | name
 * +---------------------------+-------------+-------------+----+---------+------
 * </pre>
 */
public final class DirectoryEntry {
  /** Bytes before the name. */
  public static final int HEADER_SIZE = 16;

  /** The longest name in bytes. */
  public static final int NAME_MAX = 255;

  /** The file system does not tell the kind here. */
  public static final int KIND_UNKNOWN = 0;

  public static final int COOKIE_OFFSET = 0;
  public static final int RECORD_SIZE_OFFSET = 8;
  public static final int NAME_LENGTH_OFFSET = 10;
  public static final int KIND_OFFSET = 12;
  public static final int NAME_OFFSET = 16;

  static {
    assert NAME_OFFSET == HEADER_SIZE && sizeFor(1) == 24;
  }

  private DirectoryEntry() {}

  /** Give it to LIST as {@code auxiliary[0]} to go on after this entry. */
  public static long cookie(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + COOKIE_OFFSET);
  }

  /** Writes cookie. */
  public static void setCookie(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + COOKIE_OFFSET, value);
  }

  /** Bytes of this record, a multiple of 8. */
  public static int recordSize(MemorySegment segment, long base) {
    return Short.toUnsignedInt((short) LittleEndian.U16.get(segment, base + RECORD_SIZE_OFFSET));
  }

  /** Writes record_size. */
  public static void setRecordSize(MemorySegment segment, long base, int value) {
    LittleEndian.U16.set(segment, base + RECORD_SIZE_OFFSET, (short) value);
  }

  /** Bytes of the name, 1..255. */
  public static int nameLength(MemorySegment segment, long base) {
    return Short.toUnsignedInt((short) LittleEndian.U16.get(segment, base + NAME_LENGTH_OFFSET));
  }

  /** Writes name_length. */
  public static void setNameLength(MemorySegment segment, long base, int value) {
    LittleEndian.U16.set(segment, base + NAME_LENGTH_OFFSET, (short) value);
  }

  /** Like {@link FileStatus#kind}; {@link #KIND_UNKNOWN} where only STAT tells. */
  public static int kind(MemorySegment segment, long base) {
    return Byte.toUnsignedInt((byte) LittleEndian.U8.get(segment, base + KIND_OFFSET));
  }

  /** Writes kind. */
  public static void setKind(MemorySegment segment, long base, int value) {
    LittleEndian.U8.set(segment, base + KIND_OFFSET, (byte) value);
  }

  /** Bytes of a record whose name has this many bytes. */
  public static int sizeFor(int nameLength) {
    return (HEADER_SIZE + nameLength + 7) & -8;
  }

  /**
   * Writes a whole record, its padding included.
   *
   * @param cookie where LIST goes on after this entry
   * @param kind like {@link FileStatus#kind}
   * @param name raw bytes, 1..255
   * @return the bytes written
   */
  public static int write(MemorySegment segment, long base, long cookie, int kind, byte[] name) {
    int size = sizeFor(name.length);
    segment.asSlice(base, size).fill((byte) 0);
    setCookie(segment, base, cookie);
    setRecordSize(segment, base, size);
    setNameLength(segment, base, name.length);
    setKind(segment, base, kind);
    MemorySegment.copy(name, 0, segment, ValueLayout.JAVA_BYTE, base + NAME_OFFSET, name.length);
    return size;
  }

  /** The name of the record as raw bytes. */
  public static byte[] name(MemorySegment segment, long base) {
    return segment
        .asSlice(base + NAME_OFFSET, nameLength(segment, base))
        .toArray(ValueLayout.JAVA_BYTE);
  }
}
