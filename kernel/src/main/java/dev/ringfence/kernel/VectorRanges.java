// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.Vector;
import java.lang.foreign.MemorySegment;

/**
 * The ranges of a READ_VECTOR or WRITE_VECTOR, copied and judged, and which one is being filled.
 * Owned by the operation's lane.
 */
final class VectorRanges {

  private final long[] offsets;
  private final long[] lengths;
  private int index = -1;

  /** The offset behind the present range. */
  private long end;

  private VectorRanges(long[] offsets, long[] lengths) {
    this.offsets = offsets;
    this.lengths = lengths;
  }

  /**
   * Judges a copied list and has the operation begin with its first range: 0, or a negative result.
   */
  static int take(InFlight operation, DomainMemory memory, MemorySegment list, int count) {
    VectorRanges ranges = new VectorRanges(new long[count], new long[count]);
    long total = 0;
    for (int i = 0; i < count; i++) {
      long address = Vector.addr(list, (long) i * Vector.SIZE);
      long length = Vector.len(list, (long) i * Vector.SIZE);
      if (length < 0 || length > Arguments.LENGTH_MAX - total) {
        return SyscallError.INVALID_ARGUMENT.result();
      }
      long offset = length == 0 ? 0 : memory.arenaOffset(address, length);
      if (offset == DomainMemory.NOWHERE) {
        return SyscallError.INVALID_ADDRESS.result();
      }
      ranges.offsets[i] = offset;
      ranges.lengths[i] = length;
      total += length;
    }
    operation.objectState = ranges;
    operation.transferTotal = total;
    if (total > 0) {
      ranges.next(operation);
    }
    return 0;
  }

  /** Goes on to the next range that is not empty, if the present one is full. */
  void advance(InFlight operation) {
    if (operation.memoryOffset == end && operation.transferred < operation.transferTotal) {
      next(operation);
    }
  }

  private void next(InFlight operation) {
    do {
      index++;
    } while (lengths[index] == 0);
    operation.memoryOffset = offsets[index];
    end = offsets[index] + lengths[index];
  }

  /** Bytes left in the present range. */
  long left(InFlight operation) {
    return end - operation.memoryOffset;
  }

  /** Whether any of the ranges lies, in part, between two offsets. */
  boolean touches(long from, long to) {
    for (int i = 0; i < offsets.length; i++) {
      if (lengths[i] > 0 && offsets[i] < to && offsets[i] + lengths[i] > from) {
        return true;
      }
    }
    return false;
  }
}
