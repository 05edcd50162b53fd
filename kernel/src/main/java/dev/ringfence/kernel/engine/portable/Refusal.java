// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.SyscallError;
import java.io.IOException;

/**
 * An error that this engine decided on itself, on its way out among those that java.nio throws.
 * Never leaves the package.
 */
final class Refusal extends IOException {

  private static final long serialVersionUID = 1L;

  private final SyscallError error;

  Refusal(SyscallError error) {
    super(error.displayName());
    this.error = error;
  }

  SyscallError error() {
    return error;
  }

  /** Hostile names make many of these, and nobody prints them. */
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
