// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.QueueOptions;
import dev.ringfence.kernel.engine.Resource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * One engine queue, the operations on it, and the rule that one thread at a time runs both.
 *
 * <p>An owner is whichever thread is inside: a program's in {@code enter}, a poller for good, or
 * one that only delivers a message. Everybody else leaves messages with {@link #post}: the present
 * owner handles them between two operations, and if there is none the sender becomes it. So all
 * state of rings and operations is plain fields, nobody holds a lock while the host works, and no
 * thread that wants something from a lane ever waits for another one to come by.
 */
final class Lane implements Completions {

  /** How many entries of one ring are taken before others have their turn. */
  static final int VISIT_MAX = 256;

  private static final int SPINS_BEFORE_PARK = 200;
  private static final long PARK_NANOS = 20_000;
  private static final VarHandle OWNED;

  static {
    try {
      OWNED = MethodHandles.lookup().findVarHandle(Lane.class, "owned", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Kernel kernel;
  private final EngineQueue queue;
  private final Lifecycle lifecycle;
  private final ConcurrentLinkedQueue<Runnable> mailbox = new ConcurrentLinkedQueue<>();

  @SuppressWarnings("unused") // through OWNED
  private volatile boolean owned;

  private volatile boolean waiting;
  private volatile boolean closed;

  private final ArrayDeque<InFlight> ready = new ArrayDeque<>();
  private final ArrayList<InFlight> pool = new ArrayList<>();
  private InFlight[] active = new InFlight[64];
  private int activeCount;
  private int withEngine;
  private long worked;
  private boolean settling;
  private final boolean mustNotBlock;

  /** Opens a lane; the calling thread is its fixed owner if {@code options} say so. */
  Lane(Kernel kernel, Engine engine, QueueOptions options) {
    this.kernel = kernel;
    this.mustNotBlock = options.fixedThread();
    this.lifecycle = new Lifecycle(this, kernel);
    this.queue = engine.openQueue(options, this);
  }

  // ---- ownership -------------------------------------------------------------------------------

  boolean tryOwn() {
    return OWNED.compareAndSet(this, false, true);
  }

  /** Becomes the owner; others only hold a lane for the length of a message. */
  void own() {
    int spins = 0;
    while (!tryOwn()) {
      if (++spins < SPINS_BEFORE_PARK) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, PARK_NANOS);
      }
    }
  }

  /** Stops being the owner, and handles what was posted too late for anyone else to see. */
  void disown() {
    OWNED.setRelease(this, false);
    // a sender that found the lane owned must be seen by the next look, or see it free
    VarHandle.fullFence();
    drainIfFree();
  }

  @Override
  public void post(Runnable task) {
    mailbox.add(task);
    if (closed) {
      drainClosed();
    } else if (!drainIfFree()) {
      // our message before our look at the flag; the owner's flag before its look at the mailbox
      VarHandle.fullFence();
      if (waiting) {
        queue.wake();
      }
    }
  }

  /** False when the lane has an owner who will see the mailbox. */
  private boolean drainIfFree() {
    while (!mailbox.isEmpty()) {
      if (!tryOwn()) {
        return false;
      }
      try {
        settle();
        queue.progress(0, 0);
        settle();
      } finally {
        OWNED.setRelease(this, false);
        VarHandle.fullFence();
      }
    }
    return true;
  }

  // ---- work, by the owner ----------------------------------------------------------------------

  /** Handles messages and begins what may begin, until neither is left. */
  void settle() {
    if (settling) {
      return;
    }
    settling = true;
    try {
      for (; ; ) {
        InFlight next = ready.poll();
        if (next != null) {
          lifecycle.begin(next);
          continue;
        }
        Runnable message = mailbox.poll();
        if (message == null) {
          break;
        }
        worked++;
        kernel.guard(message);
      }
    } finally {
      settling = false;
    }
    publish();
  }

  private final ArrayList<KernelRing> rings = new ArrayList<>();

  /** Shows every program of this lane what was posted. */
  void publish() {
    for (int i = 0; i < rings.size(); i++) {
      rings.get(i).publish();
    }
  }

  /** Hands work to the host and delivers what is done, without waiting. */
  void progress() {
    queue.progress(0, 0);
    settle();
  }

  /**
   * Waits until something was delivered or posted.
   *
   * @param completionsMin how many of the engine's completions are worth waking up for
   */
  void await(int completionsMin, long nanosMax) {
    if (prepareToWait()) {
      try {
        if (Thread.currentThread().isVirtual()) {
          kernel.blocking(() -> queue.progress(completionsMin, nanosMax));
        } else {
          queue.progress(completionsMin, nanosMax);
        }
      } finally {
        waiting = false;
      }
    }
    settle();
  }

  /**
   * How many of the engine's completions to wait for when {@code wanted} more of a ring's are: one,
   * if the kernel has something to do between two of them.
   */
  int worthWaitingFor(int wanted) {
    boolean allWithEngine = withEngine == activeCount && ready.isEmpty();
    return allWithEngine ? Math.max(1, Math.min(wanted, withEngine)) : 1;
  }

  /** Whether the thread that runs this lane serves others too, and must not block on the host. */
  boolean mustNotBlock() {
    return mustNotBlock;
  }

  /** Grows with every operation that the engine ended and every message handled. */
  long worked() {
    return worked;
  }

  /** Hands a prepared operation to the engine; it may be over when this returns. */
  void start(InFlight operation) {
    withEngine++;
    int incarnation = operation.incarnation;
    try {
      queue.start(operation);
    } catch (RuntimeException | Error e) {
      if (operation.incarnation == incarnation && operation.stage == InFlight.Stage.WITH_ENGINE) {
        withEngine--;
      }
      throw e;
    }
  }

  /** Announces a wait; false, and nothing announced, when there is a message to handle first. */
  boolean prepareToWait() {
    waiting = true;
    VarHandle.fullFence();
    if (mailbox.isEmpty()) {
      return true;
    }
    waiting = false;
    return false;
  }

  void doneWaiting() {
    waiting = false;
  }

  EngineQueue queue() {
    return queue;
  }

  List<KernelRing> rings() {
    return rings;
  }

  /** Ends the wait of the owner, if it waits. Any thread. */
  void wake() {
    VarHandle.fullFence();
    if (waiting) {
      queue.wake();
    }
  }

  // ---- operations, by the owner ----------------------------------------------------------------

  InFlight newOperation() {
    int last = pool.size() - 1;
    return last >= 0 ? pool.remove(last) : new InFlight(this);
  }

  void activate(InFlight operation) {
    if (activeCount == active.length) {
      active = Arrays.copyOf(active, activeCount * 2);
    }
    operation.activeIndex = activeCount;
    active[activeCount++] = operation;
  }

  /** The operation's completion is posted: forget it. */
  void retire(InFlight operation) {
    InFlight last = active[--activeCount];
    active[operation.activeIndex] = last;
    last.activeIndex = operation.activeIndex;
    operation.reset();
    pool.add(operation);
  }

  int activeCount() {
    return activeCount;
  }

  /** Has {@code operation} begin, or go on, when the present one is done with. */
  void ready(InFlight operation) {
    ready.add(operation);
  }

  Lifecycle lifecycle() {
    return lifecycle;
  }

  /** The active operations that match; a copy, since acting on one may retire others. */
  List<InFlight> matching(Predicate<InFlight> which) {
    List<InFlight> found = new ArrayList<>();
    for (int i = 0; i < activeCount; i++) {
      if (which.test(active[i])) {
        found.add(active[i]);
      }
    }
    return found;
  }

  /** Cancels all that a poisoned ring still has in flight. */
  void cancelRing(KernelRing ring) {
    post(() -> lifecycle.stopping().stopAll(operation -> operation.ring == ring));
  }

  @Override
  public void complete(Operation operation, long result) {
    // what follows from it waits for settle(): no engine is entered from within its own delivery
    withEngine--;
    worked++;
    InFlight ended = (InFlight) operation;
    int incarnation = ended.incarnation;
    try {
      lifecycle.results().engineDone(ended, result);
    } catch (RuntimeException | Error e) {
      lifecycle.failed(ended, incarnation, e);
    }
  }

  @Override
  public void sent(Operation operation, long result) {
    worked++;
    try {
      lifecycle.results().sent((InFlight) operation, result);
    } catch (RuntimeException | Error e) {
      // its end follows, and tells the result
      kernel.report(e);
    }
  }

  @Override
  public void opened(Operation operation, Resource resource) {
    withEngine--;
    worked++;
    InFlight ended = (InFlight) operation;
    int incarnation = ended.incarnation;
    try {
      lifecycle.opened(ended, resource);
    } catch (RuntimeException | Error e) {
      lifecycle.failed(ended, incarnation, e);
    }
  }

  /** Frees the queue; nothing is active any more. The owner, for the last time. */
  void close() {
    queue.close();
    closed = true;
    // a message before this look is handled by it; a later sender sees that the lane is closed
    VarHandle.fullFence();
    drainClosed();
  }

  /** Nothing is in flight here any more: a question can be answered by whoever asks it. */
  private void drainClosed() {
    for (Runnable message = mailbox.poll(); message != null; message = mailbox.poll()) {
      synchronized (this) {
        kernel.guard(message);
      }
    }
  }
}
