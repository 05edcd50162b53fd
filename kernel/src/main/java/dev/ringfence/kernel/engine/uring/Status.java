// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.FileStatus;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.PathCalls;
import dev.ringfence.linux.Statx;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What statx(2) says of an open descriptor, in our own layout. */
final class Status {

  private static final int PERMISSIONS = 07777;

  private Status() {}

  /** One of statx's S_IF kinds, or minus the errno. */
  static long kind(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = arena.allocate(Statx.SIZE, Long.BYTES);
      long result = statx(descriptor, found);
      return result < 0 ? result : Statx.kind(found, 0);
    }
  }

  /** Writes a {@link FileStatus}: 0, or minus the code of a SyscallError. */
  static long write(int descriptor, MemorySegment out, long base) {
    try (Arena arena = Arena.ofConfined()) {
      // into memory of our own first: statx must not write to what a program can change under it
      MemorySegment found = arena.allocate(Statx.SIZE, Long.BYTES);
      long result = statx(descriptor, found);
      if (result < 0) {
        return Errors.typed(result);
      }
      out.asSlice(base, FileStatus.SIZE).fill((byte) 0);
      FileStatus.setKind(out, base, ourKind(Statx.kind(found, 0)));
      FileStatus.setMode(out, base, Statx.mode(found, 0) & PERMISSIONS);
      FileStatus.setSizeBytes(out, base, Statx.size(found, 0));
      FileStatus.setAllocated(out, base, Statx.allocatedBytes(found, 0));
      FileStatus.setInode(out, base, Statx.inode(found, 0));
      FileStatus.setDevice(out, base, Statx.device(found, 0));
      FileStatus.setLinks(out, base, Statx.links(found, 0));
      FileStatus.setBlockSize(out, base, Statx.blockSize(found, 0));
      FileStatus.setModified(out, base, Statx.nanos(found, 0, Statx.MTIME));
      FileStatus.setAccessed(out, base, Statx.nanos(found, 0, Statx.ATIME));
      FileStatus.setChanged(out, base, Statx.nanos(found, 0, Statx.CTIME));
      FileStatus.setCreated(out, base, Statx.nanos(found, 0, Statx.BTIME));
      FileStatus.setUid(out, base, Statx.uid(found, 0));
      FileStatus.setGid(out, base, Statx.gid(found, 0));
      return 0;
    }
  }

  /** Whether two descriptors are of one file; if it cannot be found out, they are not. */
  static boolean sameFile(int one, int other) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment first = arena.allocate(Statx.SIZE, Long.BYTES);
      MemorySegment second = arena.allocate(Statx.SIZE, Long.BYTES);
      return statx(one, first) >= 0
          && statx(other, second) >= 0
          && Statx.inode(first, 0) == Statx.inode(second, 0)
          && Statx.device(first, 0) == Statx.device(second, 0);
    }
  }

  private static long statx(int descriptor, MemorySegment out) {
    return PathCalls.statx(
        descriptor,
        Operation.NO_PATH,
        OpenFlags.AT_EMPTY_PATH,
        Statx.STATX_BASIC_STATS | Statx.STATX_BTIME,
        out);
  }

  /** The kind as {@link FileStatus} and DirectoryEntry number it. */
  static int ourKind(int linuxKind) {
    return switch (linuxKind) {
      case Statx.S_IFREG -> FileStatus.KIND_FILE;
      case Statx.S_IFDIR -> FileStatus.KIND_DIRECTORY;
      case Statx.S_IFLNK -> FileStatus.KIND_SYMLINK;
      default -> FileStatus.KIND_OTHER;
    };
  }
}
