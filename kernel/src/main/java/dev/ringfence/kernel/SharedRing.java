// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.Doorbell;
import dev.ringfence.abi.Features;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The shared words of one ring, seen from the kernel.
 *
 * <p>The other side may write anything into them at any moment. So masks, sizes and the kernel's
 * own indices are fields here and never read back; the other side's indices are read once and
 * judged by whoever asked. Owner's thread only, but for {@link #waitFor}, {@link #completionHead}
 * and {@link #submissionTail}.
 */
final class SharedRing {

  final int submissionEntries;
  final int completionEntries;

  private final MemorySegment memory;
  private final long submissionHeader;
  private final long completionHeader;
  private final long doorbell;
  private final long submissionArray;
  private final long completionArray;

  private int submissionHead;
  private int completionTail;

  /**
   * Lays the ring out in memory that is all zero.
   *
   * @param base the ring's offset in {@code memory}
   * @param arenaOffset the arena's offset in {@code memory}
   * @param firstIndex where all indices start: near 2^32 in tests, so that they wrap
   */
  SharedRing(
      MemorySegment memory,
      long base,
      int submissionEntries,
      int completionEntries,
      boolean polled,
      long arenaOffset,
      long arenaBytes,
      int firstIndex) {
    this.memory = memory;
    this.submissionEntries = submissionEntries;
    this.completionEntries = completionEntries;
    this.submissionHeader = base + RingContext.SQ_HEADER_OFFSET;
    this.completionHeader = base + RingContext.CQ_HEADER_OFFSET;
    this.doorbell = base + RingContext.DOORBELL_OFFSET;
    long submissionArrayOffset = RingContext.SQ_ENTRIES_OFFSET;
    long completionArrayOffset = RingContext.cqEntriesOffset(submissionEntries);
    this.submissionArray = base + submissionArrayOffset;
    this.completionArray = base + completionArrayOffset;
    this.submissionHead = firstIndex;
    this.completionTail = firstIndex;

    int features = Features.CAPABILITY | Features.TYPED_RESULT | (polled ? Features.SQPOLL : 0);
    layOut(submissionHeader, submissionEntries, features, submissionArrayOffset, firstIndex);
    layOut(completionHeader, completionEntries, features, completionArrayOffset, firstIndex);
    for (long header : new long[] {submissionHeader, completionHeader}) {
      RingHeader.setArenaOffset(memory, header, arenaOffset - base);
      RingHeader.setArenaSize(memory, header, arenaBytes);
    }
    Doorbell.setSqpollRunning(memory, doorbell, polled);
  }

  private void layOut(long header, int entries, int features, long entriesOffset, int firstIndex) {
    RingHeader.setRingMask(memory, header, entries - 1);
    RingHeader.setRingEntries(memory, header, entries);
    RingHeader.setFeatures(memory, header, features);
    RingHeader.setEntriesOffset(memory, header, (int) entriesOffset);
    RingHeader.setMagic(memory, header, RingHeader.MAGIC_VALUE);
    RingHeader.setVersion(memory, header, RingHeader.VERSION_VALUE);
    RingHeader.setHeadRelease(memory, header, firstIndex);
    RingHeader.setTailRelease(memory, header, firstIndex);
  }

  /** The program's tail, unjudged. Acquire: the entries before it are then visible. */
  int submissionTail() {
    return RingHeader.tailAcquire(memory, submissionHeader);
  }

  /** The next entry to take. */
  int submissionHead() {
    return submissionHead;
  }

  /** Copies the next entry into {@code operation} and moves on. */
  void takeInto(InFlight operation) {
    long index = submissionHead & (submissionEntries - 1);
    operation.copyFrom(memory, submissionArray + index * SubmissionEntry.SIZE);
    submissionHead++;
  }

  /** Gives the slots of the entries taken back to the program; release: after they were copied. */
  void publishSubmissionHead() {
    RingHeader.setHeadRelease(memory, submissionHeader, submissionHead);
  }

  /** The program's head, unjudged. Acquire: the slots before it were read and may be reused. */
  int completionHead() {
    return RingHeader.headAcquire(memory, completionHeader);
  }

  /** Where the next completion goes. */
  int completionTail() {
    return completionTail;
  }

  /** Writes a completion; the program sees it after {@link #publishCompletionTail}. */
  void put(long userData, int result, int flags, long reserved) {
    long entry =
        completionArray + (long) (completionTail & (completionEntries - 1)) * CompletionEntry.SIZE;
    CompletionEntry.setUserData(memory, entry, userData);
    CompletionEntry.setResult(memory, entry, result);
    CompletionEntry.setFlags(memory, entry, flags);
    CompletionEntry.setReserved(memory, entry, reserved);
    CompletionEntry.setPadding(memory, entry, 0);
    completionTail++;
  }

  /** Shows the program every completion written so far: one release for the batch. */
  void publishCompletionTail() {
    RingHeader.setTailRelease(memory, completionHeader, completionTail);
    Doorbell.setCqReadyRelease(memory, doorbell, true);
  }

  /** How many completions the program wants to wait for, unjudged. */
  int waitFor() {
    return RingHeader.waitForOpaque(memory, completionHeader);
  }

  /**
   * Says in both headers that the ring was given up; whoever sees it in the SQ's sees it in both.
   */
  void markPoisoned() {
    RingHeader.setFlagsRelease(memory, completionHeader, RingHeader.FLAG_POISONED);
    RingHeader.setFlagsRelease(memory, submissionHeader, RingHeader.FLAG_POISONED);
  }

  /**
   * Asks the program to call {@code enter} after its next submission. The full fence orders the
   * request before the caller's next look at the tail; the program's fence orders its tail before
   * its look at the request; so one of the two sees the other.
   */
  void askForWakeup() {
    Doorbell.setNeedsWakeupRelease(memory, doorbell, true);
    VarHandle.fullFence();
  }

  /** Takes the request back: the poller is looking again. */
  void lookAgain() {
    Doorbell.setNeedsWakeupRelease(memory, doorbell, false);
  }

  /** Says that nobody polls any more. */
  void stopPolling() {
    Doorbell.setSqpollRunning(memory, doorbell, false);
    Doorbell.setNeedsWakeupRelease(memory, doorbell, true);
  }
}
