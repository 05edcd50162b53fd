// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.Resource;

/** How an operation that is a few system calls in a row ended. */
sealed interface Outcome {

  /** Tells the kernel; on the queue's owner. */
  void tell(Completions completions, Operation operation);

  /**
   * It ended with a result.
   *
   * @param result as {@link Completions#complete} takes it
   */
  record Ended(long result) implements Outcome {
    @Override
    public void tell(Completions completions, Operation operation) {
      completions.complete(operation, result);
    }
  }

  /**
   * It opened something.
   *
   * @param resource the kernel's from now on
   */
  record Opened(Resource resource) implements Outcome {
    @Override
    public void tell(Completions completions, Operation operation) {
      completions.opened(operation, resource);
    }
  }
}
