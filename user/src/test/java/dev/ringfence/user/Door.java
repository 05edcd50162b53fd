// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Shared memory with one ring and an arena, and a kernel's side that the test plays: it takes and
 * completes entries when it is told to.
 */
final class Door implements SystemCalls {

  static final int ENTRIES = 4;
  private static final int CQ_ENTRIES_OFFSET =
      RingContext.SQ_ENTRIES_OFFSET + RingContext.PAGE_SIZE;
  private static final int ARENA_OFFSET = CQ_ENTRIES_OFFSET + RingContext.PAGE_SIZE;
  private static final long SQ = RingContext.SQ_HEADER_OFFSET;
  private static final long CQ = RingContext.CQ_HEADER_OFFSET;

  private final MemorySegment shared;
  int calls;

  /** Both queues begin at this index. */
  Door(int firstIndex, int arenaPages) {
    long arenaBytes = (long) arenaPages * RingContext.PAGE_SIZE;
    shared = Arena.ofAuto().allocate(ARENA_OFFSET + arenaBytes, RingContext.PAGE_SIZE);
    header(SQ, firstIndex, RingContext.SQ_ENTRIES_OFFSET, arenaBytes);
    header(CQ, firstIndex, CQ_ENTRIES_OFFSET, arenaBytes);
  }

  private void header(long at, int firstIndex, int entriesOffset, long arenaBytes) {
    RingHeader.setHead(shared, at, firstIndex);
    RingHeader.setTail(shared, at, firstIndex);
    RingHeader.setRingEntries(shared, at, ENTRIES);
    RingHeader.setRingMask(shared, at, ENTRIES - 1);
    RingHeader.setEntriesOffset(shared, at, entriesOffset);
    RingHeader.setArenaOffset(shared, at, ARENA_OFFSET);
    RingHeader.setArenaSize(shared, at, arenaBytes);
  }

  @Override
  public long invoke(int number, long argument0, long argument1) {
    calls++;
    return 0;
  }

  @Override
  public MemorySegment sharedMemory() {
    return shared;
  }

  long base() {
    return shared.address();
  }

  /** Entries that the program published and the kernel has not taken. */
  int published() {
    return RingHeader.tailAcquire(shared, SQ) - RingHeader.head(shared, SQ);
  }

  /** Takes the oldest entry and completes it with its length as the result. */
  void completeOne() {
    int head = RingHeader.head(shared, SQ);
    long entry = RingContext.SQ_ENTRIES_OFFSET + (long) (head & ENTRIES - 1) * SubmissionEntry.SIZE;
    int tail = RingHeader.tail(shared, CQ);
    long completion = CQ_ENTRIES_OFFSET + (long) (tail & ENTRIES - 1) * CompletionEntry.SIZE;
    long userData = SubmissionEntry.userData(shared, entry);
    CompletionEntry.write(shared, completion, userData, SubmissionEntry.len(shared, entry), 0, 0);
    RingHeader.setHeadRelease(shared, SQ, head + 1);
    RingHeader.setTailRelease(shared, CQ, tail + 1);
  }
}
