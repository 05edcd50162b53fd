// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityStatus;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What QUERY tells. Any thread. */
final class Query {

  private Query() {}

  /** Writes the answer at an offset of the domain's memory. */
  static void answer(Kernel kernel, Domain domain, @Nullable Capability capability, long out) {
    MemorySegment segment = domain.memory().segment();
    segment.asSlice(out, CapabilityStatus.SIZE).fill((byte) 0);
    if (capability != null) {
      CapabilityStatus.setType(segment, out, capability.type().code());
      CapabilityStatus.setState(segment, out, CapabilityStatus.STATE_LIVE);
      CapabilityStatus.setRights(segment, out, capability.rights);
    }
    kernel.metering().describe(capability, segment, out);
    CapabilityStatus.setCapabilitiesLeft(segment, out, kernel.tree().left(domain));
    CapabilityStatus.setOperationsLeft(segment, out, domain.budget().permitsLeft());
    CapabilityStatus.setRegisteredBytesLeft(segment, out, domain.budget().registeredLeft());
    CapabilityStatus.setArenaBytesLeft(segment, out, domain.memory().mappableBytes());
    CapabilityStatus.setRingsLeft(segment, out, domain.ringsLeft());
  }
}
