// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/**
 * The header of a submission or a completion queue: 64 bytes at the start of a page.
 *
 * <pre>
 *  0                           4                           8
 * +---------------------------+---------------------------+
 * | head                      | tail                      |  0
 * +---------------------------+---------------------------+
 * | ring_mask                 | ring_entries              |  8
 * +---------------------------+---------------------------+
 * | flags                     | dropped                   | 16
 * +---------------------------+---------------------------+
 * | features                  | entries_offset            | 24
 * +---------------------------+---------------------------+
 * | wait_for                  | magic                     | 32
 * +---------------------------+---------------------------+
 * | version                   | reserved                  | 40
 * +---------------------------+---------------------------+
 * | arena_offset                                          | 48
 * +-------------------------------------------------------+
 * | arena_size                                            | 56
 * +-------------------------------------------------------+
 * </pre>
 *
 * <p>head and tail run freely through all 2^32 values; entry {@code i} is at index {@code i &
 * ring_mask}. Of the SQ the program owns tail and the kernel head; of the CQ the kernel owns tail
 * and the program head. The owner reads its own index plainly, or better keeps it in a field; the
 * other side's is read with acquire and one's own is published with release. All other fields are
 * constants that the kernel writes at set-up and never reads back, but {@code wait_for}, which the
 * program writes.
 */
public final class RingHeader {
  /** Bytes of a header. */
  public static final int SIZE = 64;

  /** "RFV2" in the order of the bytes. */
  public static final int MAGIC_VALUE = 0x32564652;

  /** The version of the layout that this class describes. */
  public static final int VERSION_VALUE = 1;

  /** In {@code flags}: an index was corrupt and the kernel serves this ring no more. */
  public static final int FLAG_POISONED = 1;

  public static final int HEAD_OFFSET = 0;
  public static final int TAIL_OFFSET = 4;
  public static final int RING_MASK_OFFSET = 8;
  public static final int RING_ENTRIES_OFFSET = 12;
  public static final int FLAGS_OFFSET = 16;
  public static final int DROPPED_OFFSET = 20;
  public static final int FEATURES_OFFSET = 24;
  public static final int ENTRIES_OFFSET_OFFSET = 28;
  public static final int WAIT_FOR_OFFSET = 32;
  public static final int MAGIC_OFFSET = 36;
  public static final int VERSION_OFFSET = 40;
  public static final int RESERVED_OFFSET = 44;
  public static final int ARENA_OFFSET_OFFSET = 48;
  public static final int ARENA_SIZE_OFFSET = 56;

  static {
    assert ARENA_SIZE_OFFSET + Long.BYTES == SIZE;
  }

  private RingHeader() {}

  /** The consumer's index; for its owner, or where no order is needed. */
  public static int head(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + HEAD_OFFSET);
  }

  /** Writes head. */
  public static void setHead(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + HEAD_OFFSET, value);
  }

  /** Reads head with opaque order. */
  public static int headOpaque(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.getOpaque(segment, base + HEAD_OFFSET);
  }

  /** Writes head with opaque order. */
  public static void setHeadOpaque(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setOpaque(segment, base + HEAD_OFFSET, value);
  }

  /** Reads head with acquire order. */
  public static int headAcquire(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.getAcquire(segment, base + HEAD_OFFSET);
  }

  /** Writes head with release order. */
  public static void setHeadRelease(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setRelease(segment, base + HEAD_OFFSET, value);
  }

  /** The producer's index; for its owner, or where no order is needed. */
  public static int tail(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + TAIL_OFFSET);
  }

  /** Writes tail. */
  public static void setTail(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + TAIL_OFFSET, value);
  }

  /** Reads tail with opaque order. */
  public static int tailOpaque(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.getOpaque(segment, base + TAIL_OFFSET);
  }

  /** Writes tail with opaque order. */
  public static void setTailOpaque(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setOpaque(segment, base + TAIL_OFFSET, value);
  }

  /** Reads tail with acquire order. */
  public static int tailAcquire(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.getAcquire(segment, base + TAIL_OFFSET);
  }

  /** Writes tail with release order. */
  public static void setTailRelease(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setRelease(segment, base + TAIL_OFFSET, value);
  }

  /** {@code ring_entries - 1}. */
  public static int ringMask(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + RING_MASK_OFFSET);
  }

  /** Writes ring_mask. */
  public static void setRingMask(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + RING_MASK_OFFSET, value);
  }

  /** Entries of this queue, a power of two. */
  public static int ringEntries(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + RING_ENTRIES_OFFSET);
  }

  /** Writes ring_entries. */
  public static void setRingEntries(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + RING_ENTRIES_OFFSET, value);
  }

  /** Bits of this class: {@link #FLAG_POISONED}. */
  public static int flags(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + FLAGS_OFFSET);
  }

  /** Writes flags. */
  public static void setFlags(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + FLAGS_OFFSET, value);
  }

  /** Reads flags with opaque order. */
  public static int flagsOpaque(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.getOpaque(segment, base + FLAGS_OFFSET);
  }

  /** Writes flags with opaque order. */
  public static void setFlagsOpaque(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setOpaque(segment, base + FLAGS_OFFSET, value);
  }

  /** Writes flags with release order. */
  public static void setFlagsRelease(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setRelease(segment, base + FLAGS_OFFSET, value);
  }

  /** Always 0: no entry and no completion is dropped. */
  public static int dropped(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + DROPPED_OFFSET);
  }

  /** Writes dropped. */
  public static void setDropped(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + DROPPED_OFFSET, value);
  }

  /** Reads dropped with opaque order. */
  public static int droppedOpaque(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.getOpaque(segment, base + DROPPED_OFFSET);
  }

  /** Writes dropped with opaque order. */
  public static void setDroppedOpaque(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setOpaque(segment, base + DROPPED_OFFSET, value);
  }

  /** Bits of {@link Features}. */
  public static int features(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + FEATURES_OFFSET);
  }

  /** Writes features. */
  public static void setFeatures(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + FEATURES_OFFSET, value);
  }

  /** Where the queue's entries start, in bytes from the ring's base. */
  public static int entriesOffset(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + ENTRIES_OFFSET_OFFSET);
  }

  /** Writes entries_offset. */
  public static void setEntriesOffset(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + ENTRIES_OFFSET_OFFSET, value);
  }

  /** CQ only: pending completions for which {@code enter} waits; 0: it does not wait. */
  public static int waitFor(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + WAIT_FOR_OFFSET);
  }

  /** Writes wait_for. */
  public static void setWaitFor(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + WAIT_FOR_OFFSET, value);
  }

  /** Reads wait_for with opaque order. */
  public static int waitForOpaque(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.getOpaque(segment, base + WAIT_FOR_OFFSET);
  }

  /** Writes wait_for with opaque order. */
  public static void setWaitForOpaque(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setOpaque(segment, base + WAIT_FOR_OFFSET, value);
  }

  /** {@link #MAGIC_VALUE}. */
  public static int magic(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + MAGIC_OFFSET);
  }

  /** Writes magic. */
  public static void setMagic(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + MAGIC_OFFSET, value);
  }

  /** {@link #VERSION_VALUE}. */
  public static int version(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + VERSION_OFFSET);
  }

  /** Writes version. */
  public static void setVersion(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + VERSION_OFFSET, value);
  }

  /** Always 0. */
  public static int reserved(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + RESERVED_OFFSET);
  }

  /** Writes reserved. */
  public static void setReserved(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + RESERVED_OFFSET, value);
  }

  /** Where the domain's arena starts, in bytes from this ring's base; modulo 2^64. */
  public static long arenaOffset(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + ARENA_OFFSET_OFFSET);
  }

  /** Writes arena_offset. */
  public static void setArenaOffset(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + ARENA_OFFSET_OFFSET, value);
  }

  /** Bytes of the domain's arena. */
  public static long arenaSize(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + ARENA_SIZE_OFFSET);
  }

  /** Writes arena_size. */
  public static void setArenaSize(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + ARENA_SIZE_OFFSET, value);
  }
}
