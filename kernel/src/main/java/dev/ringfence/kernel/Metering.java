// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Charges operations to the limits of the capabilities that they work through: to all limits from
 * the capability up, or to none.
 *
 * <p>One lock for all meters of a kernel, since a chain of them is charged as one, and an operation
 * on two capabilities has two chains. Operations without limits never come here. Any thread.
 */
final class Metering implements Waitable {

  /** What {@link #charge} says when the operation waits now. */
  static final int WAITS = 1;

  private final Kernel kernel;

  Metering(Kernel kernel) {
    this.kernel = kernel;
  }

  // ---- deriving --------------------------------------------------------------------------------

  /** Grants what the host limits; null when the table is full. */
  @Nullable Capability grant(Domain domain, HeldResource held, long rights, GrantLimits limits) {
    return kernel.tree().reserve(domain) ? add(domain, null, held, rights, limits) : null;
  }

  /** Derives from a capability, in a slot that was reserved; null when it is not live. */
  @Nullable Capability derive(Domain domain, Capability parent, long rights, GrantLimits limits) {
    return add(domain, parent, parent.held, rights, limits);
  }

  private @Nullable Capability add(
      Domain domain,
      @Nullable Capability parent,
      HeldResource held,
      long rights,
      GrantLimits limits) {
    Meter above = parent == null ? null : parent.meter;
    DerivationTree tree = kernel.tree();
    if (limits.isNone()) {
      return tree.add(domain, parent, held, rights, true, above);
    }
    Meter meter = new Meter(above, limits, System.nanoTime());
    boolean ends = meter.deadline != 0 && (above == null || meter.deadline != above.deadline);
    Supplier<@Nullable Capability> adding =
        () -> {
          Capability added = tree.add(domain, parent, held, rights, true, meter);
          if (added != null && ends) {
            arm(added, meter.deadline);
          }
          return added;
        };
    return tree.atomically(adding);
  }

  /** Under the tree's lock, so that the capability is not gone before its end is set. */
  private void arm(Capability capability, long moment) {
    Deadline deadline = new Deadline();
    deadline.add(capability);
    deadline.arm(
        kernel
            .timers()
            .schedule(
                () -> kernel.revokeSoon(deadline::due),
                Math.max(0, moment - System.nanoTime()),
                TimeUnit.NANOSECONDS));
  }

  /** QUERY's answer about limits. */
  synchronized void describe(@Nullable Capability capability, MemorySegment segment, long out) {
    long bytes = Meter.UNLIMITED;
    long operations = Meter.UNLIMITED;
    Meter first = capability == null ? null : capability.meter;
    for (Meter meter = first; meter != null; meter = meter.above) {
      // all ones, read as unsigned, is more than any limit
      bytes = leastUnsigned(bytes, meter.bytesLeft());
      operations = leastUnsigned(operations, meter.operationsLeft());
    }
    CapabilityStatus.setDeadline(segment, out, first == null ? 0 : first.deadline);
    CapabilityStatus.setMeteredBytesLeft(segment, out, bytes);
    CapabilityStatus.setMeteredOperationsLeft(segment, out, operations);
  }

  private static long leastUnsigned(long left, long right) {
    return Long.compareUnsigned(left, right) < 0 ? left : right;
  }

  // ---- charging --------------------------------------------------------------------------------

  /** Whether an operation works through a capability with limits. */
  static boolean isLimited(InFlight operation) {
    Capability first = operation.capability;
    Capability second = operation.secondCapability;
    // looking at what is left is free: else nobody could see that nothing is
    return (first != null && first.meter != null || second != null && second.meter != null)
        && operation.opcode != OpCode.QUERY;
  }

  /**
   * Charges an operation that is about to begin. On its lane's owner.
   *
   * @return 0; or {@code QuotaExceeded}; or {@link #WAITS}, and it is told when to look again
   */
  synchronized int charge(InFlight operation) {
    long bytes = bytesAtMost(operation);
    long now = System.nanoTime();
    for (Chain each = Chain.of(operation); each != null; each = each.next()) {
      if (!each.meter.allows(bytes, 1)) {
        leaveLine(operation);
        return SyscallError.QUOTA_EXCEEDED.result();
      }
    }
    for (Chain each = Chain.of(operation); each != null; each = each.next()) {
      Meter meter = each.meter;
      boolean mustWait = meter.delays && !meter.line.isEmpty() && meter.line.peek() != operation;
      long wait = meter.waitFor(bytes, 1, now);
      if (!mustWait && wait == 0) {
        continue;
      }
      if (!meter.delays) {
        leaveLine(operation);
        return SyscallError.QUOTA_EXCEEDED.result();
      }
      if (operation.inLineOf != meter) {
        leaveLine(operation);
        meter.line.add(operation);
        operation.inLineOf = meter;
        operation.waitsOn = this;
        operation.stage = InFlight.Stage.ON_OBJECT;
      }
      if (meter.line.peek() == operation) {
        lookIn(meter, wait);
      }
      return WAITS;
    }
    for (Chain each = Chain.of(operation); each != null; each = each.next()) {
      each.meter.take(bytes, 1, now);
    }
    leaveLine(operation);
    operation.metered = true;
    operation.meteredBytes = bytes;
    return 0;
  }

  /** Gives back what an operation, or one step of a multishot one, was charged and did not move. */
  synchronized void settle(InFlight operation, long result) {
    operation.metered = false;
    long moved = operation.meteredBytes == 0 ? 0 : Math.max(result, operation.transferred);
    long unused = operation.meteredBytes - Math.clamp(moved, 0, operation.meteredBytes);
    operation.meteredBytes = 0;
    if (unused == 0) {
      return;
    }
    long now = System.nanoTime();
    for (Chain each = Chain.of(operation); each != null; each = each.next()) {
      each.meter.giveBack(unused, now);
      if (!each.meter.line.isEmpty()) {
        lookIn(each.meter, 0);
      }
    }
  }

  /** The bytes that an operation may move at most. */
  private static long bytesAtMost(InFlight operation) {
    long length = Integer.toUnsignedLong(operation.len);
    return switch (operation.opcode) {
      case READ, WRITE, SEND, RECV, SEND_MESSAGE, RECV_MESSAGE, SEND_ZERO_COPY ->
          length == 0 && operation.has(SubmissionFlags.BUFFER_SELECT)
              ? Operation.TRANSFER_MAX
              : length;
      case MMAP, COPY_RANGE, SPLICE, TEE, CHANNEL_SEND, CHANNEL_RECEIVE -> length;
      case READ_VECTOR, WRITE_VECTOR -> operation.transferTotal;
      case null, default -> 0;
    };
  }

  // ---- waiting for a rate ----------------------------------------------------------------------

  private void lookIn(Meter meter, long nanos) {
    if (meter.timer != null) {
      meter.timer.cancel(false);
      meter.timer = null;
    }
    InFlight head = meter.line.peek();
    if (head != null) {
      // by the timer even if it is at once, since whoever is here may hold locks
      Wakeups due = new Wakeups();
      due.add(head);
      meter.timer = kernel.timers().schedule(due::send, nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void leaveLine(InFlight operation) {
    Meter meter = operation.inLineOf;
    if (meter == null) {
      return;
    }
    boolean first = meter.line.peek() == operation;
    meter.line.remove(operation);
    operation.inLineOf = null;
    operation.waitsOn = null;
    if (first) {
      lookIn(meter, 0);
    }
  }

  @Override
  public synchronized boolean stopWaiting(InFlight operation) {
    leaveLine(operation);
    return true;
  }

  @Override
  public void look(InFlight operation) {
    operation.lane.lifecycle().beginCharged(operation);
  }

  /** The meters of an operation: those of its first capability, then the others of its second. */
  private static final class Chain {
    private final InFlight operation;
    private final Meter meter;
    private final boolean second;

    private Chain(InFlight operation, Meter meter, boolean second) {
      this.operation = operation;
      this.meter = meter;
      this.second = second;
    }

    static @Nullable Chain of(InFlight operation) {
      Meter first = meterOf(operation.capability);
      return first != null ? new Chain(operation, first, false) : ofSecond(operation);
    }

    private static @Nullable Chain ofSecond(InFlight operation) {
      Meter meter = meterOf(operation.secondCapability);
      return meter == null || isIn(meter, operation) ? null : new Chain(operation, meter, true);
    }

    @Nullable Chain next() {
      Meter above = meter.above;
      if (above == null) {
        return second ? null : ofSecond(operation);
      }
      // from a common ancestor on, both chains are one
      return second && isIn(above, operation) ? null : new Chain(operation, above, second);
    }

    private static boolean isIn(Meter wanted, InFlight operation) {
      for (Meter each = meterOf(operation.capability); each != null; each = each.above) {
        if (each == wanted) {
          return true;
        }
      }
      return false;
    }

    private static @Nullable Meter meterOf(@Nullable Capability capability) {
      return capability == null ? null : capability.meter;
    }
  }
}
