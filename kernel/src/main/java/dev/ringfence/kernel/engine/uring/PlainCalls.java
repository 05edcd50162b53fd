// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.Log;
import dev.ringfence.kernel.engine.Operation;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;

/**
 * Operations that are plain system calls: on the caller's thread, or on a worker where the caller
 * must not block. The kernel waits for every operation's end, so the queue is still there
 * afterwards.
 */
final class PlainCalls {

  /** Made before anything fails: what fails at the limit of descriptors may load no class. */
  private static final Outcome FAILED = new Outcome.Ended(SyscallError.INTERNAL_ERROR.result());

  private final UringQueue queue;
  private final ExecutorService workers;
  private final Completions completions;
  private final PathOperations paths;

  PlainCalls(UringQueue queue, UringEngine engine, Completions completions) {
    this.queue = queue;
    this.workers = engine.workers();
    this.completions = completions;
    this.paths = new PathOperations(engine.names());
  }

  /** Carries an operation out. */
  void run(Operation operation) {
    if (!operation.onWorker || !PathOperations.mayBlock(operation)) {
      paths.run(operation).tell(completions, operation);
      return;
    }
    workers.execute(() -> {
      Outcome outcome;
      try {
        outcome = paths.run(operation);
      } catch (RuntimeException | Error e) {
        Log.internalError(e);
        outcome = FAILED;
      }
      Outcome told = outcome;
      completions.post(() -> told.tell(completions, operation));
    });
  }

  /** What follows a step of an operation; on the queue's owner. */
  interface Next {
    void goOn(Slot slot, long result);
  }

  /** Carries out one step of an operation, then goes on with its result. */
  void step(Slot slot, LongSupplier calls, Next next) {
    if (!slot.operation.onWorker) {
      next.goOn(slot, calls.getAsLong());
      return;
    }
    slot.onWorker = true;
    workers.execute(() -> {
      long result = guarded(calls);
      completions.post(() -> {
        slot.onWorker = false;
        try {
          next.goOn(slot, result);
        } catch (RuntimeException | Error e) {
          queue.failed(slot, e);
        }
      });
    });
  }

  private static long guarded(LongSupplier calls) {
    try {
      return calls.getAsLong();
    } catch (RuntimeException | Error e) {
      Log.internalError(e);
      return SyscallError.INTERNAL_ERROR.result();
    }
  }
}
