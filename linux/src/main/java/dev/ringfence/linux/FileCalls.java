// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

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

  public static final int POSIX_FADV_NORMAL = 0;
  public static final int POSIX_FADV_RANDOM = 1;
  public static final int POSIX_FADV_SEQUENTIAL = 2;
  public static final int POSIX_FADV_WILLNEED = 3;
  public static final int POSIX_FADV_DONTNEED = 4;

  public static final int SYNC_FILE_RANGE_WAIT_BEFORE = 0x1;
  public static final int SYNC_FILE_RANGE_WRITE = 0x2;
  public static final int SYNC_FILE_RANGE_WAIT_AFTER = 0x4;

  /** splice(2), tee(2): answer EAGAIN instead of waiting for a pipe. */
  public static final int SPLICE_F_NONBLOCK = 0x2;

  /** utimensat(2), in the place of nanoseconds: the present time. */
  public static final int UTIME_NOW = (1 << 30) - 1;

  /** utimensat(2), in the place of nanoseconds: as it is. */
  public static final int UTIME_OMIT = (1 << 30) - 2;

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
   * fadvise64(2): 0.
   *
   * @param length 0: to the end
   * @param advice one of POSIX_FADV
   */
  public static long fadvise(int descriptor, long offset, long length, int advice) {
    return SystemCall.call(SystemCallNumber.FADVISE64, descriptor, offset, length, advice);
  }

  /**
   * sync_file_range(2): 0.
   *
   * @param length 0: to the end
   * @param flags SYNC_FILE_RANGE bits
   */
  public static long syncFileRange(int descriptor, long offset, long length, int flags) {
    return SystemCall.call(SystemCallNumber.SYNC_FILE_RANGE, descriptor, offset, length, flags);
  }

  /**
   * copy_file_range(2) at given offsets, of two regular files: bytes; 0 at the end.
   *
   * @return EXDEV (other file systems, before Linux 5.19), EOPNOTSUPP, EBADF (also for a target
   *     that appends)
   */
  public static long copyFileRange(
      int source, long sourceOffset, int target, long targetOffset, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment offsets = arena.allocate(JAVA_LONG, 2);
      offsets.setAtIndex(JAVA_LONG, 0, sourceOffset);
      offsets.setAtIndex(JAVA_LONG, 1, targetOffset);
      return SystemCall.call(
          SystemCallNumber.COPY_FILE_RANGE,
          source,
          offsets.address(),
          target,
          offsets.address() + Long.BYTES,
          length,
          0);
    }
  }

  /**
   * splice(2): bytes; 0 at the end.
   *
   * @param sourceOffset -1 for a pipe
   * @param targetOffset -1 for a pipe
   * @param flags SPLICE_F bits
   */
  public static long splice(
      int source, long sourceOffset, int target, long targetOffset, long length, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment offsets = arena.allocate(JAVA_LONG, 2);
      offsets.setAtIndex(JAVA_LONG, 0, sourceOffset);
      offsets.setAtIndex(JAVA_LONG, 1, targetOffset);
      return SystemCall.call(
          SystemCallNumber.SPLICE,
          source,
          sourceOffset < 0 ? 0 : offsets.address(),
          target,
          targetOffset < 0 ? 0 : offsets.address() + Long.BYTES,
          length,
          flags);
    }
  }

  /** tee(2): bytes; 0 at the end. */
  public static long tee(int source, int target, long length, int flags) {
    return SystemCall.call(SystemCallNumber.TEE, source, target, length, flags);
  }

  /** fchmod(2): 0. Not through an O_PATH descriptor. */
  public static long fchmod(int descriptor, int mode) {
    return SystemCall.call(SystemCallNumber.FCHMOD, descriptor, mode);
  }

  /**
   * futimens(3): 0. Not through an O_PATH descriptor.
   *
   * @param times two {@link Timespec}: of the last reading, of the last change; UTIME_NOW or
   *     UTIME_OMIT may stand for nanoseconds
   */
  public static long futimens(int descriptor, MemorySegment times) {
    MemorySegment two = times.asSlice(0, 2L * Timespec.SIZE);
    return SystemCall.call(SystemCallNumber.UTIMENSAT, descriptor, 0, two.address(), 0);
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
