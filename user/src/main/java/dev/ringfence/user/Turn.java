// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.util.concurrent.locks.ReentrantLock;

/** One thread at a time; waiting for it can be interrupted. */
final class Turn {

  private final ReentrantLock lock = new ReentrantLock();

  /** Waits for this thread's turn; {@link #end} must follow. */
  void take(Capability on) {
    try {
      if (!lock.tryLock()) {
        lock.lockInterruptibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SyscallException(
          SyscallError.INTERRUPTED,
          "interrupted while waiting for a turn on %s".formatted(Failures.quote(on.name())),
          e);
    }
  }

  void end() {
    lock.unlock();
  }
}
