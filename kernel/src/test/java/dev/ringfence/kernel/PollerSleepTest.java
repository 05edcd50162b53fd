// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.PollFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SetupFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.QueueOptions;
import java.util.concurrent.CountDownLatch;
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

  private static final long IDLE_MILLIS = 1;
  private static final long LONGER_NANOS = TimeUnit.MILLISECONDS.toNanos(2 * IDLE_MILLIS);

  /** A host whose POLL is ready at once, twice, and that says when it is asked to sleep. */
  private static final class Scripted extends ModelEngine {
    private final AtomicInteger polls = new AtomicInteger();
    private final CountDownLatch slept = new CountDownLatch(1);
    private volatile Runnable lateStep = () -> {};

    @Override
    public EngineQueue openQueue(QueueOptions options, Completions completions) {
      return new Queue(this, completions) {
        private volatile boolean woken;

        @Override
        public void start(Operation operation) {
          boolean ready = operation.code == OpCode.POLL && polls.incrementAndGet() <= 2;
          completions.complete(
              operation, ready ? PollEvents.IN : SyscallError.NOT_IMPLEMENTED.result());
        }

        @Override
        public void progress(int completionsMin, long nanosMax) {
          if (completionsMin == 0) {
            lateStep.run();
            return;
          }
          if (polls.get() > 0) {
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
      };
    }
  }

  @Test
  void aCompletionThatIsReadJustBeforeItSleepsLetsAMultishotPollGoOn() throws Exception {
    Scripted engine = new Scripted();
    try (Kernel kernel = Kernel.on(engine, KernelOptions.defaults())) {
      Kernel.Pipe pipe = kernel.pipe();
      Domain domain = kernel.domain("sleeps").pipe("source", pipe.source(), Rights.ALL).open();
      pipe.sink().close();
      OneEntry program =
          new OneEntry(domain, SetupFlags.SQPOLL | IDLE_MILLIS << SetupFlags.IDLE_MILLIS_SHIFT);
      int head = RingHeader.head(program.memory, program.completions);
      // the program reads the first completion after the poller's last look at the ring: not in the
      // round that posted it, but in the next one, which finds nothing and uses up the idle time
      AtomicInteger rounds = new AtomicInteger();
      engine.lateStep =
          () -> {
            boolean told = RingHeader.tailAcquire(program.memory, program.completions) == head + 1;
            if (told && rounds.incrementAndGet() == 2) {
              long begun = System.nanoTime();
              while (System.nanoTime() - begun <= LONGER_NANOS) {
                Thread.onSpinWait();
              }
              RingHeader.setHeadRelease(program.memory, program.completions, head + 1);
            }
          };
      program.submit(OpCode.POLL, 0, PollEvents.IN, PollFlags.MULTISHOT);
      assertThat(engine.slept.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(engine.polls).as("asked again before the poller slept").hasValue(2);
    }
  }
}
