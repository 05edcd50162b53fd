// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * SPLICE: from a file or pipe to a file or pipe, of which one at least is a pipe, through a buffer
 * of its own.
 *
 * <p>A file gives what it is asked for again and again, so what a pipe does not take is dropped. A
 * pipe gives once: its splice keeps the turn until the target has taken what it can, and what is
 * left over goes back, before anybody else takes more. So no byte is lost and none overtakes,
 * whether the target is full, fails, or the splice is cancelled while it waits for room.
 *
 * <p>Each step ends on a new virtual thread: the lock of one pipe is never held while that of the
 * other is taken.
 */
final class Splice {

  /** The most that one splice moves: what a pipe holds on Linux (pipe(7)). */
  private static final int PIECE_MAX = 64 << 10;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Work work;
  private final byte[] buffer;

  /** Where the splice waits now. */
  private @Nullable Step waiting;

  /** The step that took from a pipe, and keeps its turn there. */
  private @Nullable Step taken;

  private boolean cancelled;

  private Splice(Work work) {
    this.work = work;
    this.buffer = new byte[Math.min(work.operation.length, PIECE_MAX)];
  }

  /** Begins {@code work}. */
  static void start(Work work) {
    Operation operation = work.operation;
    boolean anyPipe =
        operation.resource instanceof WaitingResource
            || operation.secondResource instanceof WaitingResource;
    boolean same =
        operation.resource instanceof PipeSource source && source.isFedBy(operation.secondResource);
    if (!anyPipe || same || operation.length <= 0) {
      work.finish(operation.length == 0 ? 0 : SyscallError.INVALID_ARGUMENT.result());
      return;
    }
    Splice splice = new Splice(work);
    work.splice = splice;
    switch (operation.resource) {
      case FileResource file -> onWorker(work, () -> splice.takeFrom(file));
      case WaitingResource pipe -> splice.await(splice.new Step(OpCode.READ, pipe, 0));
      case null, default -> work.finish(SyscallError.WRONG_CAPABILITY_TYPE.result());
    }
  }

  private void takeFrom(FileResource file) throws IOException {
    int read = file.readAt(ByteBuffer.wrap(buffer), work.operation.offset);
    if (read == 0) {
      work.finish(0);
    } else {
      pass(read);
    }
  }

  /** Hands the first {@code count} bytes of the buffer to the target. */
  private void pass(int count) throws IOException {
    switch (work.operation.secondResource) {
      case FileResource file -> {
        ByteBuffer content = ByteBuffer.wrap(buffer, 0, count);
        end(file.writeAt(content, work.operation.secondOffset), count);
      }
      case WaitingResource pipe -> await(new Step(OpCode.WRITE, pipe, count));
      case null, default -> end(SyscallError.WRONG_CAPABILITY_TYPE.result(), count);
    }
  }

  private void await(Step step) {
    synchronized (this) {
      waiting = step;
      if (!cancelled) {
        step.pipe.start(step); // takes the pipe's lock: a cancel waits, and finds it there
        return;
      }
    }
    step.finish(SyscallError.OPERATION_CANCELLED.result());
  }

  /** {@code step} ended; on a thread of its own. */
  private void ended(Step step) throws IOException {
    synchronized (this) {
      waiting = null;
    }
    long result = step.result();
    if (step.operation.code == OpCode.WRITE) {
      end(result, step.operation.length);
    } else if (result > 0) {
      taken = step;
      pass((int) result);
    } else {
      work.finish(result);
    }
  }

  /**
   * The target took {@code result} bytes of the {@code count} in the buffer, or failed.
   *
   * <p>The rest goes back before the result is told: whoever hears of it may read on at once.
   */
  private void end(long result, int count) {
    Step took = taken;
    taken = null;
    if (took != null && took.pipe instanceof WaitingStream source) {
      int passed = (int) Math.max(0, result);
      boolean rest = passed < count;
      source.endTurn(took, rest ? ByteBuffer.wrap(buffer, passed, count - passed) : NOTHING);
    }
    work.finish(result);
  }

  /** Ends the wait, if it waits. Owner's thread. */
  synchronized void cancel() {
    cancelled = true;
    Step now = waiting;
    if (now != null) {
      now.pipe.cancel(now);
    }
  }

  private interface Task {
    void run() throws IOException;
  }

  /** Runs {@code task} where it may block; what it throws is how the splice ends. */
  private static void onWorker(Work work, Task task) {
    Splice splice = work.splice;
    try {
      Thread.startVirtualThread(() -> {
        try {
          task.run();
        } catch (IOException | RuntimeException | Error e) {
          if (splice != null) {
            splice.fail(e);
          }
        }
      });
    } catch (RuntimeException | Error e) {
      if (splice != null) {
        splice.fail(e);
      }
    }
  }

  private void fail(Throwable thrown) {
    Step took = taken;
    end(Failures.errorOf(thrown).result(), took == null ? 0 : (int) took.result());
  }

  /** A transfer between one pipe and the splice's buffer. */
  private final class Step extends Work {

    final WaitingResource pipe;

    Step(OpCode code, WaitingResource pipe, int count) {
      super(null, new Transfer(code, pipe, buffer, count));
      this.pipe = pipe;
    }

    @Override
    boolean keepsTurn() {
      return operation.code == OpCode.READ;
    }

    @Override
    void finish(long outcome) {
      super.finish(outcome);
      onWorker(work, () -> ended(this));
    }
  }

  /** What a pipe is asked to do. */
  private static final class Transfer extends Operation {

    Transfer(OpCode code, Resource pipe, byte[] buffer, int count) {
      this.code = code;
      this.resource = pipe;
      this.memory = MemorySegment.ofArray(buffer);
      this.length = code == OpCode.READ ? buffer.length : count;
      this.offset = -1;
    }
  }
}
