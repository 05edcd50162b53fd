// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import dev.ringfence.linux.Errno;
import dev.ringfence.linux.HostProbe;
import dev.ringfence.linux.Linux;
import dev.ringfence.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether this process may use io_uring, and if not, who says so.
 *
 * @param verdict usable, or the cause
 * @param result what io_uring_setup answered: 0, or minus the errno
 * @param setupFlags IORING_SETUP flags of the best ring that this kernel gives; 0 if not usable
 * @param features IORING_FEAT bits; 0 if not usable
 * @param operations what the kernel knows; null if not usable
 */
public record IoUringProbe(
    Verdict verdict,
    long result,
    int setupFlags,
    int features,
    @Nullable OpcodeSupport operations) {

  /** The sysctl that closes io_uring; there since Linux 6.6. */
  static final Path SYSCTL = Path.of("/proc/sys/kernel/io_uring_disabled");

  static final int SYSCTL_ABSENT = -1;
  static final int SYSCTL_OPEN = 0;

  /** Open to the group kernel.io_uring_group and to CAP_SYS_ADMIN only; 2 closes it to all. */
  static final int SYSCTL_PRIVILEGED = 1;

  private static final int ENTRIES = 4;

  /** Why a process has no io_uring: the cause in words, and what a user can do about it. */
  public enum Verdict {
    USABLE("io_uring works", "nothing to do"),
    NO_LINUX("this system is not Linux on x86-64 or aarch64", "run on Linux"),
    NOT_BUILT("the kernel was built without io_uring", "use a kernel with CONFIG_IO_URING"),
    TOO_OLD("the kernel is older than Linux 5.13", "use Linux 5.13 or newer (6.1 is better)"),
    SYSCTL(
        "the sysctl kernel.io_uring_disabled closes io_uring",
        "set it to 0: sysctl kernel.io_uring_disabled=0; or, where it is 1, add the user to the"
            + " group that kernel.io_uring_group names"),
    SECCOMP(
        "a seccomp filter refuses io_uring (containers do so by default)",
        "allow io_uring_setup, io_uring_enter and io_uring_register in the container's seccomp"
            + " profile"),
    FORBIDDEN("the system refuses io_uring", "look for a rule of SELinux, AppArmor or another LSM"),
    NO_MEMORY(
        "there is no memory for a ring within the limits",
        "raise the memlock limit (ulimit -l) or the memory of the container"),
    NO_DESCRIPTORS("the limit on open files is reached", "raise it (ulimit -n)"),
    FAILED("a ring could not be made or did not answer", "report this together with the errno");

    private final String reason;
    private final String remedy;

    Verdict(String reason, String remedy) {
      this.reason = reason;
      this.remedy = remedy;
    }

    /** The cause, a clause without a full stop. */
    public String reason() {
      return reason;
    }

    /** What helps, likewise. */
    public String remedy() {
      return remedy;
    }
  }

  /** Makes a small ring, sends a NOP through it and closes it. */
  public static IoUringProbe run() {
    RingOptions options = RingOptions.of(ENTRIES).with(RingOptions.Threading.ONE_THREAD);
    try (IoUring ring = IoUring.open(options)) {
      ring.submissions().nop(0, ENTRIES);
      long submitted = ring.submitAndWait(1, Long.MAX_VALUE);
      CompletionQueue completions = ring.completions();
      boolean answered = completions.ready() == 1 && completions.userData(0) == ENTRIES;
      if (submitted < 0) {
        return refused(submitted);
      }
      if (!answered) {
        return unusable(Verdict.FAILED, 0);
      }
      return new IoUringProbe(Verdict.USABLE, 0, ring.setupFlags(), ring.features(), ring.probe());
    } catch (LinuxException e) {
      return refused(e.result());
    }
  }

  private static IoUringProbe refused(long result) {
    Verdict verdict =
        verdict(result, Linux.isSupported(), sysctl(), HostProbe.currentSeccompMode());
    return unusable(verdict, result);
  }

  /** Whether rings can be made. */
  public boolean usable() {
    return verdict == Verdict.USABLE;
  }

  /** Cause and errno in one line. */
  public String describe() {
    return usable() ? verdict.reason() : verdict.reason() + ": " + Errno.describe(result);
  }

  static Verdict verdict(long result, boolean linux, int sysctl, int seccompMode) {
    if (!linux) {
      return Verdict.NO_LINUX;
    }
    Errno errno = Errno.ofResult(result);
    boolean filtered = seccompMode == HostProbe.SECCOMP_FILTER;
    if (errno == Errno.EPERM) {
      if (sysctl >= SYSCTL_PRIVILEGED) {
        return Verdict.SYSCTL;
      }
      return filtered ? Verdict.SECCOMP : Verdict.FORBIDDEN;
    }
    if (errno == Errno.ENOSYS) {
      // The sysctl exists only in kernels that have io_uring: then somebody else said ENOSYS.
      return filtered && sysctl != SYSCTL_ABSENT ? Verdict.SECCOMP : Verdict.NOT_BUILT;
    }
    return switch (Objects.requireNonNullElse(errno, Errno.EIO)) {
      case EINVAL, EOPNOTSUPP -> Verdict.TOO_OLD;
      case EACCES -> Verdict.FORBIDDEN;
      case ENOMEM -> Verdict.NO_MEMORY;
      case EMFILE, ENFILE -> Verdict.NO_DESCRIPTORS;
      default -> Verdict.FAILED;
    };
  }

  private static IoUringProbe unusable(Verdict verdict, long result) {
    return new IoUringProbe(verdict, result, 0, 0, null);
  }

  private static int sysctl() {
    try {
      return Integer.parseInt(Files.readString(SYSCTL).strip());
    } catch (IOException e) {
      return SYSCTL_ABSENT;
    }
  }
}
