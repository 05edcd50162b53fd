// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.Doorbell;
import dev.ringfence.abi.InfoPage;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SetupFlags;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SystemCall;
import dev.ringfence.abi.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program with one ring: written from docs/abi.md alone, on the layouts of the ABI and the four
 * calls, and thin enough to write malformed words with. For one thread at a time.
 */
final class Client extends ObjectRequests {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long FIRST_TAG = 0x7a60_0000L;

  private final SystemCalls calls;
  private final MemorySegment segment;
  private final Memory memory;
  private final long base;
  private final long submission;
  private final long completion;
  private final long doorbell;
  private final boolean polled;
  private final int entries;
  private final int completionEntries;
  private final long submissionArray;
  private final long completionArray;
  private final List<Completion> inbox = new ArrayList<>();

  private int submissionTail;
  private int completionHead;
  private long nextTag = FIRST_TAG;

  private Client(SystemCalls calls, long base, Client sibling) {
    this.calls = calls;
    this.segment = calls.sharedMemory();
    this.base = base;
    long offset = base - segment.address();
    this.submission = offset + RingContext.SQ_HEADER_OFFSET;
    this.completion = offset + RingContext.CQ_HEADER_OFFSET;
    this.doorbell = offset + RingContext.DOORBELL_OFFSET;
    this.polled = Doorbell.sqpollRunning(segment, doorbell);
    this.entries = RingHeader.ringEntries(segment, submission);
    this.completionEntries = RingHeader.ringEntries(segment, completion);
    this.submissionArray =
        offset + Integer.toUnsignedLong(RingHeader.entriesOffset(segment, submission));
    this.completionArray =
        offset + Integer.toUnsignedLong(RingHeader.entriesOffset(segment, completion));
    this.submissionTail = RingHeader.tail(segment, submission);
    this.completionHead = RingHeader.head(segment, completion);
    this.memory =
        sibling != null
            ? sibling.memory
            : new Memory(
                segment,
                new Range(
                    base + RingHeader.arenaOffset(segment, submission),
                    Math.toIntExact(RingHeader.arenaSize(segment, submission))));
  }

  /** Sets a ring up, the domain's first; it must succeed. */
  static Client setUp(SystemCalls calls, int entries, long flags) {
    return new Client(calls, require(setup(calls, entries, flags)), null);
  }

  /** Sets another ring of the same domain up; the two share the arena, one thread uses both. */
  Client another(int entries, long flags) {
    return new Client(calls, require(setup(calls, entries, flags)), this);
  }

  static long setup(SystemCalls calls, long entries, long flags) {
    return calls.invoke(SystemCall.IO_URING_SETUP.number(), entries, flags);
  }

  private static long require(long register) {
    if (register < 0) {
      throw new AssertionError("a system call failed with " + register);
    }
    return register;
  }

  @Override
  Memory memory() {
    return memory;
  }

  // ---- the other calls -------------------------------------------------------------------------

  /** {@code sys_io_uring_enter} with any words. */
  long enter(long first, long second) {
    return calls.invoke(SystemCall.IO_URING_ENTER.number(), first, second);
  }

  /** Serves this ring. */
  long enter() {
    return enter(base, 0);
  }

  /** {@code sys_capability_dup}: the register. */
  long dup(long capability, long rights) {
    return calls.invoke(SystemCall.CAPABILITY_DUP.number(), capability, rights);
  }

  /** A duplicate; the call must succeed. */
  long duplicate(long capability, long rights) {
    return require(dup(capability, rights));
  }

  /** {@code sys_capability_revoke}: the register. */
  long revoke(long capability) {
    return calls.invoke(SystemCall.CAPABILITY_REVOKE.number(), capability, 0);
  }

  // ---- what the ring says ----------------------------------------------------------------------

  long base() {
    return base;
  }

  MemorySegment segment() {
    return segment;
  }

  /** Offset in {@link #segment} of the SQ's header. */
  long submissionHeader() {
    return submission;
  }

  /** Offset in {@link #segment} of the CQ's header. */
  long completionHeader() {
    return completion;
  }

  /** Offset in {@link #segment} of the doorbell. */
  long doorbell() {
    return doorbell;
  }

  /** Offset in {@link #segment} of the info page. */
  long infoPage() {
    return base - segment.address() + RingContext.INFO_OFFSET;
  }

  boolean poisoned() {
    return (RingHeader.flags(segment, submission) & RingHeader.FLAG_POISONED) != 0;
  }

  int entries() {
    return entries;
  }

  int completionEntries() {
    return completionEntries;
  }

  /** The id that was granted under a petname. */
  long grant(String petname) {
    for (int row = 0; row < InfoPage.count(segment, infoPage()); row++) {
      if (InfoPage.name(segment, infoPage(), row).equals(petname)) {
        return InfoPage.capabilityId(segment, infoPage(), row);
      }
    }
    throw new AssertionError("nothing was granted as " + petname);
  }

  // ---- submitting ------------------------------------------------------------------------------

  /** How many entries still fit into the SQ. */
  int room() {
    return entries - waitingEntries();
  }

  /** Entries that the kernel has not taken. */
  int waitingEntries() {
    return submissionTail - RingHeader.headAcquire(segment, submission);
  }

  /** Writes entries into the queue and publishes them with one store; there must be room. */
  void push(Entry... batch) {
    if (batch.length > room()) {
      throw new AssertionError(batch.length + " entries do not fit: room for " + room());
    }
    pushBlindly(batch);
  }

  /** Pushes without a look at the kernel's head. */
  void pushBlindly(Entry... batch) {
    for (Entry entry : batch) {
      if (!entry.isTagged()) {
        entry.tag(nextTag++);
      }
      entry.writeTo(segment, slot(submissionTail++));
    }
    RingHeader.setTailRelease(segment, submission, submissionTail);
  }

  private long slot(int index) {
    return submissionArray + (long) (index & entries - 1) * SubmissionEntry.SIZE;
  }

  /** Pushes entries and has the kernel take them all; waits for no completion. */
  void submit(Entry... batch) {
    push(batch);
    serve();
  }

  /**
   * Pushes entries and has the kernel begin them all: a poller has taken an entry before it begins
   * it, and only what has begun holds its capability.
   */
  void begin(Entry... batch) {
    submit(batch);
    // entries begin in the order of the queue
    run(nop());
  }

  /** Has the kernel take all that was pushed; there must be room for the completions. */
  void serve() {
    if (!polled) {
      RingHeader.setWaitFor(segment, completion, 0);
      require(enter());
      return;
    }
    ringTheBell();
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (waitingEntries() > 0) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the poller takes nothing: " + waitingEntries() + " entries wait");
      }
      Thread.yield();
    }
  }

  /** The doorbell protocol: a full fence, then enter if the poller asked for it. */
  void ringTheBell() {
    VarHandle.fullFence();
    if (Doorbell.needsWakeupOpaque(segment, doorbell)) {
      RingHeader.setWaitFor(segment, completion, 0);
      require(enter());
    }
  }

  // ---- reaping ---------------------------------------------------------------------------------

  /** Completions in the queue, not yet reaped. */
  int pending() {
    return RingHeader.tailAcquire(segment, completion) - completionHead;
  }

  /** Takes all completions that are there, and those that a test left. */
  List<Completion> reap() {
    fetch(Integer.MAX_VALUE);
    List<Completion> all = List.copyOf(inbox);
    inbox.clear();
    return all;
  }

  /** Moves at most {@code most} completions from the queue to the inbox. */
  void fetch(int most) {
    int count = Math.min(pending(), most);
    for (int i = 0; i < count; i++) {
      long index = completionHead & completionEntries - 1;
      inbox.add(Completion.at(segment, completionArray + index * CompletionEntry.SIZE));
      completionHead++;
    }
    RingHeader.setHeadRelease(segment, completion, completionHead);
  }

  /** Waits for a number of completions and takes exactly these, in the order of the queue. */
  List<Completion> collect(int count) {
    fetch(count - inbox.size());
    while (inbox.size() < count) {
      waitFor(count - inbox.size());
      fetch(count - inbox.size());
    }
    List<Completion> first = List.copyOf(inbox.subList(0, count));
    inbox.subList(0, count).clear();
    return first;
  }

  /** Waits for the completion of an entry; others stay to be collected. */
  Completion await(Entry entry) {
    for (; ; ) {
      fetch(Integer.MAX_VALUE);
      Iterator<Completion> each = inbox.iterator();
      while (each.hasNext()) {
        Completion found = each.next();
        if (found.userData() == entry.tag()) {
          each.remove();
          return found;
        }
      }
      waitFor(1);
    }
  }

  /** Waits until nothing is in flight any more, and takes every completion that came. */
  List<Completion> collectAll() {
    RingHeader.setWaitFor(segment, completion, completionEntries);
    require(enter());
    RingHeader.setWaitFor(segment, completion, 0);
    return reap();
  }

  /** Waits in the kernel until completions are pending; fails when none can come. */
  private void waitFor(int count) {
    RingHeader.setWaitFor(segment, completion, count);
    require(enter());
    RingHeader.setWaitFor(segment, completion, 0);
    if (pending() == 0) {
      throw new AssertionError("enter came back from waiting for " + count + " without any");
    }
  }

  /** Submits one entry and waits for its completion. */
  Completion run(Entry entry) {
    push(entry);
    return await(entry);
  }

  /** Submits entries at once and waits for as many completions, in the order of the queue. */
  List<Completion> runAll(Entry... batch) {
    push(batch);
    return collect(batch.length);
  }

  // ---- convenience -----------------------------------------------------------------------------

  /** Opens what is at a path; it must succeed. */
  long opened(long directory, String path, int flags, long rights) {
    return run(open(directory, path, flags, rights)).capability();
  }

  /** Opens what is at a path; it must succeed. */
  long opened(long directory, String path, long rights) {
    return opened(directory, path, 0, rights);
  }

  /** Publishes any tail. */
  void forgeSubmissionTail(int tail) {
    RingHeader.setTailRelease(segment, submission, tail);
  }

  /** Publishes any head. */
  void forgeCompletionHead(int head) {
    RingHeader.setHeadRelease(segment, completion, head);
  }

  int submissionTail() {
    return submissionTail;
  }

  int completionHead() {
    return completionHead;
  }

  /** The set-up flags for a queue of completions of exactly 2^order entries. */
  static long completionOrder(int order) {
    return (long) order << SetupFlags.CQ_ORDER_SHIFT;
  }
}
