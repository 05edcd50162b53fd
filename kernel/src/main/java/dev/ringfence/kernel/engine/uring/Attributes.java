// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.AttributeFlags;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.FileCalls;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.PathCalls;
import dev.ringfence.linux.Timespec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * SET_ATTRIBUTES. What is at a path is held by an O_PATH handle and named through it, so that it is
 * the same object for each of the calls.
 */
final class Attributes {

  private Attributes() {}

  static long set(Operation operation) {
    LinuxFile file = LinuxFile.of(operation);
    if (operation.path.length == 0) {
      return setOpen(operation, file.descriptor);
    }
    long handle = Beneath.open(file, operation.path, OpenFlags.O_PATH, 0);
    if (handle < 0) {
      return Errors.typed(handle);
    }
    try {
      return setThrough(operation, UnixNames.throughDescriptor((int) handle, ""));
    } finally {
      Descriptors.close((int) handle);
    }
  }

  private static long setOpen(Operation operation, int descriptor) {
    if ((operation.flags & AttributeFlags.MODE) != 0) {
      long result = FileCalls.fchmod(descriptor, operation.mode);
      if (result < 0) {
        return Errors.typed(result);
      }
    }
    if (!setsTimes(operation)) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      return Errors.typed(FileCalls.futimens(descriptor, times(operation, arena)));
    }
  }

  private static long setThrough(Operation operation, byte[] path) {
    if ((operation.flags & AttributeFlags.MODE) != 0) {
      long result = PathCalls.fchmodat(OpenFlags.AT_FDCWD, path, operation.mode);
      if (result < 0) {
        return Errors.typed(result);
      }
    }
    if (!setsTimes(operation)) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      return Errors.typed(PathCalls.utimensat(OpenFlags.AT_FDCWD, path, times(operation, arena)));
    }
  }

  private static boolean setsTimes(Operation operation) {
    return (operation.flags & ~AttributeFlags.MODE) != 0;
  }

  private static MemorySegment times(Operation operation, Arena arena) {
    MemorySegment times = arena.allocate(2L * Timespec.SIZE, Long.BYTES);
    int flags = operation.flags;
    write(
        times,
        0,
        (flags & AttributeFlags.ACCESSED) != 0,
        (flags & AttributeFlags.ACCESSED_NOW) != 0,
        operation.secondOffset);
    write(
        times,
        Timespec.SIZE,
        (flags & AttributeFlags.MODIFIED) != 0,
        (flags & AttributeFlags.MODIFIED_NOW) != 0,
        operation.offset);
    return times;
  }

  private static void write(MemorySegment out, long base, boolean set, boolean now, long nanos) {
    if (set) {
      Timespec.writeInstant(out, base, nanos);
    } else {
      Timespec.writeSpecial(out, base, now ? FileCalls.UTIME_NOW : FileCalls.UTIME_OMIT);
    }
  }
}
