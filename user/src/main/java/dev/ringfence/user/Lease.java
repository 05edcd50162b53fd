// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The loan behind a {@link Buffer}: it counts the operations that use the memory, and outlives the
 * buffer object where that is forgotten.
 *
 * <p>State: the number of users, plus {@link #CLOSED} once the owner has let go. The memory goes
 * back to the pool at the one transition to "closed and no users".
 */
final class Lease implements Runnable {

  private static final int CLOSED = 1 << 31;

  final BufferPool pool;
  final int index;
  final MemorySegment segment;

  /** Where the buffer was acquired, if the pool remembers that. */
  private final @Nullable Throwable origin;

  private final AtomicInteger state = new AtomicInteger();
  private Cleaner.@Nullable Cleanable cleanable;

  Lease(BufferPool pool, int index, MemorySegment segment, @Nullable Throwable origin) {
    this.pool = pool;
    this.index = index;
    this.segment = segment;
    this.origin = origin;
  }

  /** Watches {@code buffer}; before anybody else sees it. */
  void watch(Buffer buffer, Cleaner cleaner) {
    cleanable = cleaner.register(buffer, this);
  }

  void checkOpen() {
    if (state.get() < 0) {
      throw closed();
    }
  }

  /** An operation begins to use the memory; {@link #endUse} must follow. */
  void beginUse() {
    int seen;
    do {
      seen = state.get();
      if (seen < 0) {
        throw closed();
      }
    } while (!state.compareAndSet(seen, seen + 1));
  }

  void endUse() {
    if (state.decrementAndGet() == CLOSED) {
      pool.takeBack(this);
    }
  }

  /** The owner lets go. Only the first call has an effect. */
  void close() {
    if (letGo() && cleanable != null) {
      cleanable.clean();
    }
  }

  /** The cleaner's call, and a no-op when {@link #close} came first. */
  @Override
  public void run() {
    if (letGo()) {
      pool.reportLeak(origin);
    }
  }

  private boolean letGo() {
    int before = state.getAndUpdate(seen -> seen | CLOSED);
    if (before == 0) {
      pool.takeBack(this);
    }
    return before >= 0;
  }

  private static IllegalStateException closed() {
    return new IllegalStateException(
        "this buffer is closed: its memory may belong to another user now");
  }
}
