// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;

/**
 * What an engine's answers mean: the end of an operation, the end of a step, or one of many results
 * of a multishot operation. Runs on the lane's owner.
 */
final class Results {

  private final Lane lane;
  private final Lifecycle lifecycle;
  private final Transfers transfers;
  private final Selection selection;

  Results(Lane lane, Lifecycle lifecycle, Transfers transfers, Selection selection) {
    this.lane = lane;
    this.lifecycle = lifecycle;
    this.transfers = transfers;
    this.selection = selection;
  }

  /** The engine says that an operation ended. */
  void engineDone(InFlight operation, long result) {
    switch (operation.code) {
      case POLL, RECV, RECV_MESSAGE -> {
        wipeRevoked(operation, result);
        if (operation.group == null || !selection.done(operation, result)) {
          endOrGoOn(operation, Addresses.tell(operation, result));
        }
      }
      case READ, WRITE -> {
        if (operation.group == null || !selection.done(operation, result)) {
          transfers.pieceDone(operation, result);
        }
      }
      case COPY_RANGE, SPLICE, TEE -> transfers.pieceDone(operation, result);
      case SEND_ZERO_COPY -> {
        operation.completionFlags |= result < 0 ? 0 : CompletionFlags.NOTIFICATION;
        lifecycle.finish(operation, operation.sentTold && result >= 0 ? 0 : result);
      }
      case GET_OPTION -> {
        operation.completionFlags = result < 0 ? 0 : CompletionFlags.VALUE;
        operation.completionValue = result < 0 ? 0 : operation.value;
        lifecycle.finish(operation, result);
      }
      case SOCKET_NAME, PEER_NAME ->
          lifecycle.finish(operation, Addresses.answer(operation, result));
      case LIST -> {
        if (result >= 0) {
          operation.completionFlags = CompletionFlags.VALUE;
          operation.completionValue = operation.value;
        }
        lifecycle.finish(operation, result);
      }
      default -> lifecycle.finish(operation, result);
    }
  }

  /** What came after the capability died is nobody's. */
  private static void wipeRevoked(InFlight operation, long result) {
    if (operation.revoked && result > 0 && operation.code != OpCode.POLL) {
      long bytes = Math.min(result, operation.length);
      operation.memory.asSlice(operation.memoryOffset, bytes).fill((byte) 0);
    }
  }

  /**
   * Ends an operation, or, if it is a multishot one that succeeded, tells its result and has it go
   * on. Without room for one completion more, the result is its last: nothing is lost.
   */
  void endOrGoOn(InFlight operation, long result) {
    if (result < 0 || Selection.isEndOfStream(operation, result)) {
      lifecycle.finish(operation, result);
    } else {
      tellAndGoOn(operation, result);
    }
  }

  /** {@link #endOrGoOn} for a result that is no end, whatever its sign. */
  void tellAndGoOn(InFlight operation, long result) {
    KernelRing ring = operation.ring;
    boolean goesOn = operation.multishot && !operation.revoked && !operation.cancelRequested;
    if (ring == null || !goesOn || !ring.postMore(operation, (int) result)) {
      lifecycle.finish(operation, result);
      return;
    }
    if (operation.metered) {
      lane.kernel.metering().settle(operation, result);
    }
    operation.toldOne = true;
    operation.completionFlags = 0;
    operation.completionValue = 0;
    if (operation.opcode == OpCode.POLL && !(operation.resource instanceof Waitable)) {
      // the host tells what is ready, not what came: the same again if it were asked at once
      ring.unread.add(operation, ring.shared.completionTail());
      return;
    }
    operation.stage = InFlight.Stage.AGAIN;
    lane.ready(operation);
  }

  /** A zero-copy send: the bytes are told now, the memory is free later. */
  void sent(InFlight operation, long result) {
    KernelRing ring = operation.ring;
    if (ring != null && result >= 0 && ring.postMore(operation, (int) result)) {
      operation.sentTold = true;
    }
  }
}
