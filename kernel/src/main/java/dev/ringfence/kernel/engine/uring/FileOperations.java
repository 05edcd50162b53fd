// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.Advice;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.FileCalls;
import dev.ringfence.linux.Statx;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Operations on open files that Linux's ring has not, or would give a thread of their own. */
final class FileOperations {

  private static final int BOUNCE_SIZE = 1 << 16;

  private FileOperations() {}

  static long advise(Operation operation) {
    int advice =
        switch (operation.flags) {
          case Advice.SEQUENTIAL -> FileCalls.POSIX_FADV_SEQUENTIAL;
          case Advice.RANDOM -> FileCalls.POSIX_FADV_RANDOM;
          case Advice.WILL_NEED -> FileCalls.POSIX_FADV_WILLNEED;
          case Advice.DONT_NEED -> FileCalls.POSIX_FADV_DONTNEED;
          default -> FileCalls.POSIX_FADV_NORMAL;
        };
    int descriptor = LinuxFile.of(operation).descriptor;
    return Errors.typed(
        FileCalls.fadvise(descriptor, operation.offset, operation.rangeBytes, advice));
  }

  static long syncRange(Operation operation) {
    return Errors.typed(
        FileCalls.syncFileRange(
            LinuxFile.of(operation).descriptor,
            operation.offset,
            operation.rangeBytes,
            operation.flags));
  }

  // ---- COPY_RANGE ------------------------------------------------------------------------------

  static long copyRange(Operation operation) {
    LinuxFile source = LinuxFile.of(operation);
    LinuxFile target = LinuxFile.second(operation);
    if (overlaps(operation, source, target)) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    long result =
        FileCalls.copyFileRange(
            source.descriptor,
            operation.offset,
            target.descriptor,
            operation.secondOffset,
            operation.length);
    boolean cannot =
        result == Errno.EXDEV.result()
            || result == Errno.EOPNOTSUPP.result()
            || result == Errno.ENOSYS.result()
            // of a file that appends
            || result == Errno.EBADF.result();
    return Errors.typed(cannot ? copy(operation, source.descriptor, target.descriptor) : result);
  }

  /** Linux finds that in one piece; the whole may overlap where its pieces do not. */
  private static boolean overlaps(Operation operation, LinuxFile source, LinuxFile target) {
    long whole = Math.max(operation.rangeBytes, operation.length);
    boolean apart = Math.abs(operation.offset - operation.secondOffset) >= whole;
    return !apart && (source == target || Status.sameFile(source.descriptor, target.descriptor));
  }

  /** By hand, where Linux has no better way. */
  private static long copy(Operation operation, int source, int target) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bounce = arena.allocate(BOUNCE_SIZE);
      long done = 0;
      while (done < operation.length) {
        long wanted = Math.min(BOUNCE_SIZE, operation.length - done);
        long read = FileCalls.pread(source, bounce.address(), wanted, operation.offset + done);
        long written =
            read <= 0
                ? read
                : FileCalls.pwrite(target, bounce.address(), read, operation.secondOffset + done);
        if (written <= 0) {
          return done > 0 ? done : written;
        }
        done += written;
        if (written < wanted) {
          break;
        }
      }
      return done;
    }
  }

  // ---- SPLICE and TEE --------------------------------------------------------------------------

  /** Moves what can be moved at once: bytes, or minus the errno, EAGAIN if it is nothing. */
  static long splice(Operation operation) {
    LinuxFile source = LinuxFile.of(operation);
    LinuxFile target = LinuxFile.second(operation);
    int nonblocking = FileCalls.SPLICE_F_NONBLOCK;
    if (operation.code == OpCode.TEE) {
      return FileCalls.tee(source.descriptor, target.descriptor, operation.length, nonblocking);
    }
    return FileCalls.splice(
        source.descriptor,
        operation.offset,
        target.descriptor,
        operation.secondOffset,
        operation.length,
        nonblocking);
  }

  /** What the errno of {@link #splice} means. */
  static long spliceError(Operation operation, long result) {
    boolean refused = result == Errno.EINVAL.result();
    boolean odd = isOdd(LinuxFile.of(operation)) || isOdd(LinuxFile.second(operation));
    return refused && odd ? SyscallError.NOT_IMPLEMENTED.result() : Errors.typed(result);
  }

  /** A standard stream may be something else than a pipe. */
  private static boolean isOdd(LinuxFile file) {
    return file.type() == CapabilityType.PIPE && Status.kind(file.descriptor) != Statx.S_IFIFO;
  }
}
