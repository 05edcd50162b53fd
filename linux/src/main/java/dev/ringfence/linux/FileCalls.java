// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Calls on an open file. Buffers are addresses, so that the memory of any owner can be used: the
 * caller has checked bounds and keeps the memory alive.
 *
 * <p>A transfer may be shorter than asked, and its length must stay below 2^31.
 */
public final class FileCalls {

  public static final int SEEK_SET = 0;
  public static final int SEEK_CUR = 1;
  public static final int SEEK_END = 2;
  public static final int SEEK_DATA = 3;
  public static final int SEEK_HOLE = 4;

  /** preadv2(2): answer EAGAIN instead of waiting for a device or a lock (Linux 4.14). */
  public static final int RWF_NOWAIT = 0x8;

  public static final int RWF_DSYNC = 0x2;
  public static final int RWF_SYNC = 0x4;
  public static final int RWF_APPEND = 0x10;

  public static final int FALLOC_FL_KEEP_SIZE = 0x1;
  public static final int FALLOC_FL_PUNCH_HOLE = 0x2;
  public static final int FALLOC_FL_ZERO_RANGE = 0x10;

  private FileCalls() {}

  /** read(2): bytes; 0 at the end. */
  public static long read(int descriptor, long address, long length) {
    return SystemCall.call(SystemCallNumber.READ, descriptor, address, length);
  }

  /** write(2): bytes. */
  public static long write(int descriptor, long address, long length) {
    return SystemCall.call(SystemCallNumber.WRITE, descriptor, address, length);
  }

  /** pread64(2): bytes; 0 at the end. */
  public static long pread(int descriptor, long address, long length, long offset) {
    return SystemCall.call(SystemCallNumber.PREAD64, descriptor, address, length, offset);
  }

  /** pwrite64(2): bytes. With O_APPEND Linux ignores the offset. */
  public static long pwrite(int descriptor, long address, long length, long offset) {
    return SystemCall.call(SystemCallNumber.PWRITE64, descriptor, address, length, offset);
  }

  /**
   * preadv2(2): bytes; 0 at the end.
   *
   * @param vectors address of {@code count} {@link IoVector}
   * @param offset -1: the current position, which moves
   * @param flags RWF bits
   */
  public static long preadv2(int descriptor, long vectors, int count, long offset, int flags) {
    // The offset travels in two halves where a long is 32 bits; here the first holds all of it.
    return SystemCall.call(SystemCallNumber.PREADV2, descriptor, vectors, count, offset, 0, flags);
  }

  /** pwritev2(2): as {@link #preadv2}. */
  public static long pwritev2(int descriptor, long vectors, int count, long offset, int flags) {
    return SystemCall.call(SystemCallNumber.PWRITEV2, descriptor, vectors, count, offset, 0, flags);
  }

  /** lseek(2): the new position. */
  public static long lseek(int descriptor, long offset, int whence) {
    return SystemCall.call(SystemCallNumber.LSEEK, descriptor, offset, whence);
  }

  /** ftruncate(2): 0. */
  public static long ftruncate(int descriptor, long size) {
    return SystemCall.call(SystemCallNumber.FTRUNCATE, descriptor, size);
  }

  /** fallocate(2): 0. */
  public static long fallocate(int descriptor, int mode, long offset, long length) {
    return SystemCall.call(SystemCallNumber.FALLOCATE, descriptor, mode, offset, length);
  }

  /** fsync(2): 0. */
  public static long fsync(int descriptor) {
    return SystemCall.call(SystemCallNumber.FSYNC, descriptor);
  }

  /** fdatasync(2): 0. */
  public static long fdatasync(int descriptor) {
    return SystemCall.call(SystemCallNumber.FDATASYNC, descriptor);
  }

  /**
   * fstatfs(2): the file system's magic number, to be compared with {@link FileSystemMagic}, or
   * minus the errno.
   */
  public static long fileSystemMagic(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(FileSystemMagic.STATFS_SIZE, Long.BYTES);
      long result = SystemCall.call(SystemCallNumber.FSTATFS, descriptor, status.address());
      // f_type is a long that holds 32 bits, sign-extended by some file systems.
      return result < 0 ? result : Integer.toUnsignedLong(status.get(JAVA_INT, 0));
    }
  }
}
