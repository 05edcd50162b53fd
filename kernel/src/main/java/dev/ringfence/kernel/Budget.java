// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What is left of the quotas that a domain's rings share. Any thread, without locks. */
final class Budget {

  private static final int PERMITS_AT_ONCE = 64;

  private final AtomicInteger permitsLeft;
  private final AtomicLong registeredLeft;
  private final AtomicLong messagesLeft;

  Budget(Quotas quotas) {
    this.permitsLeft = new AtomicInteger(quotas.operationsInFlightMax());
    this.registeredLeft = new AtomicLong(quotas.registeredBytesMax());
    this.messagesLeft = new AtomicLong(quotas.arenaBytes());
  }

  /** A handful of permits to have the host work on operations; 0 when the quota is used up. */
  int takePermits() {
    for (; ; ) {
      int left = permitsLeft.get();
      int taken = Math.min(left, PERMITS_AT_ONCE);
      if (taken == 0 || permitsLeft.compareAndSet(left, left - taken)) {
        return taken;
      }
    }
  }

  boolean takePermit() {
    for (; ; ) {
      int left = permitsLeft.get();
      if (left == 0) {
        return false;
      }
      if (permitsLeft.compareAndSet(left, left - 1)) {
        return true;
      }
    }
  }

  void returnPermits(int count) {
    permitsLeft.addAndGet(count);
  }

  boolean takeRegistered(long bytes) {
    for (; ; ) {
      long left = registeredLeft.get();
      if (bytes > left) {
        return false;
      }
      if (registeredLeft.compareAndSet(left, left - bytes)) {
        return true;
      }
    }
  }

  void returnRegistered(long bytes) {
    registeredLeft.addAndGet(bytes);
  }

  /**
   * Whether a message of so many bytes may wait in a channel. What waits there is a copy in the
   * kernel's memory; all of a domain's together are no more than its arena. Several that are sent
   * at one moment may exceed that by one message each.
   */
  boolean hasRoomForMessage(int bytes) {
    return messagesLeft.get() >= bytes;
  }

  /** A message waits; {@link #returnMessage} follows when it does no longer. */
  void takeMessage(int bytes) {
    messagesLeft.addAndGet(-bytes);
  }

  void returnMessage(int bytes) {
    messagesLeft.addAndGet(bytes);
  }

  int permitsLeft() {
    return permitsLeft.get();
  }

  long registeredLeft() {
    return registeredLeft.get();
  }
}
