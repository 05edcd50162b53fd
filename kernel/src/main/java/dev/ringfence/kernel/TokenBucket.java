// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

/**
 * A rate: a bucket that holds what one second gives, and fills evenly. One request larger than the
 * bucket may have all of it, and leaves a debt that is filled first.
 */
final class TokenBucket {

  private static final double NANOS = 1e9;

  private final double perSecond;
  private double tokens;
  private long filledAt;

  TokenBucket(long perSecond, long now) {
    this.perSecond = perSecond;
    this.tokens = perSecond;
    this.filledAt = now;
  }

  private void fill(long now) {
    if (now - filledAt > 0) {
      tokens = Math.min(perSecond, tokens + (now - filledAt) * perSecond / NANOS);
      filledAt = now;
    }
  }

  /** Nanoseconds until {@code count} may be taken; 0: now. */
  long waitFor(long count, long now) {
    fill(now);
    double missing = Math.min((double) count, perSecond) - tokens;
    return missing <= 0 ? 0 : (long) Math.ceil(missing * NANOS / perSecond);
  }

  void take(long count, long now) {
    fill(now);
    tokens -= count;
  }

  void giveBack(long count, long now) {
    fill(now);
    tokens = Math.min(perSecond, tokens + count);
  }
}
