// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Calls that take a path relative to a directory descriptor.
 *
 * <p>A path is raw bytes without the final NUL; one that contains a NUL gives EINVAL. Of these
 * calls {@link #openat2} alone can be told to stay beneath the directory. For the others, open the
 * parent with it first and pass a single name.
 */
public final class PathCalls {

  /** renameat2(2): EEXIST if the new name exists. */
  public static final int RENAME_NOREPLACE = 1;

  /** renameat2(2): both names must exist and change places. */
  public static final int RENAME_EXCHANGE = 2;

  /** No path names more bytes than this, the final NUL included. */
  public static final int PATH_MAX = 4096;

  private PathCalls() {}

  /** openat2(2), Linux 5.6: a descriptor. O_CLOEXEC is always added. */
  public static long openat2(int directory, byte[] path, int flags, int mode, int resolve) {
    if (CPath.isCutShort(path)) {
      return Errno.EINVAL.result();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment how = arena.allocate(OpenHow.SIZE, Long.BYTES);
      OpenHow.write(how, 0, flags | OpenFlags.O_CLOEXEC, mode, resolve);
      return SystemCall.call(
          SystemCallNumber.OPENAT2,
          directory,
          CPath.copy(arena, path).address(),
          how.address(),
          OpenHow.SIZE);
    }
  }

  /**
   * statx(2).
   *
   * @param flags AT_EMPTY_PATH with an empty path asks for {@code descriptor} itself
   * @param mask bits of {@link Statx}
   * @param out where {@link Statx#SIZE} bytes go
   */
  public static long statx(int descriptor, byte[] path, int flags, int mask, MemorySegment out) {
    if (CPath.isCutShort(path)) {
      return Errno.EINVAL.result();
    }
    // Bounds are ours to check: the kernel would write past the segment.
    MemorySegment room = out.asSlice(0, Statx.SIZE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = CPath.copy(arena, path);
      return SystemCall.call(
          SystemCallNumber.STATX, descriptor, name.address(), flags, mask, room.address(), 0);
    }
  }

  /** mkdirat(2): 0. */
  public static long mkdirat(int directory, byte[] path, int mode) {
    return withPath(SystemCallNumber.MKDIRAT, directory, path, mode);
  }

  /** unlinkat(2): 0. AT_REMOVEDIR removes an empty directory. */
  public static long unlinkat(int directory, byte[] path, int flags) {
    return withPath(SystemCallNumber.UNLINKAT, directory, path, flags);
  }

  /** renameat2(2): 0. */
  public static long renameat2(
      int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags) {
    return withTwoPaths(
        SystemCallNumber.RENAMEAT2, oldDirectory, oldPath, newDirectory, newPath, flags);
  }

  /** linkat(2): 0. */
  public static long linkat(
      int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags) {
    return withTwoPaths(
        SystemCallNumber.LINKAT, oldDirectory, oldPath, newDirectory, newPath, flags);
  }

  /** fchmodat(2): 0. Symbolic links are followed. */
  public static long fchmodat(int directory, byte[] path, int mode) {
    return withPath(SystemCallNumber.FCHMODAT, directory, path, mode);
  }

  /**
   * utimensat(2): 0. Symbolic links are followed.
   *
   * @param times as {@link FileCalls#futimens} takes them
   */
  public static long utimensat(int directory, byte[] path, MemorySegment times) {
    if (CPath.isCutShort(path)) {
      return Errno.EINVAL.result();
    }
    MemorySegment two = times.asSlice(0, 2L * Timespec.SIZE);
    try (Arena arena = Arena.ofConfined()) {
      return SystemCall.call(
          SystemCallNumber.UTIMENSAT,
          directory,
          CPath.copy(arena, path).address(),
          two.address(),
          0);
    }
  }

  /** symlinkat(2): 0. The target is text, not looked up. */
  public static long symlinkat(byte[] target, int directory, byte[] path) {
    if (CPath.isCutShort(target) || CPath.isCutShort(path)) {
      return Errno.EINVAL.result();
    }
    try (Arena arena = Arena.ofConfined()) {
      return SystemCall.call(
          SystemCallNumber.SYMLINKAT,
          CPath.copy(arena, target).address(),
          directory,
          CPath.copy(arena, path).address());
    }
  }

  /**
   * readlinkat(2): the number of bytes written, no NUL; a longer target is cut without notice. An
   * empty path reads the link that {@code directory} itself is (opened with O_PATH|O_NOFOLLOW).
   */
  public static long readlinkat(int directory, byte[] path, MemorySegment out) {
    if (CPath.isCutShort(path)) {
      return Errno.EINVAL.result();
    }
    try (Arena arena = Arena.ofConfined()) {
      // A heap segment has no address that the kernel could write to: always through native memory.
      long room = Math.min(out.byteSize(), PATH_MAX);
      MemorySegment text = arena.allocate(Math.max(room, 1));
      long length =
          SystemCall.call(
              SystemCallNumber.READLINKAT,
              directory,
              CPath.copy(arena, path).address(),
              text.address(),
              room);
      if (length > 0) {
        MemorySegment.copy(text, JAVA_BYTE, 0, out, JAVA_BYTE, 0, length);
      }
      return length;
    }
  }

  private static long withPath(long number, int directory, byte[] path, int argument) {
    if (CPath.isCutShort(path)) {
      return Errno.EINVAL.result();
    }
    try (Arena arena = Arena.ofConfined()) {
      return SystemCall.call(number, directory, CPath.copy(arena, path).address(), argument);
    }
  }

  private static long withTwoPaths(
      long number, int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags) {
    if (CPath.isCutShort(oldPath) || CPath.isCutShort(newPath)) {
      return Errno.EINVAL.result();
    }
    try (Arena arena = Arena.ofConfined()) {
      return SystemCall.call(
          number,
          oldDirectory,
          CPath.copy(arena, oldPath).address(),
          newDirectory,
          CPath.copy(arena, newPath).address(),
          flags,
          0);
    }
  }
}
