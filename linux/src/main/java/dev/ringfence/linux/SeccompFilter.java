// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A seccomp(2) filter: named system calls answer an errno, all others pass.
 *
 * <p>Installed, it holds for the calling thread, for the threads and processes that it starts, and
 * for ever; NO_NEW_PRIVS is set with it. A container's profile works the same way, which makes this
 * the means to see how a program does without a call.
 */
public final class SeccompFilter {

  public static final int SECCOMP_SET_MODE_FILTER = 1;
  public static final int SECCOMP_RET_ERRNO = 0x00050000;
  public static final int SECCOMP_RET_ALLOW = 0x7fff0000;
  public static final int SECCOMP_RET_USER_NOTIF = 0x7fc00000;
  public static final int SECCOMP_RET_KILL_PROCESS = 0x80000000;
  public static final int SECCOMP_FILTER_FLAG_NEW_LISTENER = 1 << 3;

  /** Only a deadly signal ends the wait for an answer (Linux 5.19; EINVAL before). */
  public static final int SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 1 << 5;

  public static final int PR_SET_NO_NEW_PRIVS = 38;

  /** linux/audit.h: the table of numbers that a call is of. */
  public static final int AUDIT_ARCH_X86_64 = 0xc000003e;

  /** A jump of a classic BPF program reaches 255 instructions ahead. */
  public static final int NUMBERS_MAX = 200;

  private final Errno errno;
  private final long[] numbers;

  private SeccompFilter(Errno errno, long[] numbers) {
    this.errno = errno;
    this.numbers = numbers;
  }

  /**
   * Makes a filter.
   *
   * @param errno what the refused calls answer
   * @param numbers the refused calls, from {@link SystemCallNumber}; at most {@link #NUMBERS_MAX}
   */
  public static SeccompFilter refusing(Errno errno, long... numbers) {
    if (numbers.length > NUMBERS_MAX) {
      throw new IllegalArgumentException(
          "too many calls: count=%d, max=%d".formatted(numbers.length, NUMBERS_MAX));
    }
    return new SeccompFilter(errno, numbers.clone());
  }

  /**
   * Puts the filter on the calling platform thread. It cannot be taken off again.
   *
   * @return 0, or minus the errno
   */
  public long install() {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("a filter belongs to a platform thread, not to a carrier");
    }
    BpfProgram program = new BpfProgram().load(BpfProgram.DATA_NUMBER);
    for (long number : numbers) {
      program.unlessEqualSkip((int) number, 1).answer(SECCOMP_RET_ERRNO | errno.number());
    }
    program.answer(SECCOMP_RET_ALLOW);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment written = arena.allocate(program.size(), Long.BYTES);
      program.write(written, 0, written.address());
      long result = SystemCall.call(SystemCallNumber.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
      if (result < 0) {
        return result;
      }
      return SystemCall.call(
          SystemCallNumber.SECCOMP, SECCOMP_SET_MODE_FILTER, 0, written.address());
    }
  }
}
