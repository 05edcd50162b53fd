// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.util.Objects;

/**
 * The one exception of the friendly layers: a {@link SyscallError} with words for a person.
 *
 * <p>Raw layers return {@link SyscallResult} or a register; only code that a person calls (grants,
 * typed capabilities) throws this.
 */
public final class SyscallException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final SyscallError error;

  /**
   * @param error what went wrong, by its number
   * @param message what was tried and what to do about it
   */
  public SyscallException(SyscallError error, String message) {
    super(message);
    this.error = error;
  }

  /**
   * @param error what went wrong, by its number
   * @param message what was tried and what to do about it
   * @param cause what the host reported
   */
  public SyscallException(SyscallError error, String message, Throwable cause) {
    super(message, cause);
    this.error = error;
  }

  /** What was tried and what to do about it. */
  @Override
  public String getMessage() {
    return Objects.requireNonNullElse(super.getMessage(), error.displayName());
  }

  /** What went wrong, by its number. */
  public SyscallError error() {
    return error;
  }
}
