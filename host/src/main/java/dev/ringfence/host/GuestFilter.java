// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import dev.ringfence.abi.SystemCall;
import dev.ringfence.linux.BpfProgram;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.Mapping;
import dev.ringfence.linux.SeccompFilter;
import dev.ringfence.linux.process.ChildProcess;
import dev.ringfence.linux.process.X86SystemCall;

/**
 * The two filters of a guest, for x86-64. The first hands the four calls to the host, and kills who
 * calls by another table of numbers; the second allows what a runtime needs and refuses the rest.
 * Two, because the guest itself must still be made to drop its descriptors and to take the second:
 * in the end nothing is allowed that was needed for that.
 *
 * <p>Of two answers Linux takes the stricter one: a call must pass both.
 */
final class GuestFilter {

  /** From here on the numbers are those of the x32 interface. */
  private static final int X32 = 0x40000000;

  private static final int SYSTEM_CALLS = SystemCall.values().length;

  /** Memory, threads, signals and time of the guest's own. */
  private static final int[] HARMLESS = {
    X86SystemCall.MPROTECT,
    X86SystemCall.MUNMAP,
    X86SystemCall.BRK,
    X86SystemCall.RT_SIGACTION,
    X86SystemCall.RT_SIGPROCMASK,
    X86SystemCall.RT_SIGRETURN,
    X86SystemCall.SCHED_YIELD,
    X86SystemCall.MREMAP,
    X86SystemCall.NANOSLEEP,
    X86SystemCall.GETPID,
    X86SystemCall.EXIT,
    X86SystemCall.GETTIMEOFDAY,
    X86SystemCall.SIGALTSTACK,
    X86SystemCall.GETTID,
    X86SystemCall.FUTEX,
    X86SystemCall.SCHED_GETAFFINITY,
    X86SystemCall.SET_TID_ADDRESS,
    X86SystemCall.RESTART_SYSCALL,
    X86SystemCall.CLOCK_GETTIME,
    X86SystemCall.CLOCK_GETRES,
    X86SystemCall.CLOCK_NANOSLEEP,
    X86SystemCall.EXIT_GROUP,
    X86SystemCall.SET_ROBUST_LIST,
    X86SystemCall.GETCPU,
    X86SystemCall.GETRANDOM,
    X86SystemCall.RSEQ,
  };

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
        .ifEqualSkip(SeccompFilter.AUDIT_ARCH_X86_64, 1)
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
    program.unlessEqualSkip(X86SystemCall.POLL, 1).answer(SeccompFilter.SECCOMP_RET_ERRNO);
    // memory of its own, no file's
    program
        .unlessEqualSkip(X86SystemCall.MMAP, 5)
        .loadArgument(3)
        .and(Mapping.MAP_ANONYMOUS)
        .unlessEqualSkip(Mapping.MAP_ANONYMOUS, 1)
        .answer(ALLOW)
        .answer(REFUSE);
    // poisoned pages of the shared memory would be the kernel's trouble
    program
        .unlessEqualSkip(X86SystemCall.MADVISE, 5)
        .loadArgument(2)
        .ifEqualSkip(Mapping.MADV_HWPOISON, 2)
        .ifEqualSkip(Mapping.MADV_SOFT_OFFLINE, 1)
        .answer(ALLOW)
        .answer(REFUSE);
    program
        .unlessEqualSkip(X86SystemCall.CLONE, 7)
        .loadArgumentHigh(0)
        .unlessEqualSkip(0, 4)
        .loadArgument(0)
        .ifEqualSkip(THREAD, 1)
        .unlessEqualSkip(THREAD_OF_MUSL, 1)
        .answer(ALLOW)
        .answer(REFUSE);
    program
        .unlessEqualSkip(X86SystemCall.ARCH_PRCTL, 5)
        .loadArgument(0)
        .ifEqualSkip(ChildProcess.ARCH_SET_FS, 1)
        .unlessEqualSkip(ChildProcess.ARCH_GET_FS, 1)
        .answer(ALLOW)
        .answer(REFUSE);
    // its own limits may be read: no pid, no new limit
    program
        .unlessEqualSkip(X86SystemCall.PRLIMIT64, 8)
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
