// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The process's standard input. A thread of its own reads it, because such a read can be neither
 * polled nor given up; what it reads waits here, so that the operation can be.
 *
 * <p>It reads when somebody waits, and no more than the first of them can take: what no domain
 * asked for stays in the pipe or terminal, for whoever reads it after this process.
 */
final class StandardInput extends WaitingStream {

  /** The most bytes that are read and not yet taken. */
  static final int BUFFER_SIZE = 64 << 10;

  private static final StandardInput SHARED =
      new StandardInput(
          new FileInputStream(FileDescriptor.in), new StreamThread("ringfence-stdin"));

  private final InputStream input;
  private final Executor thread;
  private final byte[] buffer = new byte[BUFFER_SIZE];
  private int position;
  private int limit;

  /** The end, seen and not yet told. Once told it is asked for anew: a terminal may go on. */
  private boolean atEnd;

  private @Nullable IOException failure;
  private boolean reading;

  /**
   * @param thread runs one task at a time, which blocks
   */
  StandardInput(InputStream input, Executor thread) {
    super(OpCode.READ, PollEvents.IN);
    this.input = input;
    this.thread = thread;
  }

  /** The one of this process, whatever the number of engines. */
  static StandardInput shared() {
    return SHARED;
  }

  @Override
  long transfer(Work work) {
    Operation operation = work.operation;
    if (position < limit) {
      int taken = Math.min(operation.length, limit - position);
      MemorySegment.copy(
          buffer, position, operation.memory, ValueLayout.JAVA_BYTE, operation.memoryOffset, taken);
      position += taken;
      return taken;
    }
    if (failure != null) {
      SyscallError error = Failures.errorOf(failure);
      failure = null;
      return error.result();
    }
    if (atEnd) {
      atEnd = false;
      return 0;
    }
    return WOULD_BLOCK;
  }

  /** What was just taken is still in the buffer: nothing is read while a turn is kept. */
  @Override
  void putBack(ByteBuffer rest) {
    position -= rest.remaining();
  }

  @Override
  int events(boolean signalled) {
    if (position < limit) {
      return PollEvents.IN;
    }
    return (failure != null ? PollEvents.ERR : 0) | (atEnd ? PollEvents.HUP : 0);
  }

  @Override
  void await(boolean wanted) {
    if (wanted && !reading) {
      reading = true;
      boolean accepted = false;
      try {
        thread.execute(this::read);
        accepted = true;
      } finally {
        reading = accepted;
      }
    }
  }

  /** Reads as long as somebody waits. */
  private void read() {
    for (int size = sizeToRead(); size > 0; size = sizeToRead()) {
      int count = -1;
      IOException failed = null;
      try {
        count = input.read(buffer, 0, size); // nobody else touches the buffer: it is empty
      } catch (IOException e) {
        failed = e;
      }
      lock().lock();
      try {
        position = 0;
        limit = Math.max(0, count);
        failure = failed;
        atEnd = count < 0 && failed == null;
      } finally {
        lock().unlock();
      }
      serve(true);
    }
  }

  private int sizeToRead() {
    lock().lock();
    try {
      int size = Math.min(wanted(), BUFFER_SIZE);
      reading = size > 0;
      return size;
    } finally {
      lock().unlock();
    }
  }

  /** The stream is the process's. */
  @Override
  @Nullable SyscallError free() {
    return null;
  }
}
