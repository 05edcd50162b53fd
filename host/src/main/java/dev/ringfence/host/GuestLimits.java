// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

/**
 * What a guest's process may use for itself; what it may have the kernel do is its domain's quotas.
 *
 * @param memoryBytes private memory, the shared one not counted; 0: no limit
 * @param cpuSeconds on all its threads, then it is killed; 0: no limit
 */
public record GuestLimits(long memoryBytes, long cpuSeconds) {

  private static final GuestLimits NONE = new GuestLimits(0, 0);

  /** Refuses what is below 0. */
  public GuestLimits {
    if (memoryBytes < 0 || cpuSeconds < 0) {
      throw new IllegalArgumentException(
          "limit below 0: memoryBytes=%d, cpuSeconds=%d".formatted(memoryBytes, cpuSeconds));
    }
  }

  /** No limits. */
  public static GuestLimits none() {
    return NONE;
  }
}
