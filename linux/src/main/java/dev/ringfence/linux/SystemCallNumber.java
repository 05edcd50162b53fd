// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

/**
 * The numbers of the system calls in use, for the processor at hand; -1 where Linux is not.
 *
 * <p>x86-64 has a table of its own (asm/unistd_64.h), aarch64 uses the generic one
 * (asm-generic/unistd.h). From 424 on both count alike.
 */
public final class SystemCallNumber {

  public static final long READ = number(0, 63);
  public static final long WRITE = number(1, 64);
  public static final long CLOSE = number(3, 57);
  public static final long LSEEK = number(8, 62);
  public static final long MMAP = number(9, 222);
  public static final long MPROTECT = number(10, 226);
  public static final long MUNMAP = number(11, 215);
  public static final long IOCTL = number(16, 29);
  public static final long PREAD64 = number(17, 67);
  public static final long PWRITE64 = number(18, 68);
  public static final long MADVISE = number(28, 233);
  public static final long SOCKET = number(41, 198);
  public static final long CONNECT = number(42, 203);
  public static final long SENDTO = number(44, 206);
  public static final long RECVFROM = number(45, 207);
  public static final long SENDMSG = number(46, 211);
  public static final long RECVMSG = number(47, 212);
  public static final long SHUTDOWN = number(48, 210);
  public static final long BIND = number(49, 200);
  public static final long LISTEN = number(50, 201);
  public static final long GETSOCKNAME = number(51, 204);
  public static final long GETPEERNAME = number(52, 205);
  public static final long SETSOCKOPT = number(54, 208);
  public static final long GETSOCKOPT = number(55, 209);
  public static final long WAIT4 = number(61, 260);
  public static final long KILL = number(62, 129);
  public static final long FCNTL = number(72, 25);
  public static final long FSYNC = number(74, 82);
  public static final long FDATASYNC = number(75, 83);
  public static final long FTRUNCATE = number(77, 46);
  public static final long FCHMOD = number(91, 52);
  public static final long PTRACE = number(101, 117);
  public static final long FSTATFS = number(138, 44);
  public static final long PRCTL = number(157, 167);
  public static final long GETTID = number(186, 178);
  public static final long FUTEX = number(202, 98);
  public static final long GETDENTS64 = number(217, 61);
  public static final long FADVISE64 = number(221, 223);
  public static final long MKDIRAT = number(258, 34);
  public static final long UNLINKAT = number(263, 35);
  public static final long LINKAT = number(265, 37);
  public static final long SYMLINKAT = number(266, 36);
  public static final long READLINKAT = number(267, 78);
  public static final long FCHMODAT = number(268, 53);
  public static final long PPOLL = number(271, 73);
  public static final long SPLICE = number(275, 76);
  public static final long TEE = number(276, 77);
  public static final long SYNC_FILE_RANGE = number(277, 84);
  public static final long UTIMENSAT = number(280, 88);
  public static final long FALLOCATE = number(285, 47);
  public static final long ACCEPT4 = number(288, 242);
  public static final long EVENTFD2 = number(290, 19);
  public static final long PIPE2 = number(293, 59);
  public static final long PRLIMIT64 = number(302, 261);
  public static final long RENAMEAT2 = number(316, 276);
  public static final long SECCOMP = number(317, 277);
  public static final long MEMFD_CREATE = number(319, 279);
  public static final long COPY_FILE_RANGE = number(326, 285);
  public static final long PREADV2 = number(327, 286);
  public static final long PWRITEV2 = number(328, 287);
  public static final long STATX = number(332, 291);
  public static final long PIDFD_SEND_SIGNAL = number(424, 424);
  public static final long IO_URING_SETUP = number(425, 425);
  public static final long IO_URING_ENTER = number(426, 426);
  public static final long IO_URING_REGISTER = number(427, 427);
  public static final long PIDFD_OPEN = number(434, 434);
  public static final long OPENAT2 = number(437, 437);
  public static final long PIDFD_GETFD = number(438, 438);

  private SystemCallNumber() {}

  private static long number(int x86, int aarch64) {
    return Linux.perArchitecture(x86, aarch64);
  }
}
