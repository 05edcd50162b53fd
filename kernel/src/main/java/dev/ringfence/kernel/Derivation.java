// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityLimits;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.LimitFlags;
import dev.ringfence.abi.SyscallError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** DERIVE. Runs on the lane's owner. */
final class Derivation {

  private final Lifecycle lifecycle;
  private final Kernel kernel;

  Derivation(Lifecycle lifecycle, Kernel kernel) {
    this.lifecycle = lifecycle;
    this.kernel = kernel;
  }

  void derive(InFlight operation, Domain domain) {
    Capability source = operation.capability;
    if (source == null || !lifecycle.reserveSlot(operation)) {
      lifecycle.finish(operation, SyscallError.QUOTA_EXCEEDED.result());
      return;
    }
    DomainMemory memory = domain.memory();
    long at = memory.arenaOffset(operation.addr, CapabilityLimits.SIZE);
    int located = 0;
    if (operation.len != CapabilityLimits.SIZE) {
      located = SyscallError.INVALID_ARGUMENT.result();
    } else if ((operation.addr & 7) != 0) {
      located = SyscallError.NOT_ALIGNED.result();
    } else if (at == DomainMemory.NOWHERE) {
      located = SyscallError.INVALID_ADDRESS.result();
    }
    if (located != 0) {
      lifecycle.finish(operation, located);
      return;
    }
    derive(operation, domain, source, memory.copy(at, CapabilityLimits.SIZE));
  }

  private void derive(InFlight operation, Domain domain, Capability source, MemorySegment copy) {
    GrantLimits limits = read(copy);
    int judged = judge(copy, limits);
    if (judged != 0) {
      lifecycle.finish(operation, judged);
      return;
    }
    operation.holdsSlot = false;
    Capability made = kernel.metering().derive(domain, source, operation.auxiliary1, limits);
    if (made == null) {
      lifecycle.finish(operation, SyscallError.CAPABILITY_REVOKED.result());
      return;
    }
    operation.completionFlags = CompletionFlags.CAPABILITY;
    operation.completionValue = made.id;
    lifecycle.finish(operation, made.type().code());
  }

  private static GrantLimits read(MemorySegment copy) {
    return new GrantLimits(
        CapabilityLimits.deadline(copy, 0),
        CapabilityLimits.bytesTotal(copy, 0),
        CapabilityLimits.operationsTotal(copy, 0),
        CapabilityLimits.bytesPerSecond(copy, 0),
        CapabilityLimits.operationsPerSecond(copy, 0),
        (CapabilityLimits.flags(copy, 0) & LimitFlags.DELAY) != 0);
  }

  private static int judge(MemorySegment copy, GrantLimits limits) {
    boolean reserved = false;
    for (int i = CapabilityLimits.RESERVED_OFFSET; i < CapabilityLimits.SIZE; i++) {
      reserved |= copy.get(ValueLayout.JAVA_BYTE, i) != 0;
    }
    if (reserved
        || (CapabilityLimits.flags(copy, 0) & ~LimitFlags.DELAY) != 0
        || limits.deadline() < 0
        || limits.delay() && !limits.hasRate()) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    boolean passed = limits.deadline() != 0 && limits.deadline() - System.nanoTime() <= 0;
    return passed ? SyscallError.TIMEOUT.result() : 0;
  }
}
