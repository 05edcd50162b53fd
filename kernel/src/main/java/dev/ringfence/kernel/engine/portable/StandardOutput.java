// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The process's standard output or error. A thread of its own writes, one operation after the
 * other; a virtual one would keep its carrier for as long as nobody reads.
 *
 * <p>A write that has begun is not stopped by a cancel, so it takes a small piece. Whether there is
 * room cannot be known: POLL always says so.
 */
final class StandardOutput extends WaitingResource {

  /** The most bytes of one write: what a pipe holds on Linux (pipe(7)). */
  static final int PIECE_MAX = 64 << 10;

  private static final StandardOutput OUT = new StandardOutput(FileDescriptor.out, "stdout");
  private static final StandardOutput ERR = new StandardOutput(FileDescriptor.err, "stderr");

  private final WritableByteChannel channel;
  private final Executor thread;
  private final WorkList waiting = new WorkList();
  private boolean writing;

  private StandardOutput(FileDescriptor descriptor, String name) {
    this(new FileOutputStream(descriptor).getChannel(), new StreamThread("ringfence-" + name));
  }

  /**
   * @param thread runs one task at a time, which blocks
   */
  StandardOutput(WritableByteChannel channel, Executor thread) {
    super(CapabilityType.PIPE);
    this.channel = channel;
    this.thread = thread;
  }

  static StandardOutput out() {
    return OUT;
  }

  static StandardOutput err() {
    return ERR;
  }

  @Override
  void start(Work work) {
    Operation operation = work.operation;
    if (operation.code == OpCode.POLL) {
      startPoll(work);
    } else if (operation.code != OpCode.WRITE) {
      work.finish(SyscallError.PERMISSION_DENIED.result());
    } else {
      enqueue(work);
    }
  }

  private synchronized void startPoll(Work work) {
    int events = work.operation.length & PollEvents.OUT;
    if (events != 0) {
      work.finish(events);
    } else {
      waiting.add(work); // for something that never comes; a cancel ends it
    }
  }

  private synchronized void enqueue(Work work) {
    waiting.add(work);
    if (!writing) {
      try {
        thread.execute(this::write);
        writing = true;
      } catch (RuntimeException | Error e) { // such as no thread to be had
        waiting.remove(work);
        work.finish(Failures.errorOf(e).result());
      }
    }
  }

  @Override
  synchronized void cancel(Work work) {
    if (work.listed) {
      waiting.remove(work);
      work.finish(SyscallError.OPERATION_CANCELLED.result());
    }
  }

  private void write() {
    for (Work next = next(); next != null; next = next()) {
      next.finish(write(next.operation));
    }
  }

  private synchronized @Nullable Work next() {
    Work next = waiting.first();
    while (next != null && next.operation.code == OpCode.POLL) {
      next = next.after;
    }
    if (next == null) {
      writing = false;
    } else {
      waiting.remove(next);
    }
    return next;
  }

  private long write(Operation operation) {
    int length = Math.min(operation.length, PIECE_MAX);
    try {
      ByteBuffer piece = operation.memory.asSlice(operation.memoryOffset, length).asByteBuffer();
      int written = length == 0 ? 0 : channel.write(piece);
      boolean full = written == 0 && length != 0; // somebody made the descriptor non-blocking
      return full ? SyscallError.WOULD_BLOCK.result() : written;
    } catch (IOException | RuntimeException | Error e) {
      return Failures.errorOf(e).result();
    }
  }

  /** The stream is the process's. */
  @Override
  public @Nullable SyscallError close() {
    return null;
  }
}
