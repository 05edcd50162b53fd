// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import org.jspecify.annotations.Nullable;

/**
 * READ, WRITE and COPY_RANGE, piece by piece; READ_VECTOR and WRITE_VECTOR, range by range; and
 * what else moves bytes between two resources.
 *
 * <p>Linux does not stop file I/O that runs, so a long transfer goes to the engine in pieces of at
 * most {@link Operation#TRANSFER_MAX} bytes, and the capability is looked at before each. What a
 * piece read after its capability died is wiped before anyone is told. Runs on the lane's owner.
 */
final class Transfers {

  private final Lane lane;
  private final Lifecycle lifecycle;

  Transfers(Lane lane, Lifecycle lifecycle) {
    this.lane = lane;
    this.lifecycle = lifecycle;
  }

  /** Whether an operation is carried out here. */
  static boolean moves(InFlight operation) {
    return switch (operation.opcode) {
      case READ, WRITE, READ_VECTOR, WRITE_VECTOR, COPY_RANGE, SPLICE, TEE -> true;
      case null, default -> false;
    };
  }

  /** Begins a prepared transfer. */
  void begin(InFlight operation) {
    if (operation.transferTotal == 0) {
      lifecycle.finish(operation, 0);
      return;
    }
    Capability capability = operation.capability;
    if (operation.offset == Arguments.CURRENT
        && operation.secondCapability == null
        && capability != null
        && capability.type() == CapabilityType.FILE) {
      operation.stage = InFlight.Stage.AT_POSITION;
      if (capability.held.takePosition(operation)) {
        atPosition(operation);
      }
      return;
    }
    startPiece(operation);
  }

  /** It is this operation's turn at the file's current position. */
  void atPosition(InFlight operation) {
    Capability capability = operation.capability;
    if (capability == null) {
      lifecycle.finish(operation, SyscallError.INTERNAL_ERROR.result());
      return;
    }
    operation.holdsPosition = true;
    operation.offset = capability.held.position();
    startPiece(operation);
  }

  void startPiece(InFlight operation) {
    long left = operation.transferTotal - operation.transferred;
    if (operation.objectState instanceof VectorRanges ranges) {
      left = ranges.left(operation);
    } else if (operation.opcode == OpCode.COPY_RANGE) {
      operation.rangeBytes = left;
    }
    operation.length = (int) Math.min(left, Operation.TRANSFER_MAX);
    lifecycle.start(operation);
  }

  /** The engine ended a piece. */
  void pieceDone(InFlight operation, long result) {
    boolean reads = operation.code == OpCode.READ;
    if (result < 0) {
      // what was moved before counts; the error shows again on the next try
      end(operation, operation.transferred > 0 ? operation.transferred : result);
      return;
    }
    if (operation.revoked && reads) {
      operation.memory.asSlice(operation.memoryOffset, result).fill((byte) 0);
      end(operation, operation.transferred);
      return;
    }
    boolean stream = operation.offset == Arguments.CURRENT;
    advance(operation, result);
    boolean filled = result == operation.length && operation.transferred < operation.transferTotal;
    if (filled && !(stream && reads)) {
      // not from here: the engine may be in the middle of delivering
      operation.stage = InFlight.Stage.BETWEEN_PIECES;
      lane.ready(operation);
    } else {
      end(operation, operation.transferred);
    }
  }

  private static void advance(InFlight operation, long moved) {
    operation.transferred += moved;
    if (operation.offset != Arguments.CURRENT) {
      operation.offset += moved;
    }
    if (operation.secondCapability != null) {
      if (operation.secondOffset != Arguments.CURRENT) {
        operation.secondOffset += moved;
      }
      return;
    }
    operation.memoryOffset += moved;
    if (operation.objectState instanceof VectorRanges ranges) {
      ranges.advance(operation);
    }
  }

  /** Begins the next piece, if the capability is still good for it. */
  void nextPiece(InFlight operation) {
    Capability second = operation.secondCapability;
    operation.revoked |= isDead(operation.capability) || second != null && isDead(second);
    if (operation.revoked || operation.cancelRequested) {
      end(operation, operation.transferred);
    } else {
      startPiece(operation);
    }
  }

  /** Closing gives a capability up, but lets its operations finish. */
  private boolean isDead(@Nullable Capability capability) {
    return capability == null
        || !lane.kernel.tree().isLive(capability) && capability.state != Capability.CLOSED;
  }

  private void end(InFlight operation, long result) {
    if (operation.opcode == OpCode.MMAP) {
      endSnapshot(operation, result);
    } else {
      lifecycle.finish(operation, result);
    }
  }

  /** MMAP of a file: the range is the domain's now, or nobody's. */
  private void endSnapshot(InFlight operation, long result) {
    Domain domain = operation.domain;
    if (domain == null) {
      lifecycle.finish(operation, SyscallError.INTERNAL_ERROR.result());
      return;
    }
    DomainMemory memory = domain.memory();
    long offset = operation.memoryOffset - operation.transferred;
    if (result < 0 || operation.revoked || operation.cancelRequested) {
      memory.retire(offset);
      memory.unmap(offset);
      lifecycle.finish(operation, result < 0 ? result : SyscallError.OPERATION_CANCELLED.result());
      return;
    }
    operation.completionFlags = CompletionFlags.VALUE;
    operation.completionValue = memory.addressOf(offset);
    lifecycle.finish(operation, 0);
  }

  /** Hands the turn at the current position on. */
  void leavePosition(InFlight operation) {
    Capability capability = operation.capability;
    if (!operation.holdsPosition || capability == null) {
      return;
    }
    operation.holdsPosition = false;
    InFlight next = capability.held.leavePosition(operation.transferred);
    if (next != null) {
      Lane home = next.lane;
      if (home == lane) {
        lane.ready(next);
      } else {
        home.post(() -> home.ready(next));
      }
    }
  }

  /** Ends an operation that waits for its turn, unless the turn is on its way. */
  void stopWaiting(InFlight operation) {
    Capability capability = operation.capability;
    if (capability != null && capability.held.stopWaiting(operation)) {
      lifecycle.finish(operation, SyscallError.OPERATION_CANCELLED.result());
    }
  }

  /** Whether a transfer moved less than it was asked to, which breaks a link behind it. */
  boolean fellShort(InFlight operation, long result) {
    return switch (operation.opcode) {
      case READ, WRITE, READ_VECTOR, WRITE_VECTOR -> result < operation.transferTotal;
      case null, default -> false;
    };
  }

  /** A revoked operation says how much it had moved before. */
  void describePartial(InFlight operation) {
    operation.completionFlags = operation.transferred > 0 ? CompletionFlags.VALUE : 0;
    operation.completionValue = operation.transferred;
  }
}
