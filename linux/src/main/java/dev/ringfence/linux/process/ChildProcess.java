// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.process;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ringfence.linux.Errno;
import dev.ringfence.linux.SystemCall;
import dev.ringfence.linux.SystemCallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Waiting for a child, its end, and descriptors that stand for it. */
public final class ChildProcess {

  /** sys/wait.h: children of every kind. */
  public static final int __WALL = 0x40000000;

  /** prctl(2): the signal at the end of the thread that made the process. */
  public static final int PR_SET_PDEATHSIG = 1;

  /** arch_prctl(2): the base of thread-local storage. */
  public static final int ARCH_SET_FS = 0x1002;

  public static final int ARCH_GET_FS = 0x1003;

  /** capset(2): the form of its structures. */
  public static final int _LINUX_CAPABILITY_VERSION_3 = 0x20080522;

  /** The form of {@code struct __user_cap_header_struct}: version u32, pid i32. */
  public static final int CAPABILITY_HEADER_SIZE = 8;

  public static final int SIGKILL = 9;
  public static final int SIGTRAP = 5;

  private ChildProcess() {}

  /**
   * Waits until a child stops or ends. After its end the pid is free for others.
   *
   * @return its status for {@link WaitStatus}, or minus the errno
   */
  public static long await(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(JAVA_INT);
      long result;
      do {
        result = SystemCall.call(SystemCallNumber.WAIT4, pid, status.address(), __WALL, 0, 0, 0);
      } while (result == Errno.EINTR.result());
      return result < 0 ? result : Integer.toUnsignedLong(status.get(JAVA_INT, 0));
    }
  }

  /** kill(2) of a child that was not waited for yet: nobody else can have its pid. */
  public static long kill(int pid) {
    return SystemCall.call(SystemCallNumber.KILL, pid, SIGKILL, 0, 0, 0, 0);
  }

  /** pidfd_open(2): readable when the process has ended. */
  public static long openDescriptor(int pid) {
    return SystemCall.call(SystemCallNumber.PIDFD_OPEN, pid, 0, 0, 0, 0, 0);
  }

  /** pidfd_getfd(2): a descriptor of the other process as one of this, closed on exec. */
  public static long takeDescriptor(int processDescriptor, int descriptor) {
    return SystemCall.call(SystemCallNumber.PIDFD_GETFD, processDescriptor, descriptor, 0, 0, 0, 0);
  }
}
