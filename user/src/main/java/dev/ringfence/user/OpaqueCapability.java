// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityType;
import org.jspecify.annotations.Nullable;

/**
 * A capability that can only be passed on, closed or revoked: of a type for which this version has
 * no methods, or one that was revoked before it arrived.
 */
public final class OpaqueCapability extends Capability {

  private final @Nullable CapabilityType type;

  OpaqueCapability(
      DirectSubmission calls,
      Authority authority,
      String name,
      @Nullable CapabilityType type,
      long id,
      long rights) {
    super(calls, authority, name, id, rights);
    this.type = type;
  }

  /** What it is; null if that is unknown. */
  public @Nullable CapabilityType type() {
    return type;
  }
}
