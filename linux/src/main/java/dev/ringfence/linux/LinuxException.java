// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import org.jspecify.annotations.Nullable;

/**
 * A factory could not make its object, because a system call failed.
 *
 * <p>Plain calls answer minus the errno instead of throwing.
 */
public final class LinuxException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String call;
  private final int number;

  /**
   * Describes a failed call.
   *
   * @param call its name, such as {@code io_uring_setup}
   * @param result its result, below 0
   */
  public LinuxException(String call, long result) {
    super(call + ": " + Errno.describe(result));
    this.call = call;
    this.number = (int) -result;
  }

  /** Hands a successful result through. */
  public static long check(String call, long result) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(call, result);
    }
    return result;
  }

  /** The call that failed. */
  public String call() {
    return call;
  }

  /** The error, or null if this kernel gave a number that has no name. */
  public @Nullable Errno errno() {
    return Errno.ofResult(-number);
  }

  /** The call's result: minus the errno. */
  public long result() {
    return -number;
  }
}
