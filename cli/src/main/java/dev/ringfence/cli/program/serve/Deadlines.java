// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program.serve;

import dev.ringfence.abi.SyscallException;
import dev.ringfence.user.StreamSocket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends connections whose time is over: one thread looks at all of them now and then, and shuts down
 * those that made no progress. That ends whatever operation the connection waits in.
 */
final class Deadlines implements AutoCloseable {

  private static final Duration LOOK = Duration.ofMillis(250);

  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final Thread thread = Thread.ofVirtual().name("serve-deadlines").start(this::look);

  /** A connection that is watched until this is closed. */
  final class Watch implements AutoCloseable {

    private final StreamSocket socket;
    private volatile long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();

    private Watch(StreamSocket socket) {
      this.socket = socket;
    }

    /** From now on it has this much time. */
    void allow(Duration time) {
      deadline = System.nanoTime() + time.toNanos();
    }

    private void endIfLate(long now) {
      if (now - deadline > 0 && watches.remove(this)) {
        try {
          socket.shutdownInput();
          socket.shutdownOutput();
        } catch (SyscallException | IllegalStateException e) {
          // it has ended by itself
        }
      }
    }

    @Override
    public void close() {
      watches.remove(this);
    }
  }

  Watch watch(StreamSocket socket) {
    Watch watch = new Watch(socket);
    watches.add(watch);
    return watch;
  }

  private void look() {
    while (!Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(LOOK.toNanos());
      long now = System.nanoTime();
      watches.forEach(watch -> watch.endIfLate(now));
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
