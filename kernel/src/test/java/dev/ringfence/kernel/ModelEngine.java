// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.QueueOptions;
import dev.ringfence.kernel.engine.Resource;
import dev.ringfence.kernel.engine.SharedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An engine without a host: whatever is opened or accepted is there at once, and is counted. */
class ModelEngine implements Engine {

  /** What the next {@code progress} delivers. */
  final ArrayDeque<Runnable> later = new ArrayDeque<>();

  /** How many resources are open. */
  final AtomicInteger open = new AtomicInteger();

  /** Whether the host fails whatever it is asked for. */
  boolean fails;

  /** A resource that is counted while it is open. */
  class Thing extends Resource {
    private boolean closed;

    Thing(CapabilityType type) {
      super(type);
      open.incrementAndGet();
    }

    @Override
    public @Nullable SyscallError close() {
      if (closed) {
        throw new AssertionError("closed twice");
      }
      closed = true;
      open.decrementAndGet();
      return null;
    }
  }

  @Override
  public String name() {
    return "model";
  }

  @Override
  public SharedMemory allocate(long bytes) {
    Arena arena = Arena.ofShared();
    MemorySegment segment = arena.allocate(bytes, 4096);
    return new SharedMemory() {
      @Override
      public MemorySegment segment() {
        return segment;
      }

      @Override
      public void close() {
        arena.close();
      }
    };
  }

  /** Carries an operation out. */
  void start(Operation operation, Completions completions) {
    if (fails) {
      completions.complete(operation, SyscallError.IO_ERROR.result());
      return;
    }
    switch (operation.code) {
      case OPEN -> completions.opened(operation, new Thing(CapabilityType.FILE));
      case SOCKET_CREATE, ACCEPT -> completions.opened(operation, new Thing(CapabilityType.SOCKET));
      default -> completions.complete(operation, SyscallError.NOT_IMPLEMENTED.result());
    }
  }

  @Override
  public EngineQueue openQueue(QueueOptions options, Completions completions) {
    return new Queue(this, completions);
  }

  /** Completes at once whatever is started. Tests that want more of a host say what. */
  static class Queue implements EngineQueue {
    final Completions completions;
    private final ModelEngine engine;

    Queue(ModelEngine engine, Completions completions) {
      this.engine = engine;
      this.completions = completions;
    }

    @Override
    public void start(Operation operation) {
      engine.start(operation, completions);
    }

    @Override
    public void cancel(Operation operation) {
      // nothing stays with it
    }

    @Override
    public void progress(int completionsMin, long nanosMax) {
      for (Runnable next = engine.later.poll(); next != null; next = engine.later.poll()) {
        next.run();
      }
    }

    @Override
    public void wake() {
      // nobody waits
    }

    @Override
    public int registerBuffer(MemorySegment memory, long offset, long length) {
      return -1;
    }

    @Override
    public void unregisterBuffer(int registered) {
      // none was
    }

    @Override
    public void close() {
      // it holds nothing
    }
  }

  @Override
  public void awaitAny(List<EngineQueue> queues, long nanosMax) {
    // nothing to wait for
  }

  @Override
  public Resource openDirectory(Path path, boolean crossMounts) {
    return new Thing(CapabilityType.DIRECTORY);
  }

  @Override
  public Resource openFile(Path path, long rights) {
    return new Thing(CapabilityType.FILE);
  }

  @Override
  public Resource standardStream(int number) {
    return new Thing(CapabilityType.PIPE);
  }

  @Override
  public Pipe pipe() {
    return new Pipe(new Thing(CapabilityType.PIPE), new Thing(CapabilityType.PIPE));
  }

  @Override
  public void close() {
    // it holds nothing
  }
}
