// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.kernel.engine.Resource;

/**
 * A PIPE or SOCKET: operations may wait for the other end as long as it likes. It keeps its own
 * waiting work; no thread waits with it.
 */
abstract sealed class WaitingResource extends Resource
    permits WaitingStream, StandardOutput, SocketResource {

  /** What moves bytes answers this when nothing can move now; no byte count and no error's code. */
  static final long WOULD_BLOCK = Long.MIN_VALUE;

  WaitingResource(CapabilityType type) {
    super(type);
  }

  /** Begins {@code work}, which may finish before this returns. Does not block. */
  abstract void start(Work work);

  /** Finishes {@code work} with {@code OperationCancelled} if it has moved nothing yet. */
  abstract void cancel(Work work);
}
