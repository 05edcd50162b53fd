// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * The end of a stream into which bytes go. Writing waits while the stream is full and writes
 * everything, or throws ({@code BrokenPipe} when nobody reads any more).
 */
public final class PipeSink extends Pipe {

  PipeSink(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /** Writes {@code length} bytes of the buffer from {@code offset} on. */
  public void write(Buffer source, int offset, int length) {
    takeTurn();
    try {
      DataTransfer.drain(this, source, offset, length, DataTransfer.CURRENT);
    } finally {
      endTurn();
    }
  }

  /** Writes what remains of the byte buffer. */
  public void write(ByteBuffer source) {
    takeTurn();
    try {
      DataTransfer.drain(this, MemorySegment.ofBuffer(source), DataTransfer.CURRENT);
      source.position(source.limit());
    } finally {
      endTurn();
    }
  }

  /** Writes the array. */
  public void write(byte[] source) {
    write(ByteBuffer.wrap(source));
  }

  /** Writes text as UTF-8. */
  public void print(String text) {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes text as UTF-8, and a line feed. */
  public void println(String line) {
    print(line + "\n");
  }

  /** {@link #write(Buffer, int, int)}; the buffer may be closed meanwhile. */
  public CompletableFuture<Void> writeAsync(Buffer source, int offset, int length) {
    return Async.using(
        source,
        () -> {
          write(source, offset, length);
          return null;
        });
  }

  /** {@link #write(ByteBuffer)}; the byte buffer belongs to the operation until it ends. */
  public CompletableFuture<Void> writeAsync(ByteBuffer source) {
    return Async.startAction(() -> write(source));
  }

  /** A second capability with fewer or the same rights; revoking this one ends both. Needs DUP. */
  public PipeSink dup(long fewer) {
    return new PipeSink(calls(), authority(), name(), duplicateId(fewer), fewer);
  }

  /** {@link #dup} with limits, which hold for what is derived from it too. Needs DUP. */
  public PipeSink derive(long fewer, Limits limits) {
    return new PipeSink(calls(), authority(), name(), limits.derive(this, fewer), fewer);
  }
}
