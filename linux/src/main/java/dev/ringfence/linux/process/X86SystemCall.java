// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.process;

/**
 * Numbers of x86-64 calls that another process makes: those that a filter names, and those that it
 * is made to make (asm/unistd_64.h). What this process calls itself is in {@link
 * dev.ringfence.linux.SystemCallNumber}, for the processor at hand.
 */
public final class X86SystemCall {

  public static final int POLL = 7;
  public static final int MMAP = 9;
  public static final int MPROTECT = 10;
  public static final int MUNMAP = 11;
  public static final int BRK = 12;
  public static final int RT_SIGACTION = 13;
  public static final int RT_SIGPROCMASK = 14;
  public static final int RT_SIGRETURN = 15;
  public static final int SCHED_YIELD = 24;
  public static final int MREMAP = 25;
  public static final int MADVISE = 28;
  public static final int NANOSLEEP = 35;
  public static final int GETPID = 39;
  public static final int CLONE = 56;
  public static final int EXIT = 60;
  public static final int GETTIMEOFDAY = 96;
  public static final int CAPSET = 126;
  public static final int SIGALTSTACK = 131;
  public static final int PRCTL = 157;
  public static final int ARCH_PRCTL = 158;
  public static final int GETTID = 186;
  public static final int FUTEX = 202;
  public static final int SCHED_GETAFFINITY = 204;
  public static final int SET_TID_ADDRESS = 218;
  public static final int RESTART_SYSCALL = 219;
  public static final int CLOCK_GETTIME = 228;
  public static final int CLOCK_GETRES = 229;
  public static final int CLOCK_NANOSLEEP = 230;
  public static final int EXIT_GROUP = 231;
  public static final int SET_ROBUST_LIST = 273;
  public static final int PRLIMIT64 = 302;
  public static final int GETCPU = 309;
  public static final int SECCOMP = 317;
  public static final int GETRANDOM = 318;
  public static final int RSEQ = 334;
  public static final int CLOSE_RANGE = 436;

  private X86SystemCall() {}
}
