// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;

/**
 * SPLICE and TEE: wait for the source, then for the target, then move what can be moved at once.
 *
 * <p>The ring's own splice would keep a kernel thread waiting for each. Owned by the queue's owner.
 */
final class Splicing {

  private final UringQueue queue;
  private final PlainCalls calls;

  Splicing(UringQueue queue, PlainCalls calls) {
    this.queue = queue;
    this.calls = calls;
  }

  /** Begins, or goes on when what was awaited has come. */
  void goOn(Slot slot) {
    Operation operation = slot.operation;
    if (slot.step == 0) {
      slot.step = 1;
      if (awaits(slot, LinuxFile.of(operation), Descriptors.POLLIN)) {
        return;
      }
    }
    if (slot.step == 1) {
      slot.step = 2;
      if (awaits(slot, LinuxFile.second(operation), Descriptors.POLLOUT)) {
        return;
      }
    }
    calls.step(slot, () -> FileOperations.splice(operation), this::moved);
  }

  private boolean awaits(Slot slot, LinuxFile file, int events) {
    if (file.streams()) {
      slot.await(file.descriptor, events);
      queue.push(slot);
    }
    return file.streams();
  }

  private void moved(Slot slot, long result) {
    if (result >= 0) {
      queue.end(slot, result);
    } else if (result != Errno.EAGAIN.result() && result != Errno.EINTR.result()) {
      queue.end(slot, FileOperations.spliceError(slot.operation, result));
    } else if (slot.cancelAsked) {
      queue.end(slot, SyscallError.OPERATION_CANCELLED.result());
    } else {
      // somebody else was quicker
      slot.step = 0;
      goOn(slot);
    }
  }
}
