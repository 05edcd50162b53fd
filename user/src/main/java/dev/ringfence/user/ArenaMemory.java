// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.abi.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Divides a domain's shared arena into page-aligned regions.
 *
 * <p>The kernel leaves the arena to the program, so a domain has one of these: the one of its
 * {@link Session}. It is for slabs and long-lived buffers (first fit, a lock for the moment of the
 * search); small and short-lived things come from a {@link BufferPool}. Any thread. Memory that was
 * never used before is zero, memory that was released keeps its bytes.
 */
public final class ArenaMemory {

  private static final int PAGE = RingContext.PAGE_SIZE;

  private final MemorySegment shared;
  private final long sizeBytes;
  private final ReentrantLock lock = new ReentrantLock();

  /** Offset in the shared memory to length, neighbours always merged. */
  private final TreeMap<Long, Long> free = new TreeMap<>();

  private ArenaMemory(MemorySegment shared, long offset, long sizeBytes) {
    this.shared = shared;
    this.sizeBytes = sizeBytes;
    free.put(offset, sizeBytes);
  }

  /**
   * The arena of the domain behind {@code calls}. Make one a domain: two would hand out the same
   * memory.
   *
   * @param ringBase the address of any ring of the domain, whose header says where the arena is
   */
  public static ArenaMemory of(SystemCalls calls, long ringBase) {
    MemorySegment shared = calls.sharedMemory();
    long header = ringBase - shared.address() + RingContext.SQ_HEADER_OFFSET;
    long start = ringBase - shared.address() + RingHeader.arenaOffset(shared, header);
    return new ArenaMemory(shared, start, RingHeader.arenaSize(shared, header));
  }

  /** The size of the whole arena in bytes. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** What is free at this instant, in bytes; not necessarily in one piece. */
  public long freeBytes() {
    lock.lock();
    try {
      return free.values().stream().mapToLong(Long::longValue).sum();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a region. Its {@link MemorySegment#address()} is its address in the ABI.
   *
   * @param bytes more than 0; rounded up to whole pages
   * @throws SyscallException with {@code OutOfMemory} if no free piece is that large
   */
  @SuppressWarnings("ModifyCollectionInEnhancedForLoop") // The loop ends with the change.
  public MemorySegment allocate(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes must be more than 0, not " + bytes);
    }
    long length = Math.ceilDiv(bytes, PAGE) * PAGE;
    lock.lock();
    try {
      for (Map.Entry<Long, Long> piece : free.entrySet()) {
        if (piece.getValue() >= length) {
          long offset = piece.getKey();
          long rest = piece.getValue() - length;
          free.remove(offset);
          if (rest > 0) {
            free.put(offset + length, rest);
          }
          return shared.asSlice(offset, length);
        }
      }
    } finally {
      lock.unlock();
    }
    throw new SyscallException(
        SyscallError.OUT_OF_MEMORY,
        "the arena has no free piece of %d bytes (size %d, free %d);"
                .formatted(length, sizeBytes, freeBytes())
            + " close buffers or pools, or give the domain a larger arena");
  }

  /**
   * Gives a region back. No operation in flight may use it any more.
   *
   * @param region exactly what {@link #allocate} returned
   * @throws IllegalArgumentException if it is not, or was given back before
   */
  public void release(MemorySegment region) {
    long offset = region.address() - shared.address();
    long length = region.byteSize();
    lock.lock();
    try {
      Map.Entry<Long, Long> before = free.floorEntry(offset);
      Map.Entry<Long, Long> after = free.ceilingEntry(offset);
      if ((before != null && before.getKey() + before.getValue() > offset)
          || (after != null && offset + length > after.getKey())) {
        throw new IllegalArgumentException("this region is free already: " + region);
      }
      if (before != null && before.getKey() + before.getValue() == offset) {
        offset = before.getKey();
        length += before.getValue();
      }
      if (after != null && offset + length == after.getKey()) {
        length += after.getValue();
        free.remove(after.getKey());
      }
      free.put(offset, length);
    } finally {
      lock.unlock();
    }
  }
}
