// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this host and this process allow, apart from io_uring.
 *
 * @param release of the kernel
 * @param openat2 0 if openat2(2) works, else minus its errno: ENOSYS before Linux 5.6, EPERM or
 *     ENOSYS under a seccomp filter
 * @param lockedMemory the memlock limit in bytes, which bounds registered buffers
 * @param openFiles the limit on descriptors, which bounds registered files too
 * @param seccompMode of the calling thread, see {@link #SECCOMP_FILTER}
 */
public record HostProbe(
    String release,
    long openat2,
    ResourceLimit lockedMemory,
    ResourceLimit openFiles,
    int seccompMode) {

  /** No seccomp; filtered system calls; not known (no /proc). */
  public static final int SECCOMP_NONE = 0;

  public static final int SECCOMP_FILTER = 2;
  public static final int SECCOMP_UNKNOWN = -1;

  private static final Path STATUS = Path.of("/proc/thread-self/status");
  private static final String SECCOMP_FIELD = "Seccomp:";

  /** Looks. A few system calls and a file of /proc; a limit that cannot be read counts as none. */
  public static HostProbe run() {
    return new HostProbe(
        Linux.release(),
        openat2Result(),
        limit(ResourceLimit.RLIMIT_MEMLOCK),
        limit(ResourceLimit.RLIMIT_NOFILE),
        currentSeccompMode());
  }

  /** Whether paths can be confined beneath a directory. */
  public boolean hasOpenat2() {
    return openat2 == 0;
  }

  /** The calling thread's mode, as /proc shows it. */
  public static int currentSeccompMode() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(SECCOMP_FIELD)) {
          return Integer.parseInt(line.substring(SECCOMP_FIELD.length()).strip());
        }
      }
      return SECCOMP_UNKNOWN;
    } catch (IOException e) {
      return SECCOMP_UNKNOWN;
    }
  }

  private static long openat2Result() {
    byte[] here = ".".getBytes(StandardCharsets.US_ASCII);
    long descriptor =
        PathCalls.openat2(OpenFlags.AT_FDCWD, here, OpenFlags.O_PATH, 0, OpenFlags.RESOLVE_BENEATH);
    if (descriptor < 0) {
      return descriptor;
    }
    Descriptors.close((int) descriptor);
    return 0;
  }

  private static ResourceLimit limit(int resource) {
    try {
      return ResourceLimit.of(resource);
    } catch (LinuxException e) {
      return new ResourceLimit(ResourceLimit.RLIM_INFINITY, ResourceLimit.RLIM_INFINITY);
    }
  }
}
