// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.InfoPage;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.PollFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SetupFlags;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SystemCall;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.QueueOptions;
import dev.ringfence.kernel.engine.Resource;
import dev.ringfence.kernel.engine.SharedMemory;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a poller looks at between its last round and its sleep. The engine is the test's: it is
 * called in that moment, on the poller's own thread, and acts as the program there.
 */
@Timeout(60)
class PollerSleepTest {

  /** A model whose POLL is ready at once, and that says when it is asked to sleep. */
  private static final class Scripted implements Engine {
    private final ModelEngine model = new ModelEngine();
    private final LinkedBlockingQueue<Long> polls = new LinkedBlockingQueue<>();
    private final CountDownLatch slept = new CountDownLatch(1);
    private volatile Runnable lateStep = () -> {};

    @Override
    public EngineQueue openQueue(QueueOptions options, Completions completions) {
      return new Queue(model.openQueue(options, completions), completions);
    }

    private final class Queue implements EngineQueue {
      private final EngineQueue inner;
      private final Completions completions;
      private volatile boolean woken;

      Queue(EngineQueue inner, Completions completions) {
        this.inner = inner;
        this.completions = completions;
      }

      @Override
      public void start(Operation operation) {
        if (operation.code == OpCode.POLL && polls.size() < 2) {
          polls.add(System.nanoTime());
          completions.complete(operation, PollEvents.IN);
        } else if (operation.code == OpCode.POLL) {
          completions.complete(operation, -1);
        } else {
          inner.start(operation);
        }
      }

      @Override
      public void cancel(Operation operation) {
        inner.cancel(operation);
      }

      @Override
      public void progress(int completionsMin, long nanosMax) {
        if (completionsMin == 0) {
          lateStep.run();
          return;
        }
        if (!polls.isEmpty()) {
          slept.countDown();
        }
        while (!woken) {
          LockSupport.parkNanos(100_000);
        }
        woken = false;
      }

      @Override
      public void wake() {
        woken = true;
      }

      @Override
      public int registerBuffer(MemorySegment memory, long offset, long length) {
        return -1;
      }

      @Override
      public void unregisterBuffer(int registered) {
        inner.unregisterBuffer(registered);
      }

      @Override
      public void close() {
        inner.close();
      }
    }

    @Override
    public String name() {
      return model.name();
    }

    @Override
    public SharedMemory allocate(long bytes) {
      return model.allocate(bytes);
    }

    @Override
    public void awaitAny(List<EngineQueue> queues, long nanosMax) {
      model.awaitAny(queues, nanosMax);
    }

    @Override
    public Resource openDirectory(Path path, boolean crossMounts) {
      return model.openDirectory(path, crossMounts);
    }

    @Override
    public Resource openFile(Path path, long rights) {
      return model.openFile(path, rights);
    }

    @Override
    public Resource standardStream(int number) {
      return model.standardStream(number);
    }

    @Override
    public Pipe pipe() {
      return model.pipe();
    }

    @Override
    public void close() {
      model.close();
    }
  }

  @Test
  void aCompletionThatIsReadJustBeforeItSleepsLetsAMultishotPollGoOn() throws Exception {
    Scripted engine = new Scripted();
    try (Kernel kernel = Kernel.on(engine, KernelOptions.defaults())) {
      Kernel.Pipe pipe = kernel.pipe();
      Domain domain = kernel.domain("sleeps").pipe("source", pipe.source(), Rights.ALL).open();
      pipe.sink().close();
      long idleMillis = 1;
      long base =
          domain.invoke(
              SystemCall.IO_URING_SETUP.number(),
              4,
              SetupFlags.SQPOLL | idleMillis << SetupFlags.IDLE_MILLIS_SHIFT);
      MemorySegment memory = domain.sharedMemory();
      long ring = base - memory.address();
      long queue = ring + RingContext.CQ_HEADER_OFFSET;
      int head = RingHeader.head(memory, queue);
      // the program reads the first completion after the poller's last look at the ring: not in the
      // round that posted it, but in the next one, which finds nothing and uses up the idle time
      AtomicInteger rounds = new AtomicInteger();
      engine.lateStep =
          () -> {
            boolean told = RingHeader.tailAcquire(memory, queue) == head + 1;
            if (told && rounds.incrementAndGet() == 2) {
              long begun = System.nanoTime();
              while (System.nanoTime() - begun <= TimeUnit.MILLISECONDS.toNanos(2 * idleMillis)) {
                Thread.onSpinWait();
              }
              RingHeader.setHeadRelease(memory, queue, head + 1);
            }
          };
      submitPoll(memory, ring, InfoPage.capabilityId(memory, ring + RingContext.INFO_OFFSET, 0));
      domain.invoke(SystemCall.IO_URING_ENTER.number(), base, 0);
      assertThat(engine.slept.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(engine.polls).as("asked again before the poller slept").hasSize(2);
    }
  }

  private static void submitPoll(MemorySegment memory, long ring, long capability) {
    long queue = ring + RingContext.SQ_HEADER_OFFSET;
    int tail = RingHeader.tail(memory, queue);
    int mask = RingHeader.ringEntries(memory, queue) - 1;
    long entry =
        ring
            + Integer.toUnsignedLong(RingHeader.entriesOffset(memory, queue))
            + (long) (tail & mask) * SubmissionEntry.SIZE;
    SubmissionEntry.setOpcode(memory, entry, OpCode.POLL.code());
    SubmissionEntry.setCapabilityId(memory, entry, capability);
    SubmissionEntry.setLen(memory, entry, PollEvents.IN);
    SubmissionEntry.setAuxiliary1(memory, entry, PollFlags.MULTISHOT);
    RingHeader.setTailRelease(memory, queue, tail + 1);
  }
}
