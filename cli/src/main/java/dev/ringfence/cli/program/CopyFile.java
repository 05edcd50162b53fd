// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.user.Buffer;
import dev.ringfence.user.BufferPool;
import dev.ringfence.user.File;
import dev.ringfence.user.Status;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies the content of one file. A large one is copied piece by piece by several threads: each
 * takes the next piece that nobody has, so the order in which they end does not matter.
 */
final class CopyFile {

  private static final int THREADS_MAX = 8;

  /** What file systems allocate: a hole is a whole number of these. */
  private static final int BLOCK_BYTES = 4096;

  private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[BLOCK_BYTES]);

  private final File source;
  private final File target;
  private final long size;
  private final boolean hasHoles;
  private final BufferPool buffers;
  private final Progress progress;
  private final AtomicLong next = new AtomicLong();

  CopyFile(File source, File target, Status status, BufferPool buffers, Progress progress) {
    this.source = source;
    this.target = target;
    this.size = status.size();
    this.hasHoles = status.allocated() < size;
    this.buffers = buffers;
    this.progress = progress;
  }

  void run() {
    long pieces = Math.ceilDiv(size, buffers.bufferBytes());
    if (pieces == 1) {
      copyPieces();
    } else if (pieces > 1) {
      try (Crew crew = new Crew(THREADS_MAX)) {
        for (long i = 0; i < Math.min(pieces, THREADS_MAX); i++) {
          crew.start(this::copyPieces);
        }
      }
    }
    if (hasHoles) {
      target.truncate(size); // A hole at the end was not written.
    }
  }

  private void copyPieces() {
    try (Buffer buffer = buffers.acquire()) {
      long at;
      while ((at = next.getAndAdd(buffer.sizeBytes())) < size) {
        copyPiece(buffer, at);
      }
    }
  }

  private void copyPiece(Buffer buffer, long at) {
    int length = (int) Math.min(buffer.sizeBytes(), size - at);
    if (source.read(buffer, 0, length, at) != length) {
      throw new SyscallException(
          SyscallError.END_OF_FILE,
          "`%s` became shorter while it was copied".formatted(source.name()));
    }
    if (hasHoles) {
      writeData(buffer, length, at);
    } else {
      target.write(buffer, 0, length, at);
    }
    progress.advance(length);
  }

  /** Writes the stretches of blocks that are not all zero. */
  private void writeData(Buffer buffer, int length, long at) {
    int start = 0;
    for (int block = 0; block < length; block += BLOCK_BYTES) {
      if (isZero(buffer, block, length)) {
        write(buffer, start, block, at);
        start = block + BLOCK_BYTES;
      }
    }
    write(buffer, start, length, at);
  }

  private void write(Buffer buffer, int start, int end, long at) {
    if (end > start) {
      target.write(buffer, start, end - start, at + start);
    }
  }

  private static boolean isZero(Buffer buffer, int block, int length) {
    int bytes = Math.min(BLOCK_BYTES, length - block);
    return MemorySegment.mismatch(buffer.segment(), block, block + bytes, ZEROS, 0, bytes) < 0;
  }
}
