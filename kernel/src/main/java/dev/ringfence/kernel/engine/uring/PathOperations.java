// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.RemoveFlags;
import dev.ringfence.abi.RenameFlags;
import dev.ringfence.abi.StatFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.FileCalls;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.PathCalls;
import dev.ringfence.linux.Statx;

/**
 * Operations on names, and others that are a few system calls in a row, on the calling thread.
 *
 * <p>Only openat2 can be told to stay beneath a directory. So it alone resolves a path: the
 * object's or, for what changes a directory, its parent's; the calls that follow get a descriptor
 * and one name, which no rename elsewhere can bend. Any thread.
 */
final class PathOperations {

  private final SocketOperations sockets;

  PathOperations(UnixNames names) {
    this.sockets = new SocketOperations(names);
  }

  Outcome run(Operation operation) {
    return switch (operation.code) {
      case OPEN -> new Opening(operation, directory(operation)).run();
      case STAT -> new Outcome.Ended(stat(operation));
      case LIST -> new Outcome.Ended(Listing.list(operation, directory(operation)));
      case TRUNCATE ->
          new Outcome.Ended(
              Errors.typed(FileCalls.ftruncate(directory(operation).descriptor, operation.offset)));
      case MAKE_DIRECTORY, REMOVE, SYMLINK -> new Outcome.Ended(change(operation));
      case RENAME -> new Outcome.Ended(rename(operation));
      case READ_LINK -> new Outcome.Ended(readLink(operation));
      case LINK -> new Outcome.Ended(link(operation));
      case SET_ATTRIBUTES -> new Outcome.Ended(Attributes.set(operation));
      case ADVISE -> new Outcome.Ended(FileOperations.advise(operation));
      case SYNC_RANGE -> new Outcome.Ended(FileOperations.syncRange(operation));
      case COPY_RANGE -> new Outcome.Ended(FileOperations.copyRange(operation));
      case SOCKET_CREATE, BIND, LISTEN, SHUTDOWN, SOCKET_NAME, PEER_NAME, GET_OPTION, SET_OPTION ->
          sockets.run(operation);
      default -> new Outcome.Ended(SyscallError.NOT_IMPLEMENTED.result());
    };
  }

  private static LinuxFile directory(Operation operation) {
    return LinuxFile.of(operation);
  }

  private static long stat(Operation operation) {
    LinuxFile file = directory(operation);
    if (operation.path.length == 0) {
      return Status.write(file.descriptor, operation.memory, operation.memoryOffset);
    }
    boolean noFollow = (operation.flags & StatFlags.NO_FOLLOW) != 0;
    int flags = OpenFlags.O_PATH | (noFollow ? OpenFlags.O_NOFOLLOW : 0);
    long found = Beneath.open(file, operation.path, flags, 0);
    if (found < 0) {
      return Errors.typed(found);
    }
    try {
      return Status.write((int) found, operation.memory, operation.memoryOffset);
    } finally {
      Descriptors.close((int) found);
    }
  }

  private static long readLink(Operation operation) {
    LinuxFile file = directory(operation);
    long found = Beneath.open(file, operation.path, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0);
    if (found < 0) {
      return Errors.typed(found);
    }
    try {
      long kind = Status.kind((int) found);
      if (kind != Statx.S_IFLNK) {
        return kind < 0 ? Errors.typed(kind) : SyscallError.INVALID_ARGUMENT.result();
      }
      return Errors.typed(
          PathCalls.readlinkat(
              (int) found,
              Operation.NO_PATH,
              operation.memory.asSlice(operation.memoryOffset, operation.length)));
    } finally {
      Descriptors.close((int) found);
    }
  }

  private static long change(Operation operation) {
    try (Beneath.Parent parent = Beneath.parent(directory(operation), operation.path)) {
      if (parent.error() != 0) {
        return Errors.typed(parent.error());
      }
      int at = parent.descriptor();
      byte[] name = parent.name();
      return Errors.typed(
          switch (operation.code) {
            case MAKE_DIRECTORY -> PathCalls.mkdirat(at, name, operation.mode);
            case SYMLINK -> PathCalls.symlinkat(operation.secondPath, at, name);
            default -> remove(at, name, (operation.flags & RemoveFlags.DIRECTORY) != 0);
          });
    }
  }

  private static long remove(int at, byte[] name, boolean aDirectory) {
    return PathCalls.unlinkat(at, name, aDirectory ? OpenFlags.AT_REMOVEDIR : 0);
  }

  private static long rename(Operation operation) {
    if (!(operation.secondResource instanceof LinuxFile second)) {
      return SyscallError.INTERNAL_ERROR.result();
    }
    int flags =
        ((operation.flags & RenameFlags.NO_REPLACE) != 0 ? PathCalls.RENAME_NOREPLACE : 0)
            | ((operation.flags & RenameFlags.EXCHANGE) != 0 ? PathCalls.RENAME_EXCHANGE : 0);
    try (Beneath.Parent from = Beneath.parent(directory(operation), operation.path);
        Beneath.Parent to = Beneath.parent(second, operation.secondPath)) {
      long error = from.error() != 0 ? from.error() : to.error();
      if (error != 0) {
        return Errors.typed(error);
      }
      long result =
          PathCalls.renameat2(from.descriptor(), from.name(), to.descriptor(), to.name(), flags);
      boolean acrossFileSystems = result == Errno.EXDEV.result();
      return acrossFileSystems ? SyscallError.CROSS_DEVICE_LINK.result() : Errors.typed(result);
    }
  }

  /** What is linked is held by a handle: that it is no directory stays true. */
  private static long link(Operation operation) {
    long held =
        Beneath.open(
            directory(operation), operation.path, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0);
    if (held < 0) {
      return Errors.typed(held);
    }
    LinuxFile second = LinuxFile.second(operation);
    try (Beneath.Parent to = Beneath.parent(second, operation.secondPath)) {
      long kind = Status.kind((int) held);
      if (kind == Statx.S_IFDIR) {
        return SyscallError.IS_A_DIRECTORY.result();
      }
      if (kind < 0 || to.error() != 0) {
        return Errors.typed(kind < 0 ? kind : to.error());
      }
      // through the handle, and not past it: a symbolic link is linked itself
      long result =
          PathCalls.linkat(
              OpenFlags.AT_FDCWD,
              UnixNames.throughDescriptor((int) held, ""),
              to.descriptor(),
              to.name(),
              OpenFlags.AT_SYMLINK_FOLLOW);
      boolean acrossFileSystems = result == Errno.EXDEV.result();
      return acrossFileSystems ? SyscallError.CROSS_DEVICE_LINK.result() : Errors.typed(result);
    } finally {
      Descriptors.close((int) held);
    }
  }

  /** Whether an operation may have to wait for a disk or a file system. */
  static boolean mayBlock(Operation operation) {
    return switch (operation.code) {
      case BIND -> operation.endpoint instanceof Endpoint.Unix;
      case SOCKET_CREATE, LISTEN, SHUTDOWN, SOCKET_NAME, PEER_NAME, GET_OPTION, SET_OPTION -> false;
      default -> true;
    };
  }
}
