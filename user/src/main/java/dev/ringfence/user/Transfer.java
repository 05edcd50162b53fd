// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityTransfer;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.TransferFlags;
import java.lang.foreign.MemorySegment;

/**
 * A capability to send through a {@link Channel}, which needs TRANSFER.
 *
 * <p>What a copy becomes is derived from the capability: revoking that reaches the receiver. What
 * is moved takes its place, and the sender's is closed.
 */
public final class Transfer {

  private final Capability capability;
  private final long rights;
  private final boolean move;

  private Transfer(Capability capability, long rights, boolean move) {
    this.capability = capability;
    this.rights = rights;
    this.move = move;
  }

  /** The receiver gets a capability with all rights of this one. */
  public static Transfer copy(Capability capability) {
    return copy(capability, capability.rights());
  }

  /** The receiver gets a capability with these rights, a subset of its own. */
  public static Transfer copy(Capability capability, long fewer) {
    return new Transfer(capability, fewer, false);
  }

  /** The receiver gets this capability; it is closed here when the message was sent. */
  public static Transfer move(Capability capability) {
    return move(capability, capability.rights());
  }

  /** {@link #move(Capability)} with these rights, a subset of its own. */
  public static Transfer move(Capability capability, long fewer) {
    return new Transfer(capability, fewer, true);
  }

  /** Writes the element. What is missing is said here, where the capability has a name. */
  void write(MemorySegment shared, long at) {
    if (!capability.has(Rights.TRANSFER)) {
      throw Failures.of(
          SyscallError.PERMISSION_DENIED.result(), Rights.TRANSFER, "send", capability, null);
    }
    long missing = rights & ~capability.rights();
    if (missing != 0) {
      throw Failures.of(SyscallError.PERMISSION_DENIED.result(), missing, "send", capability, null);
    }
    CapabilityTransfer.setCapabilityId(shared, at, capability.id());
    CapabilityTransfer.setRights(shared, at, rights);
    CapabilityTransfer.setType(shared, at, 0);
    CapabilityTransfer.setFlags(shared, at, move ? TransferFlags.MOVE : 0);
  }

  /** The message was sent. */
  void sent() {
    if (move) {
      capability.handOver();
    }
  }
}
