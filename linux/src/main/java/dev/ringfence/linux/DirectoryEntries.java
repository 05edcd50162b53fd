// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * getdents64(2), and a cursor over what it wrote: {@code struct linux_dirent64} of the kernel.
 *
 * <pre>
 * 0        8        16         18       19          reclen
 * | d_ino  | d_off  | d_reclen | d_type | d_name, NUL |
 * </pre>
 *
 * <p>One thread at a time. The buffer belongs to the caller; it should hold at least {@link
 * #BUFFER_SIZE_MIN} bytes.
 */
public final class DirectoryEntries {

  public static final int D_INO = 0;
  public static final int D_OFF = 8;
  public static final int D_RECLEN = 16;
  public static final int D_TYPE = 18;
  public static final int D_NAME = 19;

  /** Room for one record with the longest name (255 bytes and the NUL), 8-aligned. */
  public static final int BUFFER_SIZE_MIN = 280;

  public static final int DT_UNKNOWN = 0;
  public static final int DT_FIFO = 1;
  public static final int DT_CHR = 2;
  public static final int DT_DIR = 4;
  public static final int DT_BLK = 6;
  public static final int DT_REG = 8;
  public static final int DT_LNK = 10;
  public static final int DT_SOCK = 12;

  private final MemorySegment buffer;
  private long current = -1;
  private long next;
  private long end;

  /**
   * Makes a cursor over a buffer.
   *
   * @param buffer native memory, 8-aligned
   */
  public DirectoryEntries(MemorySegment buffer) {
    this.buffer = buffer;
  }

  /**
   * Reads on from the directory's position (set it with {@link FileCalls#lseek} and an {@link
   * #offset}), replacing what the buffer held.
   *
   * @return bytes read, 0 at the end, or minus the errno (EINVAL: buffer too small for one entry)
   */
  public long read(int directory) {
    long result =
        SystemCall.call(
            SystemCallNumber.GETDENTS64, directory, buffer.address(), buffer.byteSize());
    current = -1;
    next = 0;
    end = Math.max(result, 0);
    return result;
  }

  /** Steps to the next entry; false when the buffer is used up and must be read again. */
  public boolean next() {
    if (next >= end) {
      return false;
    }
    current = next;
    next += Short.toUnsignedInt(buffer.get(JAVA_SHORT, current + D_RECLEN));
    return true;
  }

  /** Inode number. */
  public long inode() {
    return buffer.get(JAVA_LONG, current + D_INO);
  }

  /** The position right after this entry, opaque, for lseek with SEEK_SET. */
  public long offset() {
    return buffer.get(JAVA_LONG, current + D_OFF);
  }

  /** One of the DT constants; DT_UNKNOWN where the file system does not tell. */
  public int type() {
    return buffer.get(JAVA_BYTE, current + D_TYPE);
  }

  /** Length of the name in bytes. */
  public int nameLength() {
    long at = current + D_NAME;
    while (buffer.get(JAVA_BYTE, at) != 0) {
      at++;
    }
    return (int) (at - current - D_NAME);
  }

  /** Where the name begins in {@link #buffer}. */
  public long nameOffset() {
    return current + D_NAME;
  }

  /** The name's bytes. */
  public byte[] name() {
    return buffer.asSlice(nameOffset(), nameLength()).toArray(JAVA_BYTE);
  }

  /** Whether this is {@code .} or {@code ..}. */
  public boolean isSelfOrParent() {
    long at = current + D_NAME;
    if (buffer.get(JAVA_BYTE, at) != '.') {
      return false;
    }
    byte second = buffer.get(JAVA_BYTE, at + 1);
    return second == 0 || second == '.' && buffer.get(JAVA_BYTE, at + 2) == 0;
  }

  /** The buffer given at construction. */
  public MemorySegment buffer() {
    return buffer;
  }
}
