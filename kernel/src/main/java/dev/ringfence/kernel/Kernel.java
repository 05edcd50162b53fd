// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.Log;
import dev.ringfence.kernel.engine.QueueOptions;
import dev.ringfence.kernel.engine.Resource;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The kernel: it owns the real resources, through an engine, and serves the system calls of its
 * domains. All methods may be called from any thread.
 *
 * <pre>{@code
 * try (Kernel kernel = Kernel.open(EngineChoice.choose(null));
 *     Domain domain =
 *         kernel.domain("reader").directory("data", path, Rights.READ_ONLY).open()) {
 *   program.run(Session.over(domain));
 * }
 * }</pre>
 */
public final class Kernel implements AutoCloseable {

  private final Engine engine;
  private final KernelOptions options;
  private final DerivationTree tree = new DerivationTree();
  private final Metering metering = new Metering(this);
  private final Enter enter;
  private final Set<Domain> domains = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor timers;
  private final ExecutorService blocking;
  private final int firstIndex;

  private @Nullable Poller poller;
  private boolean closed;

  private Kernel(Engine engine, KernelOptions options) {
    Log.load();
    this.engine = engine;
    this.options = options;
    this.enter = new Enter(engine);
    this.firstIndex = Integer.getInteger("ringfence.firstIndex", 0);
    this.timers = new ScheduledThreadPoolExecutor(1, daemon("ringfence-timer"));
    timers.setRemoveOnCancelPolicy(true);
    // these threads stay: Linux cancels what a thread has submitted when the thread ends
    this.blocking =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            TimeUnit.NANOSECONDS,
            new SynchronousQueue<>(),
            daemon("ringfence-wait"));
  }

  private static ThreadFactory daemon(String name) {
    return Thread.ofPlatform().name(name).daemon(true).factory();
  }

  /** Opens a kernel on the engine that was chosen, with default options. */
  public static Kernel open(EngineChoice choice) {
    return open(choice, KernelOptions.defaults());
  }

  /**
   * Opens a kernel on the engine that was chosen.
   *
   * @throws SyscallException when the engine cannot be opened
   */
  public static Kernel open(EngineChoice choice, KernelOptions options) {
    return new Kernel(choice.openEngine(), options);
  }

  /** Opens a kernel on an engine of the caller's; it is closed with the kernel. */
  static Kernel on(Engine engine, KernelOptions options) {
    return new Kernel(engine, options);
  }

  /** The engine that carries operations out, such as {@code io_uring}. */
  public String engineName() {
    return engine.name();
  }

  /** Begins a domain. Its name is for people: in logs and statistics. */
  public DomainBuilder domain(String name) {
    return new DomainBuilder(this, engine, name);
  }

  /**
   * Makes a pipe whose ends can be granted, to one domain or two.
   *
   * @return the end to read from, then the end to write to
   */
  public Pipe pipe() {
    Engine.Pipe pipe = newPipe();
    return new Pipe(new PipeEnd(pipe.source()), new PipeEnd(pipe.sink()));
  }

  /**
   * A pipe of the host's.
   *
   * @param source the end to read from
   * @param sink the end to write to
   */
  public record Pipe(PipeEnd source, PipeEnd sink) {}

  /**
   * Makes a channel whose ends can be granted, to one domain or two. It carries bytes and
   * capabilities in both directions.
   */
  public Channel channel() {
    ChannelPair pair = new ChannelPair(this);
    return new Channel(new ChannelEnd(this, pair.first), new ChannelEnd(this, pair.second));
  }

  /**
   * A channel of the host's: what is sent at one end is received at the other.
   *
   * @param first an end
   * @param second the other end
   */
  public record Channel(ChannelEnd first, ChannelEnd second) {}

  /** Ends every domain, then the engine. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    domains.forEach(Domain::close);
    Poller stopped;
    synchronized (this) {
      stopped = poller;
    }
    if (stopped != null) {
      stopped.close();
    }
    timers.shutdownNow();
    blocking.shutdown();
    engine.close();
  }

  // ---- for domains and lanes -------------------------------------------------------------------

  DerivationTree tree() {
    return tree;
  }

  Enter enter() {
    return enter;
  }

  KernelOptions options() {
    return options;
  }

  /** Two resources of the engine's. */
  Engine.Pipe newPipe() {
    return engine.pipe();
  }

  Metering metering() {
    return metering;
  }

  /** Revokes as a program would, on a thread of its own: the caller may not be kept waiting. */
  void revokeSoon(Supplier<List<Capability>> roots) {
    blocking.execute(
        () -> guard(() -> endUses(tree.atomically(() -> tree.revoke(roots.get())), null)));
  }

  ScheduledExecutorService timers() {
    return timers;
  }

  /** Where the indices of new rings start: 0, but for tests that want them to wrap. */
  int firstIndex() {
    return firstIndex;
  }

  /** The poller, started when first needed, and again if it could not be. */
  synchronized Poller poller() {
    if (closed) {
      throw new SyscallException(SyscallError.INVALID_STATE, "the kernel is closed");
    }
    if (poller == null || poller.failed()) {
      poller = new Poller(this, engine);
    }
    return poller;
  }

  Lane openLane(int operationsMax) {
    return new Lane(this, engine, new QueueOptions(operationsMax, false));
  }

  /** Frees the lane of a ring that its program ran; it is owned for good, by nobody. */
  void closeLane(Lane lane) {
    lane.own();
    lane.settle();
    lane.close();
  }

  void remember(Domain domain) {
    domains.add(domain);
  }

  void forget(Domain domain) {
    domains.remove(domain);
  }

  /**
   * Sees to it that nothing goes on through dead capabilities, then ends their holds.
   *
   * @param freed the domain whose slots become free, or null; others keep tombstones
   * @return false when the host has not ended everything in time; it is then finished later
   */
  boolean endUses(List<Capability> dead, @Nullable Domain freed) {
    Quiescence unused = new Quiescence(() -> closeAll(tree.release(dead, freed)));
    Set<Domain> affected = new LinkedHashSet<>();
    for (Capability capability : dead) {
      if (capability.domain != null) {
        affected.add(capability.domain);
      }
    }
    // what was closed has left the tree, so it is not among the dead, but its parent may be
    for (Capability closed : tree.closedInUse()) {
      if (closed.domain != null && isRevoked(closed)) {
        affected.add(closed.domain);
      }
    }
    for (Domain domain : affected) {
      unused.expect();
      domain.askLanes(
          unused,
          (lane, asked) -> lane.lifecycle().stopping().answerRevoke(asked, Kernel::usesRevoked));
    }
    unused.arrive();
    return unused.await(options.revokeMax().toNanos(), () -> affected.forEach(Domain::pump));
  }

  static boolean usesRevoked(InFlight operation) {
    RegisteredBuffer buffer = operation.buffer;
    return isRevoked(operation.capability)
        || isRevoked(operation.secondCapability)
        || buffer != null && isRevoked(buffer.capability);
  }

  /**
   * Whether a revoke reaches what is in flight through a capability. One that was closed meanwhile
   * has left the tree; what it has in flight is its parent's to stop.
   */
  private static boolean isRevoked(@Nullable Capability capability) {
    Capability nearest = capability;
    while (nearest != null && nearest.state == Capability.CLOSED) {
      nearest = nearest.parent;
    }
    return nearest != null && nearest.state == Capability.REVOKED;
  }

  /** Closes resources that nobody holds; the first error that the host reported. */
  @Nullable SyscallError closeAll(List<Resource> orphans) {
    SyscallError first = null;
    ArrayDeque<Resource> left = new ArrayDeque<>(orphans);
    for (Resource orphan = left.poll(); orphan != null; orphan = left.poll()) {
      if (orphan instanceof Port port) {
        // its messages may hold ends of other channels, and so on: one after another, not nested
        left.addAll(port.hangUp());
        continue;
      }
      SyscallError reported = close(orphan);
      first = first == null ? reported : first;
    }
    return first;
  }

  private @Nullable SyscallError close(Resource orphan) {
    try {
      return orphan.close();
    } catch (RuntimeException | Error e) {
      report(e);
      return SyscallError.INTERNAL_ERROR;
    }
  }

  /** Runs a task on a lane's owner and waits until it has run. */
  void runOn(Lane lane, Runnable task) {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    lane.post(() -> {
      try {
        task.run();
      } finally {
        done.complete(null);
      }
    });
    done.join();
  }

  /** Runs what blocks in the host: on another thread for a virtual one, which would pin its own. */
  void blocking(Runnable task) {
    if (Thread.currentThread().isVirtual()) {
      CompletableFuture.runAsync(task, blocking).join();
    } else {
      task.run();
    }
  }

  /** Runs a message; its failure is reported and ends nothing else. */
  void guard(Runnable message) {
    try {
      message.run();
    } catch (RuntimeException | Error e) {
      report(e);
    }
  }

  /** Something that must not happen happened. Never throws: whoever reports goes on. */
  void report(Throwable failure) {
    Log.internalError(failure);
  }
}
