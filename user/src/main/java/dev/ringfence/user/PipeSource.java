// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * The end of a stream from which bytes come. Reading waits until there are some and returns what is
 * there, -1 at the end.
 */
public final class PipeSource extends Pipe {

  PipeSource(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /**
   * Reads into the buffer from its beginning. Threads need not take turns: the memory is theirs.
   */
  public int read(Buffer target) {
    return count(DataTransfer.read(this, target, 0, target.sizeBytes(), DataTransfer.CURRENT));
  }

  /** Reads into what remains of the byte buffer, at most 64 KiB. */
  public int read(ByteBuffer target) {
    if (!target.hasRemaining()) {
      return 0;
    }
    takeTurn();
    try {
      int count = DataTransfer.read(this, MemorySegment.ofBuffer(target), DataTransfer.CURRENT);
      target.position(target.position() + count);
      return count(count);
    } finally {
      endTurn();
    }
  }

  /** Reads into the array from its beginning, at most 64 KiB. */
  public int read(byte[] target) {
    return read(ByteBuffer.wrap(target));
  }

  /**
   * {@link #read(Buffer)}; the buffer may be closed meanwhile. What a read had taken when it was
   * cancelled is dropped: not every host can stop a read of a stream that has begun.
   */
  public CompletableFuture<Integer> readAsync(Buffer target) {
    return Async.using(target, () -> read(target));
  }

  /** {@link #read(ByteBuffer)}; the byte buffer belongs to the operation until it ends. */
  public CompletableFuture<Integer> readAsync(ByteBuffer target) {
    return Async.start(() -> read(target));
  }

  /** A second capability with fewer or the same rights; revoking this one ends both. Needs DUP. */
  public PipeSource dup(long fewer) {
    return new PipeSource(calls(), authority(), name(), duplicateId(fewer), fewer);
  }

  /** {@link #dup} with limits, which hold for what is derived from it too. Needs DUP. */
  public PipeSource derive(long fewer, Limits limits) {
    return new PipeSource(calls(), authority(), name(), limits.derive(this, fewer), fewer);
  }

  private static int count(int bytes) {
    return bytes == 0 ? -1 : bytes;
  }
}
