// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.PathCalls;
import dev.ringfence.linux.Statx;
import java.nio.charset.StandardCharsets;

/**
 * OPEN: first a handle that cannot be read (O_PATH), then a look at what it is, then the real
 * thing.
 *
 * <p>Opening a FIFO or a device has effects of its own, so only after the look is anything opened
 * that can be read. The second opening goes through the handle, not the path: it is the same object
 * whatever was renamed in between.
 */
final class Opening {

  private static final byte[] SELF = {'.'};

  /** Links followed in one path (MAXSYMLINKS of Linux, path_resolution(7)). */
  private static final int LINKS_MAX = 40;

  private final Operation operation;
  private final LinuxFile directory;

  Opening(Operation operation, LinuxFile directory) {
    this.operation = operation;
    this.directory = directory;
  }

  Outcome run() {
    return has(dev.ringfence.abi.OpenFlags.CREATE) ? create() : openExisting(operation.path);
  }

  /**
   * Makes a file with O_EXCL, which needs no look; opens what is there already without O_CREAT. So
   * a link that leads to a name that does not exist yet is followed here, not by Linux.
   */
  private Outcome create() {
    boolean exclusive = has(dev.ringfence.abi.OpenFlags.EXCLUSIVE);
    int flags = accessMode() | writeFlags() | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
    byte[] path = operation.path;
    for (int i = 0; i <= LINKS_MAX; i++) {
      long closed = Beneath.refuseForbiddenParent(directory, path);
      if (closed < 0) {
        return failed(closed);
      }
      long made = Beneath.open(directory, path, flags, operation.mode);
      if (made >= 0) {
        return opened(CapabilityType.FILE, (int) made);
      }
      if (exclusive || made != Errno.EEXIST.result()) {
        return failed(made);
      }
      Outcome existing = openExisting(path);
      boolean leadsNowhere =
          existing instanceof Outcome.Ended ended
              && ended.result() == SyscallError.NOT_FOUND.result();
      if (!leadsNowhere) {
        return existing;
      }
      path = Beneath.follow(directory, path);
    }
    return new Outcome.Ended(SyscallError.PERMISSION_DENIED.result());
  }

  private Outcome openExisting(byte[] path) {
    boolean noFollow = has(dev.ringfence.abi.OpenFlags.NO_FOLLOW);
    long handle =
        Beneath.open(directory, path, OpenFlags.O_PATH | (noFollow ? OpenFlags.O_NOFOLLOW : 0), 0);
    if (handle < 0) {
      return failed(handle);
    }
    try {
      return reopen((int) handle);
    } finally {
      Descriptors.close((int) handle);
    }
  }

  private Outcome reopen(int handle) {
    long kind = Status.kind(handle);
    if (kind < 0) {
      return failed(kind);
    }
    boolean wantsDirectory = has(dev.ringfence.abi.OpenFlags.DIRECTORY);
    if (kind == Statx.S_IFDIR) {
      return reopenDirectory(handle);
    }
    if (wantsDirectory) {
      return new Outcome.Ended(SyscallError.NOT_A_DIRECTORY.result());
    }
    if (kind != Statx.S_IFREG) {
      // FIFOs, devices, sockets; and a link that was not to be followed
      return new Outcome.Ended(SyscallError.PERMISSION_DENIED.result());
    }
    byte[] self = ("/proc/self/fd/" + handle).getBytes(StandardCharsets.US_ASCII);
    int truncate = has(dev.ringfence.abi.OpenFlags.TRUNCATE) ? OpenFlags.O_TRUNC : 0;
    long file =
        PathCalls.openat2(OpenFlags.AT_FDCWD, self, accessMode() | writeFlags() | truncate, 0, 0);
    return file < 0 ? failed(file) : opened(CapabilityType.FILE, (int) file);
  }

  private Outcome reopenDirectory(int handle) {
    if (has(dev.ringfence.abi.OpenFlags.CREATE) || has(dev.ringfence.abi.OpenFlags.TRUNCATE)) {
      return new Outcome.Ended(SyscallError.IS_A_DIRECTORY.result());
    }
    long opened =
        PathCalls.openat2(
            handle, SELF, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0, directory.resolve);
    return opened < 0 ? failed(opened) : opened(CapabilityType.DIRECTORY, (int) opened);
  }

  private int accessMode() {
    boolean reads = (operation.rights & Rights.READ) != 0;
    boolean writes = (operation.rights & Rights.WRITE) != 0;
    if (writes) {
      return reads ? OpenFlags.O_RDWR : OpenFlags.O_WRONLY;
    }
    return OpenFlags.O_RDONLY;
  }

  private int writeFlags() {
    int flags = OpenFlags.O_NOCTTY;
    flags |= has(dev.ringfence.abi.OpenFlags.APPEND) ? OpenFlags.O_APPEND : 0;
    flags |= has(dev.ringfence.abi.OpenFlags.DIRECT) ? OpenFlags.O_DIRECT : 0;
    flags |= has(dev.ringfence.abi.OpenFlags.SYNC) ? OpenFlags.O_SYNC : 0;
    flags |= has(dev.ringfence.abi.OpenFlags.DATA_SYNC) ? OpenFlags.O_DSYNC : 0;
    return flags;
  }

  private boolean has(int flag) {
    return (operation.flags & flag) != 0;
  }

  private Outcome opened(CapabilityType type, int descriptor) {
    boolean direct = has(dev.ringfence.abi.OpenFlags.DIRECT);
    return new Outcome.Opened(new LinuxFile(type, descriptor, directory.resolve, direct));
  }

  private Outcome failed(long result) {
    if (result == Errno.EINVAL.result() && has(dev.ringfence.abi.OpenFlags.DIRECT)) {
      // open(2): the file system does not know O_DIRECT
      return new Outcome.Ended(SyscallError.NOT_IMPLEMENTED.result());
    }
    return new Outcome.Ended(Errors.typed(result));
  }
}
