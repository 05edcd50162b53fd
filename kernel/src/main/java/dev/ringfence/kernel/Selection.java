// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;

/**
 * Operations with BUFFER_SELECT: first wait until there is something, then take a buffer for it.
 *
 * <p>So thousands can wait with a handful of buffers. A message that somebody else was quicker to
 * take gives the buffer back and waits again. Runs on the lane's owner.
 */
final class Selection {

  private static final OpCode WAITS = OpCode.POLL;

  private final Lifecycle lifecycle;

  Selection(Lifecycle lifecycle) {
    this.lifecycle = lifecycle;
  }

  /** Begins to wait, or takes at once what the host has told of. */
  void begin(InFlight operation) {
    if (operation.nonEmpty) {
      operation.nonEmpty = false;
      receive(operation);
      return;
    }
    operation.code = WAITS;
    operation.length = PollEvents.IN;
    lifecycle.start(operation);
  }

  /**
   * A step is done.
   *
   * @return false if {@code result} is the operation's own
   */
  boolean done(InFlight operation, long result) {
    if (operation.code == WAITS) {
      if (result < 0) {
        return false;
      }
      receive(operation);
      return true;
    }
    BufferGroup group = operation.group;
    boolean nothing = result == SyscallError.WOULD_BLOCK.result();
    if (operation.revoked && result > 0) {
      // the completion names no buffer: nobody may see what came, and another one may use it
      operation.memory.asSlice(operation.memoryOffset, operation.length).fill((byte) 0);
    }
    if (group != null
        && (result < 0 || operation.revoked || result == 0 && takesStream(operation))) {
      group.putBack(operation.bufferAddress, operation.bufferLength, operation.bufferId);
    }
    boolean mayWait = (operation.auxiliary1 & ReceiveFlags.DO_NOT_WAIT) == 0;
    if (nothing && mayWait && operation.opcode != OpCode.READ) {
      begin(operation);
      return true;
    }
    if (result > 0 || result == 0 && !takesStream(operation)) {
      operation.completionFlags |=
          CompletionFlags.BUFFER | operation.bufferId << CompletionFlags.BUFFER_SHIFT;
    }
    return false;
  }

  private void receive(InFlight operation) {
    if (operation.revoked || operation.cancelRequested) {
      // it was told to end while it waited: what has come is for others
      lifecycle.finish(operation, SyscallError.OPERATION_CANCELLED.result());
      return;
    }
    BufferGroup group = operation.group;
    int taken = group == null ? SyscallError.BUFFER_NOT_REGISTERED.result() : group.take();
    if (group == null || taken != 0) {
      lifecycle.finish(operation, taken);
      return;
    }
    operation.bufferId = group.id();
    operation.bufferAddress = group.address();
    operation.bufferLength = group.length();
    int headBytes = carriesAddress(operation) ? SocketAddress.SIZE : 0;
    long most = Math.min(group.length() - headBytes, Operation.TRANSFER_MAX);
    long asked = Integer.toUnsignedLong(operation.len);
    if (most <= 0) {
      group.putBack(operation.bufferAddress, operation.bufferLength, operation.bufferId);
      lifecycle.finish(operation, SyscallError.INVALID_ADDRESS.result());
      return;
    }
    operation.code = operation.opcode == null ? OpCode.RECV : operation.opcode;
    operation.memoryOffset = group.offset() + headBytes;
    operation.length = (int) (asked == 0 ? most : Math.min(asked, most));
    operation.transferTotal = operation.length;
    operation.transferred = 0;
    lifecycle.start(operation);
  }

  /** Whether each provided buffer begins with the sender's address. */
  static boolean carriesAddress(InFlight operation) {
    return operation.opcode == OpCode.RECV_MESSAGE && operation.multishot;
  }

  private static boolean takesStream(InFlight operation) {
    return operation.opcode != OpCode.RECV_MESSAGE;
  }

  /** Whether a result of 0 says that nothing will come any more. */
  static boolean isEndOfStream(InFlight operation, long result) {
    return result == 0 && operation.group != null && takesStream(operation);
  }
}
