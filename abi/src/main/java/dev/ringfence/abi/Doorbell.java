// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/**
 * The doorbell: one page on which a program and the thread that polls its ring wake each other.
 *
 * <pre>
 *  0                           4             5        6              7
 * +---------------------------+-------------+--------+--------------+---
 * | ring                      |needs_wakeup |cq_ready|sqpoll_running| 0 ...
 * +---------------------------+-------------+--------+--------------+---
 * </pre>
 *
 * <p>The flags are hints that the kernel writes and never reads back. Lost wake-ups are excluded
 * like this. Program: {@link RingHeader#setTailRelease}, full fence, {@link #needsWakeupOpaque},
 * then enter if it is set. Kernel: {@link #setNeedsWakeupRelease}, full fence, {@link
 * RingHeader#tailAcquire}, then sleep if nothing is there. One of the two sees the other's store.
 */
public final class Doorbell {
  /** Bytes of the doorbell: its page. */
  public static final int SIZE = 4096;

  public static final int RING_OFFSET = 0;
  public static final int NEEDS_WAKEUP_OFFSET = 4;
  public static final int CQ_READY_OFFSET = 5;
  public static final int SQPOLL_RUNNING_OFFSET = 6;

  static {
    assert SQPOLL_RUNNING_OFFSET < SIZE;
  }

  private Doorbell() {}

  /** Incremented by the program to draw attention without a system call; a hint. */
  public static int ring(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + RING_OFFSET);
  }

  /** Writes ring. */
  public static void setRing(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + RING_OFFSET, value);
  }

  /** Reads ring with opaque order. */
  public static int ringOpaque(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.getOpaque(segment, base + RING_OFFSET);
  }

  /** Writes ring with opaque order. */
  public static void setRingOpaque(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setOpaque(segment, base + RING_OFFSET, value);
  }

  /** Reads ring with acquire order. */
  public static int ringAcquire(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.getAcquire(segment, base + RING_OFFSET);
  }

  /** Writes ring with release order. */
  public static void setRingRelease(MemorySegment segment, long base, int value) {
    LittleEndian.U32.setRelease(segment, base + RING_OFFSET, value);
  }

  /** The polling thread sleeps: call enter after publishing entries. */
  public static boolean needsWakeup(MemorySegment segment, long base) {
    return (byte) LittleEndian.U8.get(segment, base + NEEDS_WAKEUP_OFFSET) != 0;
  }

  /** Writes needs_wakeup. */
  public static void setNeedsWakeup(MemorySegment segment, long base, boolean value) {
    LittleEndian.U8.set(segment, base + NEEDS_WAKEUP_OFFSET, (byte) (value ? 1 : 0));
  }

  /** Reads needs_wakeup with opaque order. */
  public static boolean needsWakeupOpaque(MemorySegment segment, long base) {
    return (byte) LittleEndian.U8.getOpaque(segment, base + NEEDS_WAKEUP_OFFSET) != 0;
  }

  /** Writes needs_wakeup with opaque order. */
  public static void setNeedsWakeupOpaque(MemorySegment segment, long base, boolean value) {
    LittleEndian.U8.setOpaque(segment, base + NEEDS_WAKEUP_OFFSET, (byte) (value ? 1 : 0));
  }

  /** Reads needs_wakeup with acquire order. */
  public static boolean needsWakeupAcquire(MemorySegment segment, long base) {
    return (byte) LittleEndian.U8.getAcquire(segment, base + NEEDS_WAKEUP_OFFSET) != 0;
  }

  /** Writes needs_wakeup with release order. */
  public static void setNeedsWakeupRelease(MemorySegment segment, long base, boolean value) {
    LittleEndian.U8.setRelease(segment, base + NEEDS_WAKEUP_OFFSET, (byte) (value ? 1 : 0));
  }

  /** Completions were posted since the program last cleared it. */
  public static boolean cqReady(MemorySegment segment, long base) {
    return (byte) LittleEndian.U8.get(segment, base + CQ_READY_OFFSET) != 0;
  }

  /** Writes cq_ready. */
  public static void setCqReady(MemorySegment segment, long base, boolean value) {
    LittleEndian.U8.set(segment, base + CQ_READY_OFFSET, (byte) (value ? 1 : 0));
  }

  /** Reads cq_ready with opaque order. */
  public static boolean cqReadyOpaque(MemorySegment segment, long base) {
    return (byte) LittleEndian.U8.getOpaque(segment, base + CQ_READY_OFFSET) != 0;
  }

  /** Writes cq_ready with opaque order. */
  public static void setCqReadyOpaque(MemorySegment segment, long base, boolean value) {
    LittleEndian.U8.setOpaque(segment, base + CQ_READY_OFFSET, (byte) (value ? 1 : 0));
  }

  /** Reads cq_ready with acquire order. */
  public static boolean cqReadyAcquire(MemorySegment segment, long base) {
    return (byte) LittleEndian.U8.getAcquire(segment, base + CQ_READY_OFFSET) != 0;
  }

  /** Writes cq_ready with release order. */
  public static void setCqReadyRelease(MemorySegment segment, long base, boolean value) {
    LittleEndian.U8.setRelease(segment, base + CQ_READY_OFFSET, (byte) (value ? 1 : 0));
  }

  /** A kernel thread polls this ring. */
  public static boolean sqpollRunning(MemorySegment segment, long base) {
    return (byte) LittleEndian.U8.get(segment, base + SQPOLL_RUNNING_OFFSET) != 0;
  }

  /** Writes sqpoll_running. */
  public static void setSqpollRunning(MemorySegment segment, long base, boolean value) {
    LittleEndian.U8.set(segment, base + SQPOLL_RUNNING_OFFSET, (byte) (value ? 1 : 0));
  }

  /** Reads sqpoll_running with opaque order. */
  public static boolean sqpollRunningOpaque(MemorySegment segment, long base) {
    return (byte) LittleEndian.U8.getOpaque(segment, base + SQPOLL_RUNNING_OFFSET) != 0;
  }

  /** Writes sqpoll_running with opaque order. */
  public static void setSqpollRunningOpaque(MemorySegment segment, long base, boolean value) {
    LittleEndian.U8.setOpaque(segment, base + SQPOLL_RUNNING_OFFSET, (byte) (value ? 1 : 0));
  }

  /** Reads sqpoll_running with acquire order. */
  public static boolean sqpollRunningAcquire(MemorySegment segment, long base) {
    return (byte) LittleEndian.U8.getAcquire(segment, base + SQPOLL_RUNNING_OFFSET) != 0;
  }

  /** Writes sqpoll_running with release order. */
  public static void setSqpollRunningRelease(MemorySegment segment, long base, boolean value) {
    LittleEndian.U8.setRelease(segment, base + SQPOLL_RUNNING_OFFSET, (byte) (value ? 1 : 0));
  }
}
