// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.QueueOptions;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A queue: sends what may block to virtual threads, what waits to pipes and sockets, and delivers
 * what comes home in its {@link Inbox}.
 *
 * <p>Results are delivered from within {@link #progress} alone, never from {@code start} or {@code
 * cancel}: a completion that starts the next operation of a chain cannot recurse.
 */
final class PortableQueue implements EngineQueue {

  private static final ThreadFactory WORKERS =
      Thread.ofVirtual().name("ringfence-io").inheritInheritableThreadLocals(false).factory();

  /** How long a wait for several completions may keep back those that came. */
  private static final long BATCH_NANOS_MAX = 1_000_000;

  private final PortableEngine engine;
  private final Completions completions;
  private final int deliveriesMax;
  private final Inbox inbox = new Inbox();
  private final Inbox[] own = {inbox};

  /** Taken from the inbox and not yet delivered; the owner's. */
  private @Nullable Work ready;

  PortableQueue(PortableEngine engine, QueueOptions options, Completions completions) {
    this.engine = engine;
    this.completions = completions;
    this.deliveriesMax = Math.max(1, options.operationsMax());
  }

  @Override
  public void start(Operation operation) {
    Work work = new Work(this, operation);
    operation.engineState = work;
    switch (operation.code) {
      case SOCKET_CREATE -> createSocket(work);
      case SPLICE -> Splice.start(work);
      case TEE -> work.end(SyscallError.NOT_IMPLEMENTED.result()); // no look into a pipe
      case ADVISE -> work.end(0); // java.nio passes no advice on
      default -> startOnResource(work);
    }
  }

  private void startOnResource(Work work) {
    Operation operation = work.operation;
    boolean onPath = operation.resource instanceof SocketResource socket && socket.usesPath(work);
    if (operation.resource instanceof WaitingResource waiting && !onPath) {
      waiting.start(work);
    } else if (operation.code == OpCode.POLL) {
      work.end(operation.length & (PollEvents.IN | PollEvents.OUT)); // poll(2): files are ready
    } else {
      startWorker(work);
    }
  }

  private void createSocket(Work work) {
    try {
      work.opened(engine.createSocket(work.operation.flags, work.operation.mode));
      work.end(0);
    } catch (IOException | RuntimeException | Error e) {
      work.end(Failures.errorOf(e).result());
    }
  }

  private static void startWorker(Work work) {
    try {
      WORKERS.newThread(work).start();
    } catch (RuntimeException | Error e) {
      work.end(Failures.errorOf(e).result());
    }
  }

  @Override
  public void cancel(Operation operation) {
    if (operation.engineState instanceof Work work) {
      work.cancel();
    }
  }

  /** {@code work} has ended. Any thread. */
  void finished(Work work) {
    inbox.put(work);
  }

  @Override
  public void progress(int completionsMin, long nanosMax) {
    int delivered = deliver();
    long deadline = System.nanoTime() + nanosMax;
    long left = nanosMax;
    while (delivered < completionsMin && left > 0) {
      // the first is waited for; a batch is worth waiting for, but not for ever: what was delivered
      // may have more to do before the others can end
      boolean ended = Inbox.await(own, delivered == 0 ? left : Math.min(left, BATCH_NANOS_MAX));
      delivered += deliver();
      if (ended) {
        return;
      }
      left = nanosMax == Long.MAX_VALUE ? nanosMax : deadline - System.nanoTime();
    }
  }

  /** Delivers what is there, at most as much as can be in flight: a busy chain must not hold it. */
  private int deliver() {
    int delivered = 0;
    while (delivered < deliveriesMax) {
      if (ready == null) {
        ready = inbox.takeAll();
        if (ready == null) {
          break;
        }
      }
      Work work = ready;
      ready = work.link;
      work.link = null;
      delivered++;
      deliver(work);
    }
    return delivered;
  }

  private void deliver(Work work) {
    Operation operation = work.operation;
    operation.engineState = null;
    if (work.opened() == null) {
      if (operation.code == OpCode.SEND_ZERO_COPY && work.result() >= 0) {
        completions.sent(operation, work.result()); // a copy: the memory is free at once
      }
      completions.complete(operation, work.result());
    } else {
      completions.opened(operation, work.opened());
    }
  }

  /** See {@link dev.ringfence.kernel.engine.Engine#awaitAny}. */
  static void awaitAny(List<EngineQueue> queues, long nanosMax) {
    Inbox[] inboxes = new Inbox[queues.size()];
    for (int i = 0; i < inboxes.length; i++) {
      PortableQueue queue = (PortableQueue) queues.get(i);
      if (queue.ready != null) {
        return;
      }
      inboxes[i] = queue.inbox;
    }
    Inbox.await(inboxes, nanosMax);
  }

  @Override
  public void wake() {
    inbox.wake();
  }

  /** java.nio cannot pin memory. */
  @Override
  public int registerBuffer(MemorySegment memory, long offset, long length) {
    return -1;
  }

  @Override
  public void unregisterBuffer(int registered) {
    // registerBuffer never gave a number
  }

  @Override
  public void close() {
    // nothing is in flight, and nothing else is held
  }
}
