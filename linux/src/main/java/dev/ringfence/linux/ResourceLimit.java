// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A limit of this process, from prlimit(2).
 *
 * @param soft what is enforced, bytes or pieces, as u64; {@link #RLIM_INFINITY}: no limit
 * @param hard up to where the process may raise it
 */
public record ResourceLimit(long soft, long hard) {

  /** Seconds of processor time. */
  public static final int RLIMIT_CPU = 0;

  /** Bytes of private writable memory (Linux 4.7). */
  public static final int RLIMIT_DATA = 2;

  public static final int RLIMIT_CORE = 4;
  public static final int RLIMIT_NOFILE = 7;
  public static final int RLIMIT_MEMLOCK = 8;
  public static final long RLIM_INFINITY = -1;

  private static final int SIZE = 16;

  /**
   * Reads a limit of this process.
   *
   * @param resource RLIMIT_NOFILE or RLIMIT_MEMLOCK
   */
  public static ResourceLimit of(int resource) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = arena.allocate(SIZE, Long.BYTES);
      long result = SystemCall.call(SystemCallNumber.PRLIMIT64, 0, resource, 0, limit.address());
      LinuxException.check("prlimit64", result);
      return new ResourceLimit(limit.getAtIndex(JAVA_LONG, 0), limit.getAtIndex(JAVA_LONG, 1));
    }
  }

  /** Whether the soft limit lets {@code wanted} through. */
  public boolean allows(long wanted) {
    return Long.compareUnsigned(wanted, soft) <= 0;
  }
}
