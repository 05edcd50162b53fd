// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Work on a virtual thread of its own, as a future. */
final class Async {

  private Async() {}

  static <T> CompletableFuture<T> start(Callable<T> work) {
    Running<T> future = new Running<>(work);
    future.thread.start();
    return future;
  }

  /** A future of file writes and the like, where only the end matters. */
  static CompletableFuture<Void> startAction(Runnable work) {
    return start(() -> {
      work.run();
      return null;
    });
  }

  /** Like {@link #start}, and {@code buffer} keeps its memory until the work ends. */
  static <T> CompletableFuture<T> using(Buffer buffer, Callable<T> work) {
    Lease lease = buffer.lease();
    lease.beginUse();
    try {
      return start(() -> {
        try {
          return work.call();
        } finally {
          lease.endUse();
        }
      });
    } catch (Throwable e) {
      lease.endUse();
      throw e;
    }
  }

  /**
   * Cancelling ends the operation in flight where that can be stopped, and the wait for a buffer or
   * a slot. Where it cannot (file I/O that already runs), the memory stays in use until it ends;
   * its result is dropped.
   */
  private static final class Running<T> extends CompletableFuture<T> {

    private final Callable<T> work;
    private final Thread thread = Thread.ofVirtual().name("ringfence-async").unstarted(this::run);
    private final Cancellation cancellation = new Cancellation(thread);

    Running(Callable<T> work) {
      this.work = work;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled) {
        cancellation.request();
      }
      return cancelled;
    }

    private void run() {
      ScopedValue.where(Cancellation.CURRENT, cancellation).run(this::complete);
    }

    private void complete() {
      try {
        complete(work.call());
      } catch (Throwable e) {
        // Everything, errors too, belongs to whoever waits for the future.
        completeExceptionally(e);
      }
    }
  }
}
