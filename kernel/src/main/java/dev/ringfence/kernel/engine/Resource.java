// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.SyscallError;
import org.jspecify.annotations.Nullable;

/**
 * The thing itself: an open file, directory or pipe of the host. Engines subclass it with what they
 * need; the kernel counts its holders and closes it once, when nothing is in flight on it any more.
 */
public abstract class Resource {

  private final CapabilityType type;

  protected Resource(CapabilityType type) {
    this.type = type;
  }

  /** What kind of capability names this resource. */
  public final CapabilityType type() {
    return type;
  }

  /**
   * Frees it. Called once, by any thread.
   *
   * @return what the host reported (such as {@code IoError} for data that could not be written), or
   *     null
   */
  public abstract @Nullable SyscallError close();
}
