// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.time.Duration;

/**
 * What limits a capability and everything that is derived from it. 0 in a field: no limit of this
 * kind.
 *
 * @param deadline when it is revoked: a reading of {@link System#nanoTime()}
 * @param bytesTotal bytes that may be moved, all in all; as unsigned
 * @param operationsTotal operations that may begin, all in all; as unsigned
 * @param bytesPerSecond a rate; as unsigned
 * @param operationsPerSecond a rate; as unsigned
 * @param delay beyond a rate an operation waits, instead of failing with {@code QuotaExceeded}
 */
public record GrantLimits(
    long deadline,
    long bytesTotal,
    long operationsTotal,
    long bytesPerSecond,
    long operationsPerSecond,
    boolean delay) {

  private static final GrantLimits NONE = new GrantLimits(0, 0, 0, 0, 0, false);

  /** No limits. */
  public static GrantLimits none() {
    return NONE;
  }

  /** These, and revoked when this much time has passed from now on. */
  public GrantLimits within(Duration time) {
    long moment = System.nanoTime() + time.toNanos();
    return new GrantLimits(
        moment == 0 ? 1 : moment,
        bytesTotal,
        operationsTotal,
        bytesPerSecond,
        operationsPerSecond,
        delay);
  }

  /** These, and totals; 0: no limit. */
  public GrantLimits totals(long bytes, long operations) {
    return new GrantLimits(deadline, bytes, operations, bytesPerSecond, operationsPerSecond, delay);
  }

  /**
   * These, and rates a second; 0: no limit.
   *
   * @param waits whether an operation beyond a rate waits
   */
  public GrantLimits rates(long bytes, long operations, boolean waits) {
    return new GrantLimits(deadline, bytesTotal, operationsTotal, bytes, operations, waits);
  }

  boolean isNone() {
    return equals(NONE);
  }

  boolean hasRate() {
    return bytesPerSecond != 0 || operationsPerSecond != 0;
  }
}
