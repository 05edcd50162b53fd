// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/**
 * The memory map of one ring, from its base address. Every part starts on a page.
 *
 * <pre>
 * 0x0000  SQ header   ({@link RingHeader})
 * 0x1000  CQ header   ({@link RingHeader})
 * 0x2000  doorbell    ({@link Doorbell})
 * 0x3000  info page   ({@link InfoPage})
 * 0x4000  SQ entries  ({@link SubmissionEntry})
 *   ...   CQ entries  ({@link CompletionEntry}), on the next page after them
 * </pre>
 *
 * <p>A program takes the places of the entries and of the arena from the headers; the calculations
 * here are for the side that lays a ring out.
 */
public final class RingContext {
  /** Bytes of a page. */
  public static final int PAGE_SIZE = 4096;

  /** Where a guest finds its first ring. An embedded domain's ring lies where it was mapped. */
  public static final long BASE = 0x2000_0000_0000L;

  public static final int SQ_HEADER_OFFSET = 0x0000;
  public static final int CQ_HEADER_OFFSET = 0x1000;
  public static final int DOORBELL_OFFSET = 0x2000;
  public static final int INFO_OFFSET = 0x3000;
  public static final int SQ_ENTRIES_OFFSET = 0x4000;

  /** The most entries of a submission queue. */
  public static final int ENTRIES_MAX = 32_768;

  /** The most entries of a completion queue. */
  public static final int CQ_ENTRIES_MAX = 65_536;

  static {
    assert SQ_ENTRIES_OFFSET == INFO_OFFSET + InfoPage.SIZE;
  }

  private RingContext() {}

  /** True if a submission queue may have this many entries: a power of two, 1..32768. */
  public static boolean isLegalEntries(long entries) {
    return entries >= 1 && entries <= ENTRIES_MAX && Long.bitCount(entries) == 1;
  }

  /** Where the completion entries start, in bytes from the base. */
  public static long cqEntriesOffset(int sqEntries) {
    return SQ_ENTRIES_OFFSET + pages((long) sqEntries * SubmissionEntry.SIZE);
  }

  /** Bytes of the whole context, a multiple of the page size. */
  public static long sizeOf(int sqEntries, int cqEntries) {
    return cqEntriesOffset(sqEntries) + pages((long) cqEntries * CompletionEntry.SIZE);
  }

  private static long pages(long bytes) {
    return (bytes + PAGE_SIZE - 1) & -PAGE_SIZE;
  }
}
