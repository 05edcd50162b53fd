// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The consumer's side of a ring's completion queue, as a cursor over a batch.
 *
 * <p>One acquire of the tail in {@link #ready}, plain reads between, one release of the head in
 * {@link #advance}. One thread at a time; nothing is allocated.
 */
public final class CompletionQueue {

  private static final VarHandle INT = JAVA_INT.varHandle();

  private final MemorySegment rings;
  private final long headOffset;
  private final long tailOffset;
  private final long overflowOffset;
  private final long cqesOffset;
  private final int mask;

  /** Ours alone: the kernel only reads the shared copy. */
  private int head;

  CompletionQueue(MemorySegment rings, RingLayout layout) {
    this.rings = rings;
    headOffset = layout.cqHead();
    tailOffset = layout.cqTail();
    overflowOffset = layout.cqOverflow();
    cqesOffset = layout.cqes();
    mask = layout.cqEntries() - 1;
    head = rings.get(JAVA_INT, headOffset);
  }

  /** How many entries the queue holds: a power of two. */
  public int entries() {
    return mask + 1;
  }

  /**
   * How many completions can be read now, as indices 0 to n - 1.
   *
   * <p>Acquire: the kernel stores the tail with release after the entries that it covers, so they
   * are whole when we see it.
   */
  public int ready() {
    return (int) INT.getAcquire(rings, tailOffset) - head;
  }

  /**
   * The user_data of the submission that the completion answers.
   *
   * @param index below what {@link #ready} said
   */
  public long userData(int index) {
    return rings.get(JAVA_LONG, entry(index) + Cqe.USER_DATA);
  }

  /** The result: from 0 up, or minus the errno. */
  public int result(int index) {
    return rings.get(JAVA_INT, entry(index) + Cqe.RES);
  }

  /** IORING_CQE_F bits, and a buffer's id in the upper half. */
  public int flags(int index) {
    return rings.get(JAVA_INT, entry(index) + Cqe.FLAGS);
  }

  /**
   * Gives the first {@code count} entries back to the kernel; the next one becomes index 0.
   *
   * <p>Release: our reads of the entries are done before the kernel may write over them.
   */
  public void advance(int count) {
    head += count;
    INT.setRelease(rings, headOffset, head);
  }

  /**
   * How many completions the kernel has lost since the ring was made, for want of memory to keep
   * them in while the queue was full. 0 in health.
   */
  public int lost() {
    return (int) INT.getOpaque(rings, overflowOffset);
  }

  private long entry(int index) {
    return cqesOffset + (long) ((head + index) & mask) * Cqe.SIZE;
  }
}
