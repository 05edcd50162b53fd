// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The info page: the capabilities that the domain was granted at its start, so that a program finds
 * its authority without a call. A header of 64 bytes, then {@code count} rows of 64 bytes.
 *
 * <pre>
 *         0             4             8             12            16
 *        +-------------+-------------+-------------+-------------+
 * header | magic       | version     | count       | row_size    | then 0 up to 64
 *        +-------------+-------------+-------------+-------------+
 *
 *         0             8         16       20            24            64
 *        +-------------+---------+--------+-------------+-------------+
 * row    |capability_id| rights  | type   | name_length | name        |
 *        +-------------+---------+--------+-------------+-------------+
 * </pre>
 *
 * <p>Names are petnames such as {@code stdin} or {@code data}, UTF-8, zero padded, and never paths
 * of the host. The page is written before the program starts and is not kept up to date: QUERY
 * tells what a capability is now.
 */
public final class InfoPage {
  /** Bytes of the page. */
  public static final int SIZE = 4096;

  /** "RFVI" in the order of the bytes. */
  public static final int MAGIC_VALUE = 0x49564652;

  /** The version of the layout that this class describes. */
  public static final int VERSION_VALUE = 1;

  public static final int MAGIC_OFFSET = 0;
  public static final int VERSION_OFFSET = 4;
  public static final int COUNT_OFFSET = 8;
  public static final int ROW_SIZE_OFFSET = 12;

  /** Where the rows start. */
  public static final int ROWS_OFFSET = 64;

  /** Bytes of a row. */
  public static final int ROW_SIZE = 64;

  /** The most rows. */
  public static final int ROWS_MAX = 63;

  public static final int ROW_CAPABILITY_ID_OFFSET = 0;
  public static final int ROW_RIGHTS_OFFSET = 8;
  public static final int ROW_TYPE_OFFSET = 16;
  public static final int ROW_NAME_LENGTH_OFFSET = 20;
  public static final int ROW_NAME_OFFSET = 24;

  /** The longest petname in bytes. */
  public static final int NAME_MAX = 40;

  static {
    assert ROWS_OFFSET + ROWS_MAX * ROW_SIZE == SIZE && ROW_NAME_OFFSET + NAME_MAX == ROW_SIZE;
  }

  private InfoPage() {}

  /** Writes an empty page: the header, no rows, zeros. */
  public static void initialize(MemorySegment segment, long base) {
    segment.asSlice(base, SIZE).fill((byte) 0);
    LittleEndian.U32.set(segment, base + MAGIC_OFFSET, MAGIC_VALUE);
    LittleEndian.U32.set(segment, base + VERSION_OFFSET, VERSION_VALUE);
    LittleEndian.U32.set(segment, base + ROW_SIZE_OFFSET, ROW_SIZE);
  }

  /**
   * Adds a row to an initialized page.
   *
   * @param name the petname, 1..{@link #NAME_MAX} bytes as UTF-8
   * @throws IllegalArgumentException if the name has another length or the page is full; the
   *     message carries the numbers
   */
  public static void addRow(
      MemorySegment segment, long base, long capabilityId, long rights, int type, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    int count = count(segment, base);
    if (bytes.length < 1 || bytes.length > NAME_MAX) {
      throw new IllegalArgumentException(
          "a petname has 1 to " + NAME_MAX + " bytes, not " + bytes.length + ": " + name);
    }
    if (count < 0 || count >= ROWS_MAX) {
      throw new IllegalArgumentException(
          "no row left for " + name + ": rowsMax=" + ROWS_MAX + ", count=" + count);
    }
    long row = row(base, count);
    LittleEndian.U64.set(segment, row + ROW_CAPABILITY_ID_OFFSET, capabilityId);
    LittleEndian.U64.set(segment, row + ROW_RIGHTS_OFFSET, rights);
    LittleEndian.U32.set(segment, row + ROW_TYPE_OFFSET, type);
    LittleEndian.U32.set(segment, row + ROW_NAME_LENGTH_OFFSET, bytes.length);
    MemorySegment.copy(
        bytes, 0, segment, ValueLayout.JAVA_BYTE, row + ROW_NAME_OFFSET, bytes.length);
    LittleEndian.U32.set(segment, base + COUNT_OFFSET, count + 1);
  }

  /** {@link #MAGIC_VALUE}. */
  public static int magic(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + MAGIC_OFFSET);
  }

  /** {@link #VERSION_VALUE}. */
  public static int version(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + VERSION_OFFSET);
  }

  /** The number of rows, 0..{@link #ROWS_MAX}. */
  public static int count(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + COUNT_OFFSET);
  }

  /** Bytes from one row to the next; a later version may have longer rows. */
  public static int rowSize(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + ROW_SIZE_OFFSET);
  }

  /** The id of a granted capability. */
  public static long capabilityId(MemorySegment segment, long base, int index) {
    return (long) LittleEndian.U64.get(segment, row(base, index) + ROW_CAPABILITY_ID_OFFSET);
  }

  /** The rights that were granted. */
  public static long rights(MemorySegment segment, long base, int index) {
    return (long) LittleEndian.U64.get(segment, row(base, index) + ROW_RIGHTS_OFFSET);
  }

  /** The {@link CapabilityType#code()} of what was granted. */
  public static int type(MemorySegment segment, long base, int index) {
    return (int) LittleEndian.U32.get(segment, row(base, index) + ROW_TYPE_OFFSET);
  }

  /** The petname under which it was granted. */
  public static String name(MemorySegment segment, long base, int index) {
    long row = row(base, index);
    int length = (int) LittleEndian.U32.get(segment, row + ROW_NAME_LENGTH_OFFSET);
    byte[] bytes = segment.asSlice(row + ROW_NAME_OFFSET, length).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static long row(long base, int index) {
    return base + ROWS_OFFSET + (long) index * ROW_SIZE;
  }
}
