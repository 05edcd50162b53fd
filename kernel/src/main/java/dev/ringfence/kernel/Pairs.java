// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.Resource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** PIPE_CREATE and CHANNEL_CREATE: two capabilities at once, or none. Runs on the lane's owner. */
final class Pairs {

  private static final int IDS_SIZE = 2 * Long.BYTES;
  private static final ValueLayout.OfLong ID =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long PIPE_RIGHTS = Rights.DUP | Rights.TRANSFER | Rights.CLOSE;

  private final Lifecycle lifecycle;
  private final Kernel kernel;

  Pairs(Lifecycle lifecycle, Kernel kernel) {
    this.lifecycle = lifecycle;
    this.kernel = kernel;
  }

  void create(InFlight operation, OpCode code, Domain domain) {
    DerivationTree tree = kernel.tree();
    if (!tree.reserve(domain, 2)) {
      lifecycle.finish(operation, SyscallError.QUOTA_EXCEEDED.result());
      return;
    }
    int made = SyscallError.INTERNAL_ERROR.result();
    try {
      made = judge(operation, domain);
      if (made == 0) {
        made = code == OpCode.PIPE_CREATE ? pipe(operation, domain) : channel(operation, domain);
      }
    } finally {
      if (made != 0) {
        tree.unreserve(domain);
        tree.unreserve(domain);
      }
    }
    lifecycle.finish(operation, made);
  }

  private static int judge(InFlight operation, Domain domain) {
    if (operation.len != IDS_SIZE) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    if ((operation.addr & 7) != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    return domain.memory().arenaOffset(operation.addr, IDS_SIZE) == DomainMemory.NOWHERE
        ? SyscallError.INVALID_ADDRESS.result()
        : 0;
  }

  private int pipe(InFlight operation, Domain domain) {
    Engine.Pipe pipe;
    try {
      pipe = kernel.newPipe();
    } catch (SyscallException e) {
      return e.error().result();
    }
    add(operation, domain, 0, pipe.source(), Rights.READ | PIPE_RIGHTS);
    add(operation, domain, 1, pipe.sink(), Rights.WRITE | PIPE_RIGHTS);
    return 0;
  }

  private int channel(InFlight operation, Domain domain) {
    ChannelPair pair = new ChannelPair(kernel);
    long rights = CapabilityType.CHANNEL.applicableRights();
    add(operation, domain, 0, pair.first, rights);
    add(operation, domain, 1, pair.second, rights);
    return 0;
  }

  /** Adds one capability and writes its id; what has no parent cannot be revoked meanwhile. */
  private void add(InFlight operation, Domain domain, int index, Resource resource, long rights) {
    @Nullable Capability made =
        kernel.tree().add(domain, null, new HeldResource(resource), rights, true);
    if (made == null) {
      kernel.closeAll(List.of(resource));
      return;
    }
    DomainMemory memory = domain.memory();
    MemorySegment segment = memory.segment();
    segment.set(
        ID, memory.arenaOffset(operation.addr, IDS_SIZE) + (long) index * Long.BYTES, made.id);
  }
}
