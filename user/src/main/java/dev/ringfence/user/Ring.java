// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import static dev.ringfence.abi.SubmissionFlags.FIXED_BUFFER;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.Doorbell;
import dev.ringfence.abi.Features;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SyscallResult;
import dev.ringfence.abi.SystemCall;
import dev.ringfence.abi.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A submission and a completion queue in shared memory, as they are: nothing here allocates.
 *
 * <p>For one thread at a time. Push entries, {@link #submit} the batch, {@link #reap} what has
 * completed. The kernel takes an entry only when it has room for its completion, so none is lost; a
 * program that does not reap finds the submission queue full instead. A pushed entry may be used
 * only after the next submit, its memory belongs to the operation until its final completion.
 *
 * <pre>{@code
 * ring.read(file, address, 4096, 0, tag);
 * ring.submitAndWait(1);
 * ring.reap((userData, result, flags, value) -> ..., Integer.MAX_VALUE);
 * }</pre>
 *
 * <p>A ring lives until its domain ends.
 */
public final class Ring {

  private static final int NOP = OpCode.NOP.code();
  private static final int READ = OpCode.READ.code();
  private static final int WRITE = OpCode.WRITE.code();
  private static final int CLOSE = OpCode.CLOSE.code();
  private static final int CANCEL = OpCode.CANCEL.code();
  private static final int ENTER = SystemCall.IO_URING_ENTER.number();
  private static final int ENTRY_ORDER = Integer.numberOfTrailingZeros(SubmissionEntry.SIZE);
  private static final int COMPLETION_ORDER = Integer.numberOfTrailingZeros(CompletionEntry.SIZE);

  /** Looks at a queue before sleeping in the kernel; more would starve the other side of a core. */
  private static final int SPINS = 64;

  private final SystemCalls calls;
  private final MemorySegment shared;
  private final long base;
  private final boolean polled;
  private final long sq;
  private final long cq;
  private final long doorbell;
  private final long entries;
  private final long completions;
  private final int sqEntries;
  private final int sqMask;
  private final int cqMask;
  private final int cqEntries;

  /** Free-running, this side's own; the shared tail follows at each submit. */
  private int sqTail;

  private int sqTailPublished;

  /** The kernel's head as last seen: read again only when the queue looks full. */
  private int sqHeadSeen;

  private int cqHead;
  private int rings;

  private Ring(SystemCalls calls, long base) {
    this.calls = calls;
    this.shared = calls.sharedMemory();
    this.base = base;
    long start = base - shared.address();
    this.sq = start + RingContext.SQ_HEADER_OFFSET;
    this.cq = start + RingContext.CQ_HEADER_OFFSET;
    this.doorbell = start + RingContext.DOORBELL_OFFSET;
    this.entries = start + Integer.toUnsignedLong(RingHeader.entriesOffset(shared, sq));
    this.completions = start + Integer.toUnsignedLong(RingHeader.entriesOffset(shared, cq));
    this.sqEntries = RingHeader.ringEntries(shared, sq);
    this.sqMask = RingHeader.ringMask(shared, sq);
    this.cqEntries = RingHeader.ringEntries(shared, cq);
    this.cqMask = RingHeader.ringMask(shared, cq);
    this.polled = (RingHeader.features(shared, sq) & Features.SQPOLL) != 0;
    this.sqTail = RingHeader.tail(shared, sq);
    this.sqTailPublished = sqTail;
    this.sqHeadSeen = RingHeader.headAcquire(shared, sq);
    this.cqHead = RingHeader.head(shared, cq);
  }

  /**
   * Makes a ring.
   *
   * @param entries submission entries, a power of two from 1 to 32768
   * @param flags bits of {@link dev.ringfence.abi.SetupFlags}
   * @return the ring, or why the kernel refused
   */
  public static SyscallResult<Ring> setup(SystemCalls calls, int entries, long flags) {
    return new Syscalls(calls).setup(entries, flags).map(base -> new Ring(calls, base));
  }

  /** The ring a domain finds at {@code base}; nothing was pushed into it yet. */
  public static Ring at(SystemCalls calls, long base) {
    return new Ring(calls, base);
  }

  /** The address of the ring's context. */
  public long base() {
    return base;
  }

  /** How many entries the submission queue has. */
  public int entries() {
    return sqEntries;
  }

  /** How many entries the completion queue has. */
  public int completionEntries() {
    return cqEntries;
  }

  /** True if a thread of the kernel polls this ring, so that submitting needs no call. */
  public boolean polled() {
    return polled;
  }

  /** How many entries can be pushed now; the kernel makes room as it takes what was submitted. */
  public int spaceLeft() {
    sqHeadSeen = RingHeader.headAcquire(shared, sq);
    return sqEntries - (sqTail - sqHeadSeen);
  }

  /** How many completions are waiting to be reaped. */
  public int ready() {
    return RingHeader.tailAcquire(shared, cq) - cqHead;
  }

  /**
   * Pushes an entry: the general form. It is the kernel's only after {@link #submit}.
   *
   * @param opcode {@link OpCode#code()}
   * @param flags bits of {@link dev.ringfence.abi.SubmissionFlags}
   * @param bufIndex with FIXED_BUFFER the registered buffer, else 0
   * @param capabilityId what to act on, or 0
   * @param addr an address in the arena, or with FIXED_BUFFER an offset into the buffer
   * @param len as the operation says; unsigned
   * @param userData returned in the completion
   * @return false, and nothing is pushed, while the queue is full ({@code WouldBlock})
   */
  public boolean push(
      int opcode,
      int flags,
      int bufIndex,
      long capabilityId,
      long addr,
      int len,
      long userData,
      long auxiliary0,
      long auxiliary1) {
    int tail = sqTail;
    if (tail - sqHeadSeen == sqEntries) {
      sqHeadSeen = RingHeader.headAcquire(shared, sq);
      if (tail - sqHeadSeen == sqEntries) {
        return false;
      }
    }
    long entry = entries + ((long) (tail & sqMask) << ENTRY_ORDER);
    SubmissionEntry.write(
        shared,
        entry,
        opcode,
        flags,
        bufIndex,
        capabilityId,
        addr,
        len,
        userData,
        auxiliary0,
        auxiliary1);
    sqTail = tail + 1;
    return true;
  }

  /** Pushes a NOP. */
  public boolean nop(long userData) {
    return push(NOP, 0, 0, 0, 0, 0, userData, 0, 0);
  }

  /**
   * Pushes a READ into the arena.
   *
   * @param offset the position in the file, or -1 for the current one and for pipes
   */
  public boolean read(long capabilityId, long addr, int len, long offset, long userData) {
    return push(READ, 0, 0, capabilityId, addr, len, userData, offset, 0);
  }

  /** Pushes a READ into a registered buffer, {@code start} bytes from its beginning. */
  public boolean readFixed(
      long capabilityId, int bufIndex, long start, int len, long offset, long userData) {
    return push(READ, FIXED_BUFFER, bufIndex, capabilityId, start, len, userData, offset, 0);
  }

  /** Pushes a WRITE from the arena; see {@link #read}. */
  public boolean write(long capabilityId, long addr, int len, long offset, long userData) {
    return push(WRITE, 0, 0, capabilityId, addr, len, userData, offset, 0);
  }

  /** Pushes a WRITE from a registered buffer; see {@link #readFixed}. */
  public boolean writeFixed(
      long capabilityId, int bufIndex, long start, int len, long offset, long userData) {
    return push(WRITE, FIXED_BUFFER, bufIndex, capabilityId, start, len, userData, offset, 0);
  }

  /** Pushes a CLOSE. */
  public boolean close(long capabilityId, long userData) {
    return push(CLOSE, 0, 0, capabilityId, 0, 0, userData, 0, 0);
  }

  /** Pushes a CANCEL of the operation that carries {@code target} as its user data. */
  public boolean cancel(long target, long userData) {
    return push(CANCEL, 0, 0, 0, target, 0, userData, 0, 0);
  }

  /**
   * Hands everything pushed to the kernel, without waiting for completions. On a polled ring this
   * is a store and a fence, and a call only if the poller sleeps.
   *
   * @return 0, or minus the code of a {@link dev.ringfence.abi.SyscallError}
   */
  public long submit() {
    publish();
    if (polled && !pollerSleeps()) {
      return 0;
    }
    return calls.invoke(ENTER, base, 0);
  }

  /**
   * Hands everything pushed to the kernel and waits until completions are there to reap. Does not
   * enter the kernel if they are there already and nothing is new.
   *
   * @param completionsMin how many to wait for, at most what is in flight: more would never come
   * @return 0, or minus the code of a {@link dev.ringfence.abi.SyscallError}
   */
  public long submitAndWait(int completionsMin) {
    boolean enter = publish();
    if (polled) {
      enter = pollerSleeps();
      for (int i = 0; !enter && i < SPINS && ready() < completionsMin; i++) {
        Thread.onSpinWait();
      }
    }
    if (!enter && ready() >= completionsMin) {
      return 0;
    }
    RingHeader.setWaitFor(shared, cq, completionsMin);
    long result = calls.invoke(ENTER, base, 0);
    RingHeader.setWaitFor(shared, cq, 0);
    return result;
  }

  /**
   * Takes completions from the queue, oldest first, with one acquire and one release for all. Those
   * handed over before the handler threw are gone, the others stay.
   *
   * @param max how many at most
   * @return how many were handed over; 0 if none are ready
   */
  public int reap(CompletionHandler handler, int max) {
    int first = cqHead;
    int count = Math.min(RingHeader.tailAcquire(shared, cq) - first, max);
    if (count <= 0) {
      return 0;
    }
    int head = first;
    try {
      while (head != first + count) {
        long entry = completions + ((long) (head & cqMask) << COMPLETION_ORDER);
        head++;
        handler.onCompletion(
            CompletionEntry.userData(shared, entry),
            CompletionEntry.result(shared, entry),
            CompletionEntry.flags(shared, entry),
            CompletionEntry.reserved(shared, entry));
      }
    } finally {
      cqHead = head;
      RingHeader.setHeadRelease(shared, cq, head);
    }
    return count;
  }

  /** The release that makes the entries visible before the tail that covers them. */
  private boolean publish() {
    if (sqTail == sqTailPublished) {
      return false;
    }
    RingHeader.setTailRelease(shared, sq, sqTail);
    sqTailPublished = sqTail;
    return true;
  }

  /**
   * The program's half of the doorbell protocol: the tail is stored, then (full fence) the flag is
   * read; the poller stores the flag, then (full fence) reads the tail. One of them sees the other.
   */
  private boolean pollerSleeps() {
    Doorbell.setRingOpaque(shared, doorbell, ++rings);
    VarHandle.fullFence();
    return Doorbell.needsWakeupAcquire(shared, doorbell);
  }
}
