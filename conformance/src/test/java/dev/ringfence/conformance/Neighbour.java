// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A healthy program beside a broken one: it writes and reads back, and nothing ever goes wrong. */
final class Neighbour implements AutoCloseable {

  private static final int BYTES = 512;

  private final Client client;
  private final Thread thread = new Thread(this::run, "neighbour");
  private final AtomicLong rounds = new AtomicLong();
  private volatile boolean stopped;
  private volatile @Nullable Throwable failure;

  Neighbour(Client client) {
    this.client = client;
    thread.start();
  }

  long rounds() {
    return rounds.get();
  }

  /** Waits until it has gone on; fails if it cannot any more. */
  void awaitMoreThan(long before) {
    while (rounds.get() <= before) {
      rethrow();
      LockSupport.parkNanos(100_000);
    }
  }

  private void run() {
    try {
      long file =
          client.opened(
              client.grant("root"), "neighbour", OpenFlags.CREATE, Rights.READ | Rights.WRITE);
      Range out = client.memory().take(BYTES);
      Range in = client.memory().take(BYTES);
      while (!stopped) {
        client.memory().fill(out, rounds.intValue());
        CompletionAssert.assertThat(client.run(client.write(file, out))).succeededWith(BYTES);
        CompletionAssert.assertThat(client.run(client.read(file, in))).succeededWith(BYTES);
        if (!Arrays.equals(client.memory().bytes(out), client.memory().bytes(in))) {
          throw new AssertionError("the neighbour read something else than it had written");
        }
        rounds.incrementAndGet();
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  private void rethrow() {
    Throwable failed = failure;
    if (failed != null) {
      throw new AssertionError("the neighbour noticed", failed);
    }
  }

  @Override
  public void close() {
    stopped = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    rethrow();
  }
}
