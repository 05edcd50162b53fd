// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/** The end of a pipe that is written. A write moves what there is room for, at least one byte. */
final class PipeSink extends WaitingStream {

  private final Readiness readiness;
  private final Pipe.SinkChannel channel;
  private final PipeSource source;
  private @Nullable SelectionKey key;
  private volatile boolean sourceClosed;

  /** Takes over {@code channel}, which does not block. */
  PipeSink(Readiness readiness, Pipe.SinkChannel channel, PipeSource source) {
    super(OpCode.WRITE, PollEvents.OUT);
    this.readiness = readiness;
    this.channel = channel;
    this.source = source;
  }

  /** Nobody will read any more. */
  void sourceClosed() {
    sourceClosed = true;
    serve(false);
  }

  @Override
  long transfer(Work work) {
    if (sourceClosed) {
      return SyscallError.BROKEN_PIPE.result();
    }
    try {
      int written = channel.write(work.rest());
      return written > 0 ? written : WOULD_BLOCK;
    } catch (IOException e) {
      return Failures.errorOf(e).result();
    }
  }

  @Override
  void putBack(ByteBuffer rest) {
    throw new IllegalStateException("nothing is taken from the end that is written");
  }

  /** Whether there is room only the selector can tell, so a poll waits for its word. */
  @Override
  int events(boolean signalled) {
    if (sourceClosed) {
      return PollEvents.OUT | PollEvents.ERR; // as pipe(7) under poll(2)
    }
    return signalled ? PollEvents.OUT : 0;
  }

  @Override
  void await(boolean wanted) throws IOException {
    key = readiness.await(channel, key, wanted ? SelectionKey.OP_WRITE : 0, this);
  }

  @Override
  @Nullable SyscallError free() {
    SyscallError failed = readiness.close(channel);
    source.sinkClosed();
    return failed;
  }
}
