// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.RingContext;
import dev.ringfence.kernel.engine.SharedMemory;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a domain shares with the kernel: rings, then the arena, then room for MMAP.
 *
 * <p>The only place where an address of the ABI becomes an offset into memory; everything else
 * works with offsets that came out of {@link #arenaOffset}. Translating takes no lock for the
 * arena; a mapped range takes the monitor.
 */
final class DomainMemory implements AutoCloseable {

  /** No such address. */
  static final long NOWHERE = -1;

  private final SharedMemory shared;
  private final MemorySegment segment;
  private final long base;
  private final long arenaStart;
  private final long arenaEnd;
  private final long mappedEnd;

  /** Ranges that are taken, those that still have users included. */
  private final TreeMap<Long, Long> mapped = new TreeMap<>();

  /** Ranges that addresses may lie in. */
  private final TreeMap<Long, Long> usable = new TreeMap<>();

  private final TreeMap<Long, Long> rings = new TreeMap<>();

  /** Memory that the domain sees where the kernel does. */
  DomainMemory(SharedMemory shared, long ringBytes, long arenaBytes) {
    this(shared, ringBytes, arenaBytes, shared.segment().address());
  }

  /**
   * Memory of a domain in a process of its own.
   *
   * @param base where the domain sees its first byte
   */
  DomainMemory(SharedMemory shared, long ringBytes, long arenaBytes, long base) {
    this.shared = shared;
    this.segment = shared.segment();
    this.base = base;
    this.arenaStart = ringBytes;
    this.arenaEnd = ringBytes + arenaBytes;
    this.mappedEnd = segment.byteSize();
  }

  /**
   * Copies a structure, so that it is judged as it is used.
   *
   * @param bytes a multiple of 8
   */
  MemorySegment copy(long offset, long bytes) {
    // of longs: a copy in an array of bytes would not be aligned
    MemorySegment copy = MemorySegment.ofArray(new long[Math.toIntExact(bytes / Long.BYTES)]);
    return copy.copyFrom(segment().asSlice(offset, bytes));
  }

  MemorySegment segment() {
    return segment;
  }

  /** The address, as the domain sees it, of an offset. */
  long addressOf(long offset) {
    return base + offset;
  }

  long arenaStart() {
    return arenaStart;
  }

  long arenaBytes() {
    return arenaEnd - arenaStart;
  }

  /**
   * The offset of {@code length} bytes at an address that the domain gave, or {@link #NOWHERE}
   * where they are not all within the arena or one mapped range.
   *
   * @param length from 0 to 2^32
   */
  long arenaOffset(long address, long length) {
    long offset = address - base;
    // no sum can overflow: offset is checked against the end before the length is added to it
    if (offset >= arenaStart && offset <= arenaEnd && length <= arenaEnd - offset) {
      return offset;
    }
    if (offset < arenaEnd || offset >= mappedEnd) {
      return NOWHERE;
    }
    synchronized (this) {
      Map.Entry<Long, Long> range = usable.floorEntry(offset);
      return range != null && length <= range.getValue() - (offset - range.getKey())
          ? offset
          : NOWHERE;
    }
  }

  /**
   * Finds room for a ring.
   *
   * @return its offset, or {@link #NOWHERE} when the address space for rings is used up
   */
  synchronized long placeRing(long bytes) {
    return place(rings, 0, arenaStart, bytes);
  }

  /** Gives the room of a ring back. */
  synchronized void removeRing(long offset) {
    rings.remove(offset);
  }

  /**
   * Maps {@code bytes}, zeroed.
   *
   * @return the offset, or {@link #NOWHERE} when no gap is wide enough
   */
  synchronized long map(long bytes) {
    long offset = place(mapped, arenaEnd, mappedEnd, bytes);
    if (offset != NOWHERE) {
      segment.asSlice(offset, bytes).fill((byte) 0);
      usable.put(offset, bytes);
    }
    return offset;
  }

  /** Whether exactly this range is mapped. */
  synchronized boolean isMapped(long offset, long bytes) {
    Long size = usable.get(offset);
    return size != null && size == bytes;
  }

  /** Ends the use of a mapped range by new operations. */
  synchronized void retire(long offset) {
    usable.remove(offset);
  }

  /** Forgets a retired range; nothing in flight uses it any more. */
  synchronized void unmap(long offset) {
    mapped.remove(offset);
  }

  /** How many bytes MMAP may still add, in one piece or several. */
  synchronized long mappableBytes() {
    long used = 0;
    for (long size : mapped.values()) {
      used += size;
    }
    return mappedEnd - arenaEnd - used;
  }

  static long roundToPage(long bytes) {
    return (bytes + RingContext.PAGE_SIZE - 1) & -RingContext.PAGE_SIZE;
  }

  private static long place(TreeMap<Long, Long> ranges, long from, long to, long bytes) {
    long candidate = from;
    for (Map.Entry<Long, Long> range : ranges.entrySet()) {
      if (range.getKey() - candidate >= bytes) {
        break;
      }
      candidate = range.getKey() + range.getValue();
    }
    if (bytes > to - candidate) {
      return NOWHERE;
    }
    ranges.put(candidate, bytes);
    return candidate;
  }

  @Override
  public void close() {
    shared.close();
  }
}
