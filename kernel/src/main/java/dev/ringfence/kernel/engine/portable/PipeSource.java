// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * The end of a pipe that is read.
 *
 * <p>A selector cannot tell bytes from the end of the stream, POLL must; so a poll reads one byte
 * ahead, which the next read gets first.
 */
final class PipeSource extends WaitingStream {

  private final Readiness readiness;
  private final Pipe.SourceChannel channel;
  private final Ahead ahead = new Ahead();
  private @Nullable SelectionKey key;
  private @Nullable PipeSink sink;
  private volatile boolean sinkClosed;

  /** Takes over {@code channel}, which does not block. */
  PipeSource(Readiness readiness, Pipe.SourceChannel channel) {
    super(OpCode.READ, PollEvents.IN);
    this.readiness = readiness;
    this.channel = channel;
  }

  /** The other end, for word of its closing; once, before use. */
  void connect(PipeSink other) {
    sink = other;
  }

  /** Whether {@code other} is the other end. */
  boolean isFedBy(@Nullable Resource other) {
    return other != null && other == sink;
  }

  /** The other end is closed: what is in the pipe can still be read, then comes the end. */
  void sinkClosed() {
    sinkClosed = true;
    serve(false);
  }

  @Override
  long transfer(Work work) {
    ByteBuffer buffer = work.rest();
    int taken = ahead.moveTo(buffer);
    try {
      int read = read(buffer);
      if (taken > 0 || read > 0) {
        return (long) taken + Math.max(0, read);
      }
      return read < 0 ? 0 : WOULD_BLOCK;
    } catch (IOException e) {
      return taken > 0 ? taken : Failures.errorOf(e).result();
    }
  }

  /** -1 at the end. The pipe itself may not know yet that the other end was closed. */
  private int read(ByteBuffer buffer) throws IOException {
    boolean last = sinkClosed; // before the look: nothing is written after it
    int read = buffer.hasRemaining() ? channel.read(buffer) : 0;
    return read == 0 && last && buffer.hasRemaining() ? -1 : read;
  }

  @Override
  void putBack(ByteBuffer rest) {
    ahead.putBack(rest);
  }

  @Override
  int events(boolean signalled) {
    if (ahead.isEmpty()) {
      try {
        int read = read(ahead.room(1));
        if (read < 0) {
          return PollEvents.HUP;
        }
        ahead.added(read);
      } catch (IOException e) {
        return PollEvents.ERR;
      }
    }
    return (ahead.isEmpty() ? 0 : PollEvents.IN) | (sinkClosed ? PollEvents.HUP : 0);
  }

  @Override
  void await(boolean wanted) throws IOException {
    key = readiness.await(channel, key, wanted ? SelectionKey.OP_READ : 0, this);
  }

  @Override
  @Nullable SyscallError free() {
    if (sink != null) {
      // before the channel: its closing makes the sink ready, and that must not look like room
      sink.sourceClosed();
    }
    return readiness.close(channel);
  }
}
