// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.DirectoryEntry;
import dev.ringfence.abi.FileStatus;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.DirectoryEntries;
import dev.ringfence.linux.FileCalls;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.PathCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** LIST: getdents64(2) from a cookie, rewritten into our own records. */
final class Listing {

  private static final int BUFFER_BYTES = 32 * 1024;

  private Listing() {}

  /** Fills the operation's memory; bytes, with the next cookie as its value. */
  static long list(Operation operation, LinuxFile directory) {
    // the position belongs to the open directory, which several listings may share
    synchronized (directory) {
      long moved = FileCalls.lseek(directory.descriptor, operation.offset, FileCalls.SEEK_SET);
      if (moved < 0) {
        return SyscallError.INVALID_ARGUMENT.result();
      }
      try (Arena arena = Arena.ofConfined()) {
        return new Pass(operation, directory.descriptor, arena).run();
      }
    }
  }

  private static final class Pass {
    private final Operation operation;
    private final int descriptor;
    private final DirectoryEntries entries;
    private long written;

    Pass(Operation operation, int descriptor, Arena arena) {
      this.operation = operation;
      this.descriptor = descriptor;
      this.entries = new DirectoryEntries(arena.allocate(BUFFER_BYTES, Long.BYTES));
    }

    long run() {
      operation.value = operation.offset;
      for (; ; ) {
        long read = entries.read(descriptor);
        if (read < 0) {
          return written > 0 ? written : Errors.typed(read);
        }
        if (read == 0) {
          return written;
        }
        while (entries.next()) {
          if (!entries.isSelfOrParent() && !put()) {
            boolean nothingFits = written == 0;
            return nothingFits ? SyscallError.INVALID_ARGUMENT.result() : written;
          }
          operation.value = entries.offset();
        }
      }
    }

    private boolean put() {
      int nameLength = entries.nameLength();
      int size = DirectoryEntry.sizeFor(nameLength);
      if (size > operation.length - written) {
        return false;
      }
      MemorySegment out = operation.memory;
      long at = operation.memoryOffset + written;
      out.asSlice(at, size).fill((byte) 0);
      DirectoryEntry.setCookie(out, at, entries.offset());
      DirectoryEntry.setRecordSize(out, at, size);
      DirectoryEntry.setNameLength(out, at, nameLength);
      DirectoryEntry.setKind(out, at, kind());
      MemorySegment.copy(
          entries.buffer(),
          ValueLayout.JAVA_BYTE,
          entries.nameOffset(),
          out,
          ValueLayout.JAVA_BYTE,
          at + DirectoryEntry.NAME_OFFSET,
          nameLength);
      written += size;
      return true;
    }

    private int kind() {
      return switch (entries.type()) {
        case DirectoryEntries.DT_REG -> FileStatus.KIND_FILE;
        case DirectoryEntries.DT_DIR -> FileStatus.KIND_DIRECTORY;
        case DirectoryEntries.DT_LNK -> FileStatus.KIND_SYMLINK;
        case DirectoryEntries.DT_UNKNOWN -> lookAtKind();
        default -> FileStatus.KIND_OTHER;
      };
    }

    /** Some file systems do not keep the kind in the directory. */
    private int lookAtKind() {
      long handle =
          PathCalls.openat2(
              descriptor,
              entries.name(),
              OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW,
              0,
              OpenFlags.RESOLVE_BENEATH);
      if (handle < 0) {
        return FileStatus.KIND_OTHER;
      }
      try {
        long kind = Status.kind((int) handle);
        return kind < 0 ? FileStatus.KIND_OTHER : Status.ourKind((int) kind);
      } finally {
        Descriptors.close((int) handle);
      }
    }
  }
}
