// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads that do a bounded number of things at once. A thread that waits for the kernel
 * costs next to nothing; the bound is there for the capabilities and buffers that the work needs.
 */
final class Crew implements AutoCloseable {

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore places;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  Crew(int atOnceMax) {
    this.places = new Semaphore(atOnceMax);
  }

  /** Starts the work as soon as there is a place for it. */
  void start(Runnable work) {
    places.acquireUninterruptibly();
    threads.execute(() -> {
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      } finally {
        places.release();
      }
    });
  }

  /** True once some work has failed: the rest need not begin. */
  boolean failed() {
    return failure.get() != null;
  }

  /** Waits until all work is done, and throws what the first one that failed threw. */
  @Override
  public void close() {
    threads.close();
    switch (failure.get()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new CompletionException(e);
    }
  }
}
