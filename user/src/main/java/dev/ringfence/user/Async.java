// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Work on a virtual thread of its own, as a future. */
final class Async {

  private Async() {}

  static <T> CompletableFuture<T> start(Callable<T> work) {
    return started(new Running<>(work));
  }

  /**
   * Like {@link #start}, for one operation that waits for something and takes it away from others,
   * and that can be stopped while it waits: cancelling never loses what was taken.
   */
  static <T> CompletableFuture<T> take(Callable<T> work) {
    return started(new Taking<>(work));
  }

  private static <T> CompletableFuture<T> started(Running<T> future) {
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
    return using(buffer, work, Async::start);
  }

  /** Like {@link #take}, and {@code buffer} keeps its memory until the work ends. */
  static <T> CompletableFuture<T> takeInto(Buffer buffer, Callable<T> work) {
    return using(buffer, work, Async::take);
  }

  private static <T> CompletableFuture<T> using(
      Buffer buffer, Callable<T> work, Function<Callable<T>, CompletableFuture<T>> start) {
    Lease lease = buffer.lease();
    lease.beginUse();
    try {
      return start.apply(() -> {
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
  private static class Running<T> extends CompletableFuture<T> {

    private final Callable<T> work;
    final Thread thread = Thread.ofVirtual().name("ringfence-async").unstarted(this::run);
    final Cancellation cancellation = new Cancellation(thread);

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
        failed(e);
      }
    }

    void failed(Throwable failure) {
      completeExceptionally(failure);
    }

    final void cancelled() {
      super.cancel(true);
    }
  }

  /**
   * Cancelling asks the work to end and waits until it says how it did: only work that took nothing
   * makes the future a cancelled one. The wait is short, since the operation can be stopped.
   */
  private static final class Taking<T> extends Running<T> {

    Taking(Callable<T> work) {
      super(work);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      if (!isDone()) {
        cancellation.request();
        // of another future, which has no failure to throw
        handle((taken, failure) -> true).join();
      }
      return isCancelled();
    }

    @Override
    void failed(Throwable failure) {
      if (cancellation.ended(failure)) {
        cancelled();
      } else {
        super.failed(failure);
      }
    }
  }
}
