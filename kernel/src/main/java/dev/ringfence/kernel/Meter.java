// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.util.ArrayDeque;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * The limits that one derivation added, and what is left of them: shared by everything derived from
 * it. Guarded by {@link Metering}'s lock; times are readings of its clock.
 */
final class Meter {

  /** No limit. */
  static final long UNLIMITED = -1;

  /** The limits of the ancestors, which hold as well. */
  final @Nullable Meter above;

  /** When it is revoked, by its own limits or an ancestor's; 0: never. */
  final long deadline;

  final boolean delays;

  /** Operations that wait until a rate allows them, in their order. */
  final ArrayDeque<InFlight> line = new ArrayDeque<>();

  /** Has the first of the line look again. */
  @Nullable ScheduledFuture<?> timer;

  private final boolean limitsBytes;
  private final boolean limitsOperations;
  private long bytesLeft;
  private long operationsLeft;
  private final @Nullable TokenBucket bytes;
  private final @Nullable TokenBucket operations;

  Meter(@Nullable Meter above, GrantLimits limits, long now) {
    this.above = above;
    long inherited = above == null ? 0 : above.deadline;
    boolean own = limits.deadline() != 0 && (inherited == 0 || limits.deadline() - inherited < 0);
    this.deadline = own ? limits.deadline() : inherited;
    this.delays = limits.delay();
    this.limitsBytes = limits.bytesTotal() != 0;
    this.limitsOperations = limits.operationsTotal() != 0;
    this.bytesLeft = bounded(limits.bytesTotal());
    this.operationsLeft = bounded(limits.operationsTotal());
    this.bytes = bucket(limits.bytesPerSecond(), now);
    this.operations = bucket(limits.operationsPerSecond(), now);
  }

  private static long bounded(long unsigned) {
    return unsigned < 0 ? Long.MAX_VALUE : unsigned;
  }

  private static @Nullable TokenBucket bucket(long rate, long now) {
    return rate == 0 ? null : new TokenBucket(bounded(rate), now);
  }

  /** Whether the totals allow it. */
  boolean allows(long moreBytes, long moreOperations) {
    return (!limitsBytes || moreBytes <= bytesLeft)
        && (!limitsOperations || moreOperations <= operationsLeft);
  }

  /** How many nanoseconds until the rates allow it; 0: now. */
  long waitFor(long moreBytes, long moreOperations, long now) {
    long wait = bytes == null || moreBytes == 0 ? 0 : bytes.waitFor(moreBytes, now);
    return operations == null || moreOperations == 0
        ? wait
        : Math.max(wait, operations.waitFor(moreOperations, now));
  }

  void take(long moreBytes, long moreOperations, long now) {
    if (limitsBytes) {
      bytesLeft -= moreBytes;
    }
    if (limitsOperations) {
      operationsLeft -= moreOperations;
    }
    if (bytes != null) {
      bytes.take(moreBytes, now);
    }
    if (operations != null) {
      operations.take(moreOperations, now);
    }
  }

  void giveBack(long unusedBytes, long now) {
    if (limitsBytes) {
      bytesLeft += unusedBytes;
    }
    if (bytes != null) {
      bytes.giveBack(unusedBytes, now);
    }
  }

  /** Bytes that these limits alone leave, or {@link #UNLIMITED}. */
  long bytesLeft() {
    return limitsBytes ? bytesLeft : UNLIMITED;
  }

  /** Operations that these limits alone leave, or {@link #UNLIMITED}. */
  long operationsLeft() {
    return limitsOperations ? operationsLeft : UNLIMITED;
  }
}
