// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.kernel.engine.Resource;

/**
 * A PIPE: bytes in order, no offsets, and operations that may wait for the other end as long as it
 * likes. It keeps its own waiting work; no thread waits with it.
 */
abstract sealed class StreamResource extends Resource permits WaitingStream, StandardOutput {

  StreamResource() {
    super(CapabilityType.PIPE);
  }

  /** Begins {@code work}, which may finish before this returns. Does not block. */
  abstract void start(Work work);

  /** Finishes {@code work} with {@code OperationCancelled} if it has moved nothing yet. */
  abstract void cancel(Work work);
}
