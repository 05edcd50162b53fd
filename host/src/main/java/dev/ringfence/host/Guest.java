// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import dev.ringfence.kernel.Domain;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.process.ChildProcess;
import dev.ringfence.linux.process.WaitStatus;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A native program that runs in a process of its own, with the capabilities of its domain and
 * nothing else. Its end frees all that it had. Any thread.
 */
public final class Guest implements AutoCloseable {

  private final Domain domain;
  private final Launch.Launched launched;
  private final CompletableFuture<GuestExit> exit = new CompletableFuture<>();

  /** Guarded by this: afterwards the pid may be another process's. */
  private boolean reaped;

  Guest(Domain domain, Launch.Launched launched) {
    this.domain = domain;
    this.launched = launched;
    // a program that said EXIT does nothing more, whatever its process does
    domain.onExit(this::kill);
  }

  /** Begins to serve it; {@code gone} runs after its end. */
  void serve(Executor threads, Runnable gone) {
    new GuestCalls(
            domain,
            launched,
            threads,
            () -> {
              reap();
              gone.run();
            })
        .start();
  }

  /** Its process, as Linux counts it. */
  public int pid() {
    return launched.pid();
  }

  /** What it may do. */
  public Domain domain() {
    return domain;
  }

  /** Completes when it has ended and all that it had is freed. */
  public CompletableFuture<GuestExit> exit() {
    return exit.copy();
  }

  /** Ends it at once. Idempotent; it is not waited for. */
  public void kill() {
    synchronized (this) {
      if (!reaped) {
        ChildProcess.kill(launched.pid());
      }
    }
  }

  /**
   * Ends it in two steps: all that it may do is revoked, and if it has not ended by itself after
   * the grace time, it is killed. Waits until all that it had is freed.
   */
  public GuestExit stop(Duration grace) {
    domain.close();
    try {
      return exit.get(grace.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      kill();
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
    return exit.join();
  }

  /** Ends it and waits until all that it had is freed. Idempotent. */
  @Override
  public void close() {
    kill();
    exit.join();
  }

  /** The last step: from now on the pid may be given to another process. */
  private void reap() {
    GuestExit how = null;
    try {
      domain.close();
      long status;
      synchronized (this) {
        // gone already, but for a host that could not listen any more
        ChildProcess.kill(launched.pid());
        status = ChildProcess.await(launched.pid());
        reaped = true;
      }
      how = exitOf(status);
    } finally {
      Descriptors.close(launched.listener());
      Descriptors.close(launched.process());
      complete(how);
    }
  }

  private GuestExit exitOf(long waited) {
    OptionalInt said = domain.exitStatus();
    if (said.isPresent()) {
      return new GuestExit(said.getAsInt(), 0);
    }
    WaitStatus status = new WaitStatus((int) waited);
    return status.killed()
        ? new GuestExit(0, status.signal())
        : new GuestExit(status.exitStatus(), 0);
  }

  private void complete(@Nullable GuestExit how) {
    if (how == null) {
      exit.completeExceptionally(new IllegalStateException("the guest could not be reaped"));
    } else {
      exit.complete(how);
    }
  }
}
