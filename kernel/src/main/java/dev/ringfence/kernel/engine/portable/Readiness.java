// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Log;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The engine's selector and the one thread that waits in it, made when the first operation has to
 * wait. It serves the pipes and sockets that became ready, in its own time.
 */
final class Readiness implements AutoCloseable {

  private @Nullable Selector selector;
  private @Nullable Thread thread;
  private volatile boolean closed;

  /** Those who closed a channel and wait until its descriptor is free. */
  private final ConcurrentLinkedQueue<CountDownLatch> flushes = new ConcurrentLinkedQueue<>();

  /**
   * Has {@code served} told when {@code channel} becomes ready, or not any more. Under the lock of
   * what is served.
   *
   * @param key what the last call returned
   * @param interest what for, bits of {@link SelectionKey}; 0: nobody waits
   * @return the channel's key, null as long as nobody ever had to wait
   */
  @Nullable SelectionKey await(
      SelectableChannel channel, @Nullable SelectionKey key, int interest, Served served)
      throws IOException {
    if (key == null) {
      if (interest == 0) {
        return null;
      }
      Selector running = running();
      SelectionKey made = channel.register(running, interest, served);
      running.wakeup();
      return made;
    }
    try {
      if (key.interestOps() != interest) {
        key.interestOps(interest);
        if (interest != 0) {
          key.selector().wakeup();
        }
      }
    } catch (CancelledKeyException e) {
      return key; // its channel is closed: nobody waits any more
    }
    return key;
  }

  private synchronized Selector running() throws IOException {
    if (closed) {
      throw new ClosedSelectorException();
    }
    if (selector == null) {
      Selector opened = Selector.open();
      thread = Thread.ofPlatform().daemon().name("ringfence-ready").unstarted(() -> run(opened));
      try {
        thread.start();
      } catch (OutOfMemoryError e) {
        opened.close();
        throw e;
      }
      selector = opened;
    }
    return selector;
  }

  private void run(Selector selector) {
    while (!closed) {
      try {
        CountDownLatch flush = flushes.poll();
        if (flush == null) {
          selector.select();
        } else {
          selector.selectNow(); // frees the descriptors of channels that were closed before it
          flush.countDown();
        }
      } catch (IOException e) {
        throw new IllegalStateException("the selector of this engine failed", e);
      }
      for (SelectionKey key : selector.selectedKeys()) {
        serve(key);
      }
      selector.selectedKeys().clear();
    }
  }

  private static void serve(SelectionKey key) {
    int ready;
    try {
      ready = key.readyOps();
    } catch (CancelledKeyException e) {
      return; // closed a moment ago: nobody waits any more
    }
    try {
      ((Served) key.attachment()).served(ready);
    } catch (RuntimeException | Error e) {
      Log.internalError(e); // one channel's trouble must not end the thread that all share
    }
  }

  /**
   * Closes {@code channel} and returns when its descriptor is free. That of a registered channel
   * stays taken until the selector has gone round once more.
   */
  @Nullable SyscallError close(SelectableChannel channel) {
    boolean registered = channel.isRegistered();
    SyscallError failed = null;
    try {
      channel.close();
    } catch (IOException e) {
      failed = Failures.errorOf(e);
    }
    if (registered) {
      flush();
    }
    return failed;
  }

  /** Returns when the descriptors of all channels closed before are free. */
  void flush() {
    Selector running;
    CountDownLatch flushed = new CountDownLatch(1);
    synchronized (this) {
      if (closed || selector == null || Thread.currentThread() == thread) {
        return; // closing the selector frees them, or its own next round does
      }
      running = selector;
      flushes.add(flushed);
    }
    running.wakeup();
    boolean interrupted = false;
    while (true) {
      try {
        flushed.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // the descriptor must be free when this returns, a moment from now
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the thread and frees the selector. No stream waits any more. */
  @Override
  public void close() {
    Thread ending;
    synchronized (this) {
      closed = true;
      ending = thread;
      if (selector != null) {
        selector.wakeup();
      }
    }
    if (ending != null && ending != Thread.currentThread()) {
      joinUninterruptibly(ending);
    }
    flushes.forEach(CountDownLatch::countDown);
    closeSelector();
  }

  private void closeSelector() {
    try {
      if (selector != null) {
        selector.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException("the selector of this engine failed to close", e);
    }
  }

  private static void joinUninterruptibly(Thread ending) {
    boolean interrupted = false;
    while (ending.isAlive()) {
      try {
        ending.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
