// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.uring.UringHeader;

/** The course of socket operations that may wait. Owned by the queue's owner. */
final class SocketWork {

  private final UringQueue queue;
  private final Completions completions;
  private final SocketRequests requests;
  private final PlainCalls calls;

  SocketWork(UringQueue queue, Completions completions, SocketRequests requests, PlainCalls calls) {
    this.queue = queue;
    this.completions = completions;
    this.requests = requests;
    this.calls = calls;
  }

  void start(Operation operation) {
    Endpoint endpoint = operation.endpoint;
    boolean addressed =
        operation.code == OpCode.CONNECT
            || operation.code == OpCode.SEND_MESSAGE && endpoint != null;
    if (addressed && !HostAddress.fits(LinuxSocket.of(operation), endpoint)) {
      completions.complete(operation, SyscallError.INVALID_ARGUMENT.result());
      return;
    }
    Slot slot = queue.takeSlot(operation);
    if (addressed && endpoint instanceof Endpoint.Unix unix) {
      calls.step(slot, () -> UnixNames.open(unix), this::named);
    } else {
      queue.push(slot);
    }
  }

  /** Goes on with a handle of the name that a socket is to reach, or with why there is none. */
  private void named(Slot slot, long handle) {
    if (handle < 0) {
      queue.end(slot, handle);
      return;
    }
    slot.handle = (int) handle;
    if (slot.cancelAsked) {
      queue.end(slot, SyscallError.OPERATION_CANCELLED.result());
    } else {
      queue.push(slot);
    }
  }

  /** An entry of the operation completed. */
  void completed(Slot slot, int result, int flags) {
    switch (slot.operation.code) {
      case ACCEPT -> accepted(slot, result);
      case CONNECT -> connected(slot, result);
      default -> moved(slot, result, flags);
    }
  }

  private void moved(Slot slot, int result, int flags) {
    if (result < 0 && SocketRequests.refusedInPlace(slot, result)) {
      slot.copies = true;
      queue.push(slot);
    } else if (result < 0) {
      // what was moved before counts; the error shows again on the next try
      over(slot, slot.done > 0 ? slot.done : error(slot, result));
    } else {
      slot.operation.nonEmpty = (flags & UringHeader.IORING_CQE_F_SOCK_NONEMPTY) != 0;
      if (requests.movedAndGoesOn(slot, result)) {
        queue.push(slot);
      } else {
        over(slot, slot.done);
      }
    }
  }

  private void over(Slot slot, long result) {
    slot.over = true;
    slot.result = result;
    if (slot.operation.code == OpCode.SEND_ZERO_COPY && result >= 0) {
      completions.sent(slot.operation, result);
    }
    endWhenFree(slot);
  }

  /** Linux says that it no longer reads the memory of one entry. */
  void notified(Slot slot) {
    slot.notifications--;
    endWhenFree(slot);
  }

  /** Linux must be done with the memory, and with the number of the slot: errors notify too. */
  void endWhenFree(Slot slot) {
    if (slot.over && slot.notifications == 0) {
      queue.end(slot, slot.result);
    }
  }

  private void accepted(Slot slot, int result) {
    if (result < 0) {
      queue.end(slot, error(slot, result));
      return;
    }
    Operation operation = slot.operation;
    LinuxSocket made;
    try {
      made = requests.accepted(slot, result);
    } catch (RuntimeException | Error e) {
      Descriptors.close(result);
      throw e;
    }
    queue.giveBack(slot);
    completions.opened(operation, made);
  }

  private void connected(Slot slot, int result) {
    boolean late = slot.resumed && result == Errno.EISCONN.result();
    if (result >= 0 || late) {
      SocketRequests.connected(slot.operation);
      queue.end(slot, 0);
    } else {
      queue.end(slot, error(slot, result));
    }
  }

  private static long error(Slot slot, int result) {
    boolean waited =
        result == Errno.EINTR.result()
            || result == Errno.EAGAIN.result() && !SocketRequests.mustNotWait(slot.operation);
    return slot.cancelAsked && waited
        ? SyscallError.OPERATION_CANCELLED.result()
        : SocketErrors.typed(slot.operation, LinuxSocket.of(slot.operation), result);
  }
}
