// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct io_uring_params}, as io_uring_setup(2) fills it, with the two structures inside
 * that say where in the shared memory the ring's words lie.
 */
record RingLayout(
    int flags,
    int features,
    int sqEntries,
    int cqEntries,
    int sqHead,
    int sqTail,
    int sqFlags,
    int sqDropped,
    int sqArray,
    int cqHead,
    int cqTail,
    int cqOverflow,
    int cqes) {

  /** Offsets in {@code struct io_uring_params}. */
  static final class Params {
    static final int SQ_ENTRIES = 0;
    static final int CQ_ENTRIES = 4;
    static final int FLAGS = 8;
    static final int FEATURES = 20;
    static final int SQ_OFF = 40;
    static final int CQ_OFF = 80;
    static final int SIZE = 120;

    private Params() {}
  }

  /** Offsets in {@code struct io_sqring_offsets}. */
  static final class SqOffsets {
    static final int HEAD = 0;
    static final int TAIL = 4;
    static final int RING_MASK = 8;
    static final int RING_ENTRIES = 12;
    static final int FLAGS = 16;
    static final int DROPPED = 20;
    static final int ARRAY = 24;
    static final int SIZE = 40;

    private SqOffsets() {}
  }

  /** Offsets in {@code struct io_cqring_offsets}. */
  static final class CqOffsets {
    static final int HEAD = 0;
    static final int TAIL = 4;
    static final int RING_MASK = 8;
    static final int RING_ENTRIES = 12;
    static final int OVERFLOW = 16;
    static final int CQES = 20;
    static final int FLAGS = 24;
    static final int SIZE = 40;

    private CqOffsets() {}
  }

  static RingLayout read(MemorySegment params) {
    return new RingLayout(
        params.get(JAVA_INT, Params.FLAGS),
        params.get(JAVA_INT, Params.FEATURES),
        params.get(JAVA_INT, Params.SQ_ENTRIES),
        params.get(JAVA_INT, Params.CQ_ENTRIES),
        params.get(JAVA_INT, Params.SQ_OFF + SqOffsets.HEAD),
        params.get(JAVA_INT, Params.SQ_OFF + SqOffsets.TAIL),
        params.get(JAVA_INT, Params.SQ_OFF + SqOffsets.FLAGS),
        params.get(JAVA_INT, Params.SQ_OFF + SqOffsets.DROPPED),
        params.get(JAVA_INT, Params.SQ_OFF + SqOffsets.ARRAY),
        params.get(JAVA_INT, Params.CQ_OFF + CqOffsets.HEAD),
        params.get(JAVA_INT, Params.CQ_OFF + CqOffsets.TAIL),
        params.get(JAVA_INT, Params.CQ_OFF + CqOffsets.OVERFLOW),
        params.get(JAVA_INT, Params.CQ_OFF + CqOffsets.CQES));
  }

  boolean has(int setupFlag) {
    return (flags & setupFlag) != 0;
  }

  /** Both rings share one mapping (SINGLE_MMAP, which every kernel served here has). */
  long ringsSize() {
    long sqEnd = has(UringHeader.IORING_SETUP_NO_SQARRAY) ? 0 : sqArray + 4L * sqEntries;
    return Math.max(sqEnd, cqes + (long) Cqe.SIZE * cqEntries);
  }

  long sqesSize() {
    return (long) Sqe.SIZE * sqEntries;
  }
}
