// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.InfoPage;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SystemCall;
import java.lang.foreign.MemorySegment;

/** The least of a program: a ring of a domain, and entries about the domain's first grant. */
final class OneEntry {

  final Domain domain;
  final MemorySegment memory;
  final long base;
  private final long ring;

  /** Offset in {@link #memory} of the CQ's header. */
  final long completions;

  OneEntry(Domain domain, long flags) {
    this.domain = domain;
    this.memory = domain.sharedMemory();
    this.base = domain.invoke(SystemCall.IO_URING_SETUP.number(), 4, flags);
    this.ring = base - memory.address();
    this.completions = ring + RingContext.CQ_HEADER_OFFSET;
  }

  long grant() {
    return InfoPage.capabilityId(memory, ring + RingContext.INFO_OFFSET, 0);
  }

  /** The address where the domain's arena begins. */
  long arena() {
    return base + RingHeader.arenaOffset(memory, ring + RingContext.SQ_HEADER_OFFSET);
  }

  /** Submits an entry, and enters. */
  void submit(OpCode code, long addr, int len, long auxiliary1) {
    long queue = ring + RingContext.SQ_HEADER_OFFSET;
    int tail = RingHeader.tail(memory, queue);
    int mask = RingHeader.ringEntries(memory, queue) - 1;
    long entry =
        ring
            + Integer.toUnsignedLong(RingHeader.entriesOffset(memory, queue))
            + (long) (tail & mask) * SubmissionEntry.SIZE;
    SubmissionEntry.setOpcode(memory, entry, code.code());
    SubmissionEntry.setCapabilityId(memory, entry, grant());
    SubmissionEntry.setAddr(memory, entry, addr);
    SubmissionEntry.setLen(memory, entry, len);
    SubmissionEntry.setAuxiliary1(memory, entry, auxiliary1);
    RingHeader.setTailRelease(memory, queue, tail + 1);
    enter();
  }

  void enter() {
    domain.invoke(SystemCall.IO_URING_ENTER.number(), base, 0);
  }

  /** Completions posted and not read. */
  int pending() {
    return RingHeader.tailAcquire(memory, completions) - RingHeader.head(memory, completions);
  }

  /** Offset in {@link #memory} of the oldest completion. */
  long oldest() {
    int mask = RingHeader.ringEntries(memory, completions) - 1;
    return ring
        + Integer.toUnsignedLong(RingHeader.entriesOffset(memory, completions))
        + (long) (RingHeader.head(memory, completions) & mask) * CompletionEntry.SIZE;
  }
}
