// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One ring as the kernel keeps it: what it may take, in which order it begins, who waits for it.
 *
 * <p>An entry is taken only when its completion has room (promise 1): those accepted and not yet
 * posted, plus those posted and not yet read, never exceed the completion queue. The rest stays in
 * the submission queue, so a program that never reads costs the kernel nothing more.
 *
 * <p>Owned by its lane's owner, but for the fields marked otherwise.
 */
final class KernelRing {

  /** One entry, or a chain of linked ones, as the drain rules count them. */
  static final class Unit {
    final boolean drains;
    int remaining;

    Unit(boolean drains, int remaining) {
      this.drains = drains;
      this.remaining = remaining;
    }
  }

  final Domain domain;
  final Lane lane;
  final SharedRing shared;
  final RegisteredBuffers buffers;
  final BufferGroups groups = new BufferGroups();
  final CountTimeouts countTimeouts = new CountTimeouts();
  final Unread unread = new Unread();

  /** Offset in the domain's memory: its identity for {@code enter}. */
  final long offset;

  /** How long its poller may find nothing before it sleeps; 0 for a ring that is not polled. */
  final long idleNanos;

  /** Any thread may read it. */
  volatile boolean poisoned;

  /** Set while a thread is inside {@code enter} for this ring. Any thread, by compare-and-set. */
  final AtomicBoolean entered = new AtomicBoolean();

  final RingWaiter waiter;

  private int accepted;
  private int lastHead;
  private boolean unpublished;
  private boolean poisonTold;

  private @Nullable InFlight chainHead;
  private @Nullable InFlight chainTail;
  private int chainLength;

  private int unitsRunning;
  private boolean drainRunning;
  private final ArrayDeque<InFlight> deferred = new ArrayDeque<>();

  private int permits;
  private int permitsUsed;

  KernelRing(Domain domain, Lane lane, SharedRing shared, long offset, long idleNanos) {
    this.domain = domain;
    this.lane = lane;
    this.shared = shared;
    this.offset = offset;
    this.idleNanos = idleNanos;
    this.lastHead = shared.completionTail();
    this.waiter = new RingWaiter(shared.submissionHead());
    this.buffers = new RegisteredBuffers(lane, domain);
  }

  boolean polled() {
    return idleNanos > 0;
  }

  /**
   * Takes entries and begins what may begin.
   *
   * @param most how many entries to take at most: a visit is bounded whatever the tail says
   * @return how many were taken, and how many that waited for the program to read go on
   */
  int take(int most) {
    if (poisoned || domain.ended()) {
      return 0;
    }
    int waiting = shared.submissionTail() - shared.submissionHead();
    if (Integer.compareUnsigned(waiting, shared.submissionEntries) > 0) {
      poison();
      return 0;
    }
    int room = completionRoom();
    int goOn = unread.read(lastHead);
    int count = Math.min(Math.min(waiting, room), most);
    for (int i = 0; i < count; i++) {
      InFlight operation = lane.newOperation();
      shared.takeInto(operation);
      accept(operation);
    }
    if (count > 0) {
      shared.publishSubmissionHead();
    }
    if (count == waiting) {
      // what was published at once has been seen whole: a link flag on its last entry links nothing
      closeChain();
    }
    return count + goOn;
  }

  /** How many more completions fit, or 0 on a ring that this poisons. */
  private int completionRoom() {
    int head = shared.completionHead();
    int unread = shared.completionTail() - head;
    if (Integer.compareUnsigned(unread, shared.completionEntries) > 0) {
      poison();
      return 0;
    }
    lastHead = head;
    return Math.max(0, shared.completionEntries - unread - accepted);
  }

  private void accept(InFlight operation) {
    accepted++;
    operation.domain = domain;
    operation.ring = this;
    operation.stage = InFlight.Stage.QUEUED;
    lane.activate(operation);
    judge(operation);
    if (chainTail == null) {
      chainHead = operation;
    } else {
      chainTail.next = operation;
    }
    chainTail = operation;
    chainLength++;
    if (!operation.has(SubmissionFlags.LINK | SubmissionFlags.HARDLINK)) {
      closeChain();
    }
  }

  private void judge(InFlight operation) {
    try {
      operation.verdict = Judge.formed(operation);
    } catch (RuntimeException | Error e) {
      // it is taken, so it must end
      lane.kernel.report(e);
      operation.verdict = SyscallError.INTERNAL_ERROR.result();
    }
  }

  private void closeChain() {
    InFlight head = chainHead;
    if (head == null) {
      return;
    }
    int length = chainLength;
    chainHead = null;
    chainTail = null;
    chainLength = 0;
    if (length == 1) {
      if (head.opcode == OpCode.LINK_TIMEOUT && head.verdict == 0) {
        head.verdict = SyscallError.INVALID_ARGUMENT.result();
      }
      submit(head, head.has(SubmissionFlags.DRAIN));
    } else {
      closeLongChain(head, length);
    }
  }

  /** A chain is judged as a whole: one malformed member fails itself and cancels all others. */
  private void closeLongChain(InFlight head, int length) {
    boolean drains = false;
    boolean malformed = false;
    boolean mayBeTimed = false;
    for (InFlight member = head; member != null; member = member.next) {
      boolean timeout = member.opcode == OpCode.LINK_TIMEOUT;
      if (timeout && !mayBeTimed && member.verdict == 0) {
        member.verdict = SyscallError.INVALID_ARGUMENT.result();
      }
      mayBeTimed = !timeout;
      drains |= member.has(SubmissionFlags.DRAIN);
      malformed |= member.verdict != 0;
    }
    Unit unit = new Unit(drains, length);
    for (InFlight member = head; member != null; member = member.next) {
      member.unit = unit;
      if (malformed && member.verdict == 0) {
        member.verdict = SyscallError.OPERATION_CANCELLED.result();
      }
    }
    if (!malformed) {
      attachTimeouts(head);
    }
    submit(head, drains);
  }

  /** A LINK_TIMEOUT is no step of its chain: it stands beside the operation that it limits. */
  private static void attachTimeouts(InFlight head) {
    for (InFlight member = head; member != null; member = member.next) {
      InFlight follower = member.next;
      if (follower != null && follower.opcode == OpCode.LINK_TIMEOUT) {
        member.linkTimeout = follower;
        member.next = follower.next;
        follower.next = null;
      }
    }
  }

  private void submit(InFlight head, boolean drains) {
    if (mayBegin(drains) && deferred.isEmpty()) {
      beginUnit(head, drains);
    } else {
      head.unitDrains = drains;
      deferred.add(head);
    }
  }

  private boolean mayBegin(boolean drains) {
    return !drainRunning && !(drains && unitsRunning > 0);
  }

  private void beginUnit(InFlight head, boolean drains) {
    unitsRunning++;
    drainRunning = drains;
    lane.ready(head);
  }

  /** One operation has ended; the last of its unit lets the deferred ones go on. */
  void ended(@Nullable Unit unit) {
    if (unit != null && --unit.remaining > 0) {
      return;
    }
    unitsRunning--;
    if (unitsRunning == 0) {
      drainRunning = false;
    }
    while (!deferred.isEmpty() && mayBegin(deferred.peek().unitDrains)) {
      InFlight head = deferred.poll();
      beginUnit(head, head.unitDrains);
    }
  }

  /** Posts the final completion of an accepted entry; its room was reserved when it was taken. */
  void post(InFlight operation, int result) {
    accepted--;
    if (result >= 0 && operation.has(SubmissionFlags.SKIP_SUCCESS)) {
      return;
    }
    shared.put(operation.userData, result, operation.completionFlags, operation.completionValue);
    unpublished = true;
    countTimeouts.completionPosted();
  }

  /**
   * Posts a completion of an operation that goes on, if there is room for one more than those that
   * are reserved.
   */
  boolean postMore(InFlight operation, int result) {
    if (poisoned || completionRoom() == 0) {
      return false;
    }
    int flags = operation.completionFlags | CompletionFlags.MORE;
    shared.put(operation.userData, result, flags, operation.completionValue);
    unpublished = true;
    countTimeouts.completionPosted();
    return true;
  }

  /** Shows the program what was posted, and wakes who waits for it. */
  void publish() {
    if (unpublished) {
      unpublished = false;
      shared.publishCompletionTail();
    }
    waiter.update(shared.completionTail(), shared.submissionHead(), accepted);
    if (permitsUsed == 0 && permits > 0) {
      domain.budget().returnPermits(permits);
      permits = 0;
    }
  }

  /** Completions posted and not read, by the last head that could be believed. */
  int pending() {
    int head = shared.completionHead();
    int unread = shared.completionTail() - head;
    if (Integer.compareUnsigned(unread, shared.completionEntries) > 0) {
      poison();
      return shared.completionTail() - lastHead;
    }
    lastHead = head;
    return unread;
  }

  int accepted() {
    return accepted;
  }

  /** Whether there is an entry to take and room for its completion. */
  boolean canTake() {
    return !poisoned
        && !domain.ended()
        && shared.submissionTail() != shared.submissionHead()
        && completionRoom() > 0;
  }

  /**
   * Whether {@link #take} has something to do: entries to take, or operations that go on because
   * the program has read their completions.
   */
  boolean hasWork() {
    return canTake() || !poisoned && !domain.ended() && unread.mayGoOn(shared.completionHead());
  }

  /** Keeps room for a completion that comes from a direct submission. */
  boolean reserveCompletion() {
    boolean fits = !poisoned && completionRoom() > 0;
    if (fits) {
      accepted++;
    }
    return fits;
  }

  /** Posts a completion that {@link #reserveCompletion} kept room for. */
  void postReserved(long userData, int result, int flags, long reserved) {
    accepted--;
    shared.put(userData, result, flags, reserved);
    unpublished = true;
    countTimeouts.completionPosted();
  }

  /**
   * Takes one permit to have the host work on an operation. They come from the domain in handfuls,
   * so that rings do not write to a shared word for every operation.
   */
  boolean takePermit() {
    if (permitsUsed == permits) {
      permits += domain.budget().takePermits();
    }
    if (permitsUsed == permits) {
      return false;
    }
    permitsUsed++;
    return true;
  }

  void returnPermit() {
    permitsUsed--;
  }

  /**
   * Gives up on a ring whose indices cannot be: nothing more is taken, what runs is cancelled, and
   * one completion says so if there is room for it.
   */
  void poison() {
    if (poisoned) {
      return;
    }
    poisoned = true;
    shared.markPoisoned();
    int unread = shared.completionTail() - lastHead;
    if (!poisonTold && unread + accepted < shared.completionEntries) {
      poisonTold = true;
      shared.put(0, SyscallError.QUEUE_OVERFLOW.result(), 0, 0);
      unpublished = true;
    }
    closeChain();
    lane.cancelRing(this);
    // nothing may be left to cancel or to post, whose end would tell
    waiter.wake();
  }
}
