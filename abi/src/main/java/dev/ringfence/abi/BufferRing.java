// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/**
 * The head of a ring of provided buffers ({@code struct rf_buffer_ring}), 64-aligned, in the arena;
 * {@link ProvidedBuffer} entries follow it, a power of two of them.
 *
 * <p>The program fills the entry at {@code tail & (entries - 1)} and then stores the new tail with
 * release. The kernel keeps its own head; what it writes there only tells how far it is.
 */
public final class BufferRing {
  /** Bytes of the structure. */
  public static final int SIZE = 64;

  public static final int TAIL_OFFSET = 0;
  public static final int HEAD_OFFSET = 4;
  public static final int RESERVED_OFFSET = 8;

  /** Where the first {@link ProvidedBuffer} is. */
  public static final int ENTRIES_OFFSET = SIZE;

  /** The most entries of a group. */
  public static final int GROUP_ENTRIES_MAX = 32_768;

  /** Groups of a ring have indices from 0 to this. */
  public static final int GROUP_INDEX_MAX = 255;

  private BufferRing() {}

  /** Bytes of a ring with this many entries, its head included. */
  public static long sizeFor(int entries) {
    return SIZE + (long) entries * ProvidedBuffer.SIZE;
  }

  /** The program's free-running index. */
  public static int tail(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + TAIL_OFFSET);
  }

  /** Writes tail. */
  public static void setTail(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + TAIL_OFFSET, value);
  }

  /** {@link #tail} with acquire: the entries before it are then visible. */
  public static int tailAcquire(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.getAcquire(segment, base + TAIL_OFFSET);
  }

  /** Writes tail with release, after the entries that it covers. */
  public static void setTailRelease(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setRelease(segment, base + TAIL_OFFSET, value);
  }

  /** Writes head with release, after the entries before it were read. */
  public static void setHeadRelease(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setRelease(segment, base + HEAD_OFFSET, value);
  }

  /** How many entries the kernel has taken, free-running. */
  public static int head(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + HEAD_OFFSET);
  }

  /** Writes head. */
  public static void setHead(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + HEAD_OFFSET, value);
  }
}
