// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Making, copying, waiting for and closing file descriptors of any kind. */
public final class Descriptors {

  public static final int F_GETFL = 3;
  public static final int F_SETFL = 4;
  public static final int F_ADD_SEALS = 1033;
  public static final int F_GET_SEALS = 1034;
  public static final int F_DUPFD_CLOEXEC = 1030;

  public static final int F_SEAL_SEAL = 0x1;
  public static final int F_SEAL_SHRINK = 0x2;
  public static final int F_SEAL_GROW = 0x4;
  public static final int F_SEAL_WRITE = 0x8;

  /** memfd_create(2). */
  public static final int MFD_CLOEXEC = 0x1;

  public static final int MFD_ALLOW_SEALING = 0x2;

  /** Not executable, for ever (Linux 6.3; EINVAL before). */
  public static final int MFD_NOEXEC_SEAL = 0x8;

  public static final int MFD_EXEC = 0x10;

  /** eventfd2(2). */
  public static final int EFD_SEMAPHORE = 0x1;

  public static final int EFD_NONBLOCK = 0x800;
  public static final int EFD_CLOEXEC = 0x80000;

  public static final int POLLIN = 0x1;
  public static final int POLLPRI = 0x2;
  public static final int POLLOUT = 0x4;
  public static final int POLLERR = 0x8;
  public static final int POLLHUP = 0x10;
  public static final int POLLNVAL = 0x20;
  public static final int POLLRDHUP = 0x2000;

  private Descriptors() {}

  /**
   * close(2): 0, or what a write left behind. Whatever it answers the descriptor is gone; EINTR too
   * must not be tried again.
   */
  public static long close(int descriptor) {
    return SystemCall.call(SystemCallNumber.CLOSE, descriptor);
  }

  /** A second descriptor of the same open file, closed on exec. */
  public static long duplicate(int descriptor) {
    return SystemCall.call(SystemCallNumber.FCNTL, descriptor, F_DUPFD_CLOEXEC, 0);
  }

  /** fcntl(2). */
  public static long fcntl(int descriptor, int command, long argument) {
    return SystemCall.call(SystemCallNumber.FCNTL, descriptor, command, argument);
  }

  /**
   * pipe2(2), closed on exec.
   *
   * @param flags further ones, such as O_NONBLOCK
   * @return the read end in the low 32 bits, the write end in the high 32 bits
   */
  public static long pipe(int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      long result =
          SystemCall.call(SystemCallNumber.PIPE2, ends.address(), flags | OpenFlags.O_CLOEXEC);
      if (result < 0) {
        return result;
      }
      return ends.getAtIndex(JAVA_INT, 0) | (long) ends.getAtIndex(JAVA_INT, 1) << 32;
    }
  }

  /** eventfd2(2), closed on exec. */
  public static long eventfd(int initial, int flags) {
    return SystemCall.call(SystemCallNumber.EVENTFD2, initial, flags | EFD_CLOEXEC);
  }

  /** memfd_create(2): anonymous memory as a file; the name is seen in /proc only. */
  public static long memfd(byte[] name, int flags) {
    if (CPath.isCutShort(name)) {
      return Errno.EINVAL.result();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = CPath.copy(arena, name);
      return SystemCall.call(SystemCallNumber.MEMFD_CREATE, text.address(), flags);
    }
  }

  /**
   * Waits for events of one descriptor with ppoll(2).
   *
   * @param events POLL bits wanted; POLLERR, POLLHUP and POLLNVAL are always told
   * @param nanosMax the longest wait; {@link Long#MAX_VALUE}: no bound
   * @return the ready bits, 0 after the wait, or minus the errno (EINTR included)
   */
  public static long poll(int descriptor, int events, long nanosMax) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entry = arena.allocate(PollDescriptor.SIZE, Integer.BYTES);
      PollDescriptor.write(entry, 0, descriptor, events);
      long ready = poll(entry, 1, nanosMax);
      return ready > 0 ? PollDescriptor.readyEvents(entry, 0) : ready;
    }
  }

  /**
   * ppoll(2) over an array of {@link PollDescriptor}.
   *
   * @return how many entries are ready
   */
  public static long poll(MemorySegment entries, int count, long nanosMax) {
    MemorySegment bounded = entries.asSlice(0, (long) count * PollDescriptor.SIZE);
    try (Arena arena = Arena.ofConfined()) {
      long timeout = 0;
      if (nanosMax != Long.MAX_VALUE) {
        MemorySegment spec = arena.allocate(Timespec.SIZE, Long.BYTES);
        Timespec.write(spec, 0, nanosMax);
        timeout = spec.address();
      }
      return SystemCall.call(SystemCallNumber.PPOLL, bounded.address(), count, timeout, 0, 0, 0);
    }
  }
}
