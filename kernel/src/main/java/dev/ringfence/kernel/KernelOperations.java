// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CancelFlags;
import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import java.util.List;

/**
 * The operations that the kernel carries out itself, alike on every engine: those about
 * capabilities, the arena, time and other operations. Runs on the lane's owner.
 */
final class KernelOperations {

  private static final int EXIT_STATUS_MAX = 255;

  private final Lane lane;
  private final Lifecycle lifecycle;
  private final Kernel kernel;
  private final Transfers transfers;
  private final Events events;
  private final Channels channels;
  private final Pairs pairs;
  private final Derivation derivation;
  private final Timeouts timeouts;

  KernelOperations(Lane lane, Lifecycle lifecycle, Kernel kernel, Transfers transfers) {
    this.lane = lane;
    this.lifecycle = lifecycle;
    this.kernel = kernel;
    this.transfers = transfers;
    this.events = new Events(lane, lifecycle);
    this.channels = new Channels(lane, lifecycle, kernel);
    this.pairs = new Pairs(lifecycle, kernel);
    this.derivation = new Derivation(lifecycle, kernel);
    this.timeouts = new Timeouts(lane, lifecycle, kernel);
  }

  Events events() {
    return events;
  }

  Channels channels() {
    return channels;
  }

  Timeouts timeouts() {
    return timeouts;
  }

  /** Carries the operation out, or begins to; false if it is the engine's. */
  boolean perform(InFlight operation) {
    OpCode code = operation.opcode;
    Domain domain = operation.domain;
    if (code == null || domain == null) {
      return false;
    }
    switch (code) {
      case NOP -> nop(operation);
      case CLOSE -> close(operation, domain);
      case CANCEL -> cancel(operation);
      case TIMEOUT -> timeouts.begin(operation);
      case LINK_TIMEOUT -> lifecycle.finish(operation, SyscallError.INVALID_ARGUMENT.result());
      case MMAP -> map(operation, domain);
      case MUNMAP -> unmap(operation, domain);
      case EXIT -> exit(operation, domain);
      case REGISTER_BUFFER -> registerBuffer(operation, domain);
      case UNREGISTER_BUFFER -> unregisterBuffer(operation, domain);
      case QUERY -> query(operation, domain);
      case REGISTER_GROUP -> registerGroup(operation, domain);
      case UNREGISTER_GROUP -> unregisterGroup(operation);
      case TIMEOUT_UPDATE -> timeouts.update(operation);
      case TIMEOUT_REMOVE -> timeouts.remove(operation);
      case EVENT_CREATE, EVENT_SIGNAL, EVENT_AWAIT -> events.perform(operation, code, domain);
      case PIPE_CREATE, CHANNEL_CREATE -> pairs.create(operation, code, domain);
      case CHANNEL_SEND -> channels.send(operation, domain);
      case CHANNEL_RECEIVE -> channels.receive(operation, domain);
      case DERIVE -> derivation.derive(operation, domain);
      case POLL -> {
        return events.poll(operation) || channels.poll(operation);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** A multishot operation of the kernel's own goes on; false if it is the engine's. */
  boolean goOn(InFlight operation) {
    if (operation.opcode == OpCode.TIMEOUT) {
      timeouts.goOn(operation);
      return true;
    }
    return operation.opcode == OpCode.POLL && (events.poll(operation) || channels.poll(operation));
  }

  // ---- provided buffers ------------------------------------------------------------------------

  private void registerGroup(InFlight operation, Domain domain) {
    KernelRing ring = operation.ring;
    lifecycle.finish(
        operation,
        ring == null
            ? SyscallError.RING_NOT_SETUP.result()
            : ring.groups.register(operation, domain.memory()));
  }

  private void unregisterGroup(InFlight operation) {
    KernelRing ring = operation.ring;
    lifecycle.finish(
        operation,
        ring == null
            ? SyscallError.RING_NOT_SETUP.result()
            : ring.groups.unregister(operation.bufIndex));
  }

  private void nop(InFlight operation) {
    int echo = operation.len;
    boolean known = echo >= 0 || SyscallError.ofResult(echo) != null;
    lifecycle.finish(operation, known ? echo : SyscallError.INVALID_ARGUMENT.result());
  }

  private void exit(InFlight operation, Domain domain) {
    int status = operation.len;
    if (status < 0 || status > EXIT_STATUS_MAX) {
      lifecycle.finish(operation, SyscallError.INVALID_ARGUMENT.result());
      return;
    }
    lifecycle.finish(operation, 0);
    domain.exit(status);
  }

  // ---- capabilities ----------------------------------------------------------------------------

  /**
   * CLOSE completes when every lane of the domain has said which operations still use the
   * capability: if none does, the resource is closed by then.
   */
  private void close(InFlight operation, Domain domain) {
    Capability capability = domain.table().lookup(operation.capabilityId);
    if (capability == null || capability.state == Capability.CLOSED) {
      lifecycle.finish(operation, SyscallError.INVALID_HANDLE.result());
      return;
    }
    if (!kernel.tree().close(capability)) {
      lifecycle.finish(operation, 0);
      return;
    }
    if (capability.held.resource instanceof RegisteredBuffer buffer) {
      buffer.capabilityClosed(capability, lane);
    }
    operation.stage = InFlight.Stage.WAITING;
    Closing closing = new Closing(kernel, capability);
    closing.begin(
        domain.lanes(),
        lane,
        error -> lifecycle.finish(operation, error == null ? 0 : error.result()));
  }

  private void query(InFlight operation, Domain domain) {
    long length = Integer.toUnsignedLong(operation.len);
    if (length < CapabilityStatus.SIZE) {
      lifecycle.finish(operation, SyscallError.INVALID_ARGUMENT.result());
      return;
    }
    if ((operation.addr & 7) != 0) {
      lifecycle.finish(operation, SyscallError.NOT_ALIGNED.result());
      return;
    }
    long out = domain.memory().arenaOffset(operation.addr, CapabilityStatus.SIZE);
    if (out == DomainMemory.NOWHERE) {
      lifecycle.finish(operation, SyscallError.INVALID_ADDRESS.result());
      return;
    }
    Query.answer(kernel, domain, operation.capability, out);
    lifecycle.finish(operation, CapabilityStatus.SIZE);
  }

  // ---- registered buffers ----------------------------------------------------------------------

  private void registerBuffer(InFlight operation, Domain domain) {
    RegisteredBuffers buffers = RegisteredBuffers.of(operation, domain);
    long length = Integer.toUnsignedLong(operation.len);
    if (!domain.budget().takeRegistered(length)) {
      lifecycle.finish(operation, SyscallError.QUOTA_EXCEEDED.result());
      return;
    }
    int refused = refuseRegistration(operation, domain, buffers, length);
    if (refused != 0) {
      domain.budget().returnRegistered(length);
      lifecycle.finish(operation, refused);
      return;
    }
    int index = buffers.freeIndex(operation.bufIndex);
    long offset = domain.memory().arenaOffset(operation.addr, length);
    RegisteredBuffer buffer = buffers.add(index, offset, length);
    operation.holdsSlot = false;
    lifecycle.give(
        operation, domain, null, new HeldResource(buffer), Lifecycle.BUFFER_RIGHTS, index);
  }

  private int refuseRegistration(
      InFlight operation, Domain domain, RegisteredBuffers buffers, long length) {
    if (!lifecycle.reserveSlot(operation)) {
      return SyscallError.QUOTA_EXCEEDED.result();
    }
    int wanted = operation.bufIndex;
    boolean any = wanted == RegisteredBuffers.ANY_INDEX;
    if (!any && (wanted < 0 || wanted >= RegisteredBuffers.INDEX_END)) {
      return SyscallError.INVALID_BUFFER_INDEX.result();
    }
    if (length == 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    if (domain.memory().arenaOffset(operation.addr, length) == DomainMemory.NOWHERE) {
      return SyscallError.INVALID_ADDRESS.result();
    }
    if (buffers.freeIndex(wanted) < 0) {
      return any ? SyscallError.QUOTA_EXCEEDED.result() : SyscallError.ALREADY_EXISTS.result();
    }
    return 0;
  }

  private void unregisterBuffer(InFlight operation, Domain domain) {
    int index = operation.bufIndex;
    if (index < 0 || index >= RegisteredBuffers.INDEX_END) {
      lifecycle.finish(operation, SyscallError.INVALID_BUFFER_INDEX.result());
      return;
    }
    RegisteredBuffer buffer = RegisteredBuffers.of(operation, domain).at(index);
    Capability capability = buffer == null ? null : buffer.capability;
    if (buffer == null || capability == null) {
      lifecycle.finish(operation, SyscallError.BUFFER_NOT_REGISTERED.result());
      return;
    }
    operation.stage = InFlight.Stage.WAITING;
    List<Capability> dead = kernel.tree().revoke(List.of(capability));
    // it was given back, not taken away: whoever uses it still is not revoked
    buffer.capability = null;
    buffer.retire(() -> {
      kernel.closeAll(kernel.tree().release(dead, domain));
      lifecycle.finish(operation, 0);
    });
  }

  // ---- the arena -------------------------------------------------------------------------------

  private void map(InFlight operation, Domain domain) {
    Capability file = operation.capability;
    if (file != null && !lifecycle.takePermit(operation)) {
      lifecycle.finish(operation, SyscallError.QUOTA_EXCEEDED.result());
      return;
    }
    long length = Integer.toUnsignedLong(operation.len);
    long bytes = DomainMemory.roundToPage(length);
    DomainMemory memory = domain.memory();
    if (bytes > memory.mappableBytes()) {
      lifecycle.finish(operation, SyscallError.QUOTA_EXCEEDED.result());
      return;
    }
    if (length == 0 || file != null && operation.auxiliary0 < 0) {
      lifecycle.finish(operation, SyscallError.INVALID_ARGUMENT.result());
      return;
    }
    long offset = memory.map(bytes);
    if (offset == DomainMemory.NOWHERE) {
      // the quota would allow it, but no gap is wide enough
      lifecycle.finish(operation, SyscallError.OUT_OF_MEMORY.result());
      return;
    }
    if (file == null) {
      operation.completionFlags = CompletionFlags.VALUE;
      operation.completionValue = memory.addressOf(offset);
      lifecycle.finish(operation, 0);
      return;
    }
    operation.code = OpCode.READ;
    operation.memory = memory.segment();
    operation.memoryOffset = offset;
    operation.offset = operation.auxiliary0;
    operation.transferTotal = length;
    transfers.startPiece(operation);
  }

  private void unmap(InFlight operation, Domain domain) {
    DomainMemory memory = domain.memory();
    long bytes = DomainMemory.roundToPage(Integer.toUnsignedLong(operation.len));
    long offset = operation.addr - memory.addressOf(0);
    if (!memory.isMapped(offset, bytes)) {
      lifecycle.finish(operation, SyscallError.INVALID_ADDRESS.result());
      return;
    }
    memory.retire(offset);
    operation.stage = InFlight.Stage.WAITING;
    Quiescence users =
        new Quiescence(() -> {
          memory.unmap(offset);
          lane.post(() -> lifecycle.finish(operation, 0));
        });
    domain.askLanes(
        users,
        (other, asked) ->
            other
                .lifecycle()
                .stopping()
                .answerClose(asked, user -> touches(user, domain, offset, bytes)));
  }

  /** Whether an operation's memory lies, in part, in a range of its domain. */
  private static boolean touches(InFlight user, Domain domain, long offset, long bytes) {
    if (user.domain != domain
        || user.stage == InFlight.Stage.QUEUED
        || user.memoryOffset == DomainMemory.NOWHERE) {
      return false;
    }
    if (user.objectState instanceof VectorRanges ranges) {
      return ranges.touches(offset, offset + bytes);
    }
    long end = user.memoryOffset + Math.max(user.length, user.transferTotal - user.transferred);
    return user.memoryOffset < offset + bytes && Math.max(end, user.memoryOffset + 1) > offset;
  }

  // ---- other operations ------------------------------------------------------------------------

  private void cancel(InFlight operation) {
    boolean all = (operation.auxiliary1 & (CancelFlags.ALL | CancelFlags.ANY)) != 0;
    List<InFlight> targets = lane.matching(other -> isTarget(operation, other));
    if (targets.isEmpty()) {
      lifecycle.finish(operation, SyscallError.NOT_FOUND.result());
      return;
    }
    operation.stage = InFlight.Stage.WAITING;
    // one for this loop, so that a target that ends at once does not end the cancel
    operation.cancelTargets = 1;
    for (InFlight target : all ? targets : targets.subList(0, 1)) {
      // one whose count is reached has its result already
      if (target.cancelRequested || target.countReached || !isTarget(operation, target)) {
        continue;
      }
      if (target.stage == InFlight.Stage.QUEUED) {
        // it will not begin; when it says so depends on what is before it
        target.cancelRequested = true;
        operation.cancelledCount++;
      } else {
        target.canceller = operation;
        operation.cancelTargets++;
        lifecycle.stopping().stop(target);
      }
    }
    targetEnded(operation, false);
  }

  private static boolean isTarget(InFlight cancel, InFlight other) {
    if (other == cancel
        || other.stage == InFlight.Stage.FREE
        || other.domain != cancel.domain
        || other.ring != cancel.ring
        || other.opcode == OpCode.LINK_TIMEOUT) {
      return false;
    }
    long flags = cancel.auxiliary1;
    if ((flags & CancelFlags.ANY) != 0) {
      return true;
    }
    boolean byCapability = (flags & CancelFlags.CAPABILITY) != 0;
    boolean byUserData = !byCapability || (flags & CancelFlags.USER_DATA) != 0;
    return (!byCapability || other.capabilityId == cancel.capabilityId)
        && (!byUserData || other.userData == cancel.addr);
  }

  /** One of a CANCEL's targets has ended; the last one ends the CANCEL. */
  void targetEnded(InFlight cancel, boolean cancelled) {
    if (cancelled) {
      cancel.cancelledCount++;
    }
    if (--cancel.cancelTargets > 0) {
      return;
    }
    int count = cancel.cancelledCount;
    boolean all = (cancel.auxiliary1 & (CancelFlags.ALL | CancelFlags.ANY)) != 0;
    if (count == 0) {
      lifecycle.finish(cancel, SyscallError.BUSY.result());
    } else {
      lifecycle.finish(cancel, all ? count : 0);
    }
  }
}
