// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import dev.ringfence.abi.SystemCall;
import dev.ringfence.linux.BpfProgram;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.Mapping;
import dev.ringfence.linux.SeccompFilter;

/**
 * The two filters of a guest, for x86-64. The first hands the four calls to the host, and kills who
 * calls by another table of numbers; the second allows what a runtime needs and refuses the rest.
 * Two, because the guest itself must still be made to drop its descriptors and to take the second:
 * in the end nothing is allowed that was needed for that.
 *
 * <p>Of two answers Linux takes the stricter one: a call must pass both.
 */
final class GuestFilter {

  /** linux/audit.h: AUDIT_ARCH_X86_64. */
  static final int ARCHITECTURE = 0xc000003e;

  /** From here on the numbers are those of the x32 interface. */
  private static final int X32 = 0x40000000;

  private static final int SYSTEM_CALLS = SystemCall.values().length;

  /** Memory, threads, signals and time of the guest's own; asm/unistd_64.h. */
  private static final int[] HARMLESS = {
    10, // mprotect
    11, // munmap
    12, // brk
    13, // rt_sigaction
    14, // rt_sigprocmask
    15, // rt_sigreturn
    24, // sched_yield
    25, // mremap
    35, // nanosleep
    39, // getpid
    60, // exit
    96, // gettimeofday
    131, // sigaltstack
    186, // gettid
    202, // futex
    204, // sched_getaffinity
    218, // set_tid_address
    219, // restart_syscall
    228, // clock_gettime
    229, // clock_getres
    230, // clock_nanosleep
    231, // exit_group
    273, // set_robust_list
    309, // getcpu
    318, // getrandom
    334, // rseq
  };

  private static final int POLL = 7;
  private static final int MMAP = 9;
  private static final int MADVISE = 28;
  private static final int CLONE = 56;
  private static final int ARCH_PRCTL = 158;
  private static final int PRLIMIT64 = 302;

  private static final int MADV_HWPOISON = 100;
  private static final int MADV_SOFT_OFFLINE = 101;
  private static final int ARCH_SET_FS = 0x1002;
  private static final int ARCH_GET_FS = 0x1003;

  /** What pthread_create of glibc asks for: a thread that shares everything; musl adds a bit. */
  private static final int THREAD = 0x3d0f00;

  private static final int THREAD_OF_MUSL = 0x7d0f00;

  private static final int ALLOW = SeccompFilter.SECCOMP_RET_ALLOW;
  private static final int REFUSE = SeccompFilter.SECCOMP_RET_ERRNO | Errno.ENOSYS.number();

  private GuestFilter() {}

  /** Hands the four calls over. */
  static BpfProgram handingOver() {
    int first = SystemCall.IO_URING_SETUP.number();
    return new BpfProgram()
        .load(BpfProgram.DATA_ARCHITECTURE)
        .ifEqualSkip(ARCHITECTURE, 1)
        .answer(SeccompFilter.SECCOMP_RET_KILL_PROCESS)
        .load(BpfProgram.DATA_NUMBER)
        .unlessAtLeastSkip(X32, 1)
        .answer(SeccompFilter.SECCOMP_RET_KILL_PROCESS)
        .unlessAtLeastSkip(first, 3)
        .unlessAtLeastSkip(first + SYSTEM_CALLS, 1)
        .answer(ALLOW)
        .answer(SeccompFilter.SECCOMP_RET_USER_NOTIF)
        .answer(ALLOW);
  }

  /** Allows little. */
  static BpfProgram confining() {
    BpfProgram program = new BpfProgram().load(BpfProgram.DATA_NUMBER);
    for (SystemCall call : SystemCall.values()) {
      program.unlessEqualSkip(call.number(), 1).answer(ALLOW);
    }
    for (int number : HARMLESS) {
      program.unlessEqualSkip(number, 1).answer(ALLOW);
    }
    // Rust's runtime looks at its standard streams, and aborts if it is not let
    program.unlessEqualSkip(POLL, 1).answer(SeccompFilter.SECCOMP_RET_ERRNO);
    // memory of its own, no file's
    program
        .unlessEqualSkip(MMAP, 5)
        .loadArgument(3)
        .and(Mapping.MAP_ANONYMOUS)
        .unlessEqualSkip(Mapping.MAP_ANONYMOUS, 1)
        .answer(ALLOW)
        .answer(REFUSE);
    // poisoned pages of the shared memory would be the kernel's trouble
    program
        .unlessEqualSkip(MADVISE, 5)
        .loadArgument(2)
        .ifEqualSkip(MADV_HWPOISON, 2)
        .ifEqualSkip(MADV_SOFT_OFFLINE, 1)
        .answer(ALLOW)
        .answer(REFUSE);
    program
        .unlessEqualSkip(CLONE, 7)
        .loadArgumentHigh(0)
        .unlessEqualSkip(0, 4)
        .loadArgument(0)
        .ifEqualSkip(THREAD, 1)
        .unlessEqualSkip(THREAD_OF_MUSL, 1)
        .answer(ALLOW)
        .answer(REFUSE);
    program
        .unlessEqualSkip(ARCH_PRCTL, 5)
        .loadArgument(0)
        .ifEqualSkip(ARCH_SET_FS, 1)
        .unlessEqualSkip(ARCH_GET_FS, 1)
        .answer(ALLOW)
        .answer(REFUSE);
    // its own limits may be read: no pid, no new limit
    program
        .unlessEqualSkip(PRLIMIT64, 8)
        .loadArgument(0)
        .unlessEqualSkip(0, 5)
        .loadArgument(2)
        .unlessEqualSkip(0, 3)
        .loadArgumentHigh(2)
        .unlessEqualSkip(0, 1)
        .answer(ALLOW)
        .answer(REFUSE);
    return program.answer(REFUSE);
  }
}
