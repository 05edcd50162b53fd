// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.AllocateFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** The operations on ranges of files: ALLOCATE and COPY_RANGE. */
final class FileRanges {

  /** How much is written or copied at a time. */
  private static final int PIECE = 128 << 10;

  private FileRanges() {}

  /**
   * ALLOCATE. java.nio can neither take room for a file nor give it back: the size changes as it
   * should, and what must read as zeros does.
   */
  static long allocate(FileResource file, Work work) throws IOException {
    Operation operation = work.operation;
    long offset = operation.offset;
    long end = offset + operation.rangeBytes;
    if (offset < 0 || operation.rangeBytes <= 0 || end < 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    int flags = operation.flags;
    boolean zeroes = (flags & (AllocateFlags.PUNCH_HOLE | AllocateFlags.ZERO_RANGE)) != 0;
    boolean grows = (flags & (AllocateFlags.KEEP_SIZE | AllocateFlags.PUNCH_HOLE)) == 0;
    return file.exclusively(channel -> {
      long size = channel.size();
      if (zeroes && offset < size && !zero(channel, offset, Math.min(end, size), work)) {
        return SyscallError.OPERATION_CANCELLED.result();
      }
      if (grows && end > size) {
        FileResource.grow(channel, end);
      }
      return 0;
    });
  }

  /** Zeroes what there is of a range; false if it was cancelled before the end. */
  private static boolean zero(SeekableByteChannel channel, long from, long to, Work work)
      throws IOException {
    if (to == channel.size()) { // cut off and grown again, a hole where there are holes
      channel.truncate(from);
      FileResource.grow(channel, to);
      return true;
    }
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(PIECE, to - from));
    for (long at = from; at < to; ) {
      if (work.cancelRequested()) {
        return false; // a range may be terabytes
      }
      zeros.clear().limit((int) Math.min(zeros.capacity(), to - at));
      at += FileResource.put(channel, zeros, at);
    }
    return true;
  }

  /** COPY_RANGE. */
  static long copy(FileResource source, Operation operation) throws IOException {
    if (!(operation.secondResource instanceof FileResource target)) {
      return SyscallError.WRONG_CAPABILITY_TYPE.result();
    }
    ByteBuffer buffer = ByteBuffer.allocate(Math.min(PIECE, operation.length));
    long copied = 0;
    try {
      while (copied < operation.length) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), operation.length - copied));
        if (source.readAt(buffer, operation.offset + copied) == 0) {
          break;
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          copied += target.writeAt(buffer, operation.secondOffset + copied);
        }
      }
    } catch (IOException e) {
      if (copied == 0) {
        throw e;
      }
    }
    return copied; // an error after some bytes shows on the next try
  }
}
