// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.time.Duration;

/**
 * Settings of a kernel.
 *
 * @param pollIdle how long an idle SQPOLL poller goes on looking before it asks to be woken, unless
 *     the ring's set-up flags say otherwise
 * @param revokeMax how long a revoke waits for operations that the host cannot cancel before it
 *     answers {@code Busy}; the capabilities are dead all the same
 */
public record KernelOptions(Duration pollIdle, Duration revokeMax) {

  /** One millisecond of polling; thirty seconds for a revoke. */
  public static KernelOptions defaults() {
    return new KernelOptions(Duration.ofMillis(1), Duration.ofSeconds(30));
  }

  /** These options with another idle time. */
  public KernelOptions withPollIdle(Duration value) {
    return new KernelOptions(value, revokeMax);
  }

  /** These options with another bound on revoke. */
  public KernelOptions withRevokeMax(Duration value) {
    return new KernelOptions(pollIdle, value);
  }
}
