// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Resource;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What happens to an operation between its copy and its completion: judged, begun, stopped, ended,
 * and what its end lets happen.
 *
 * <p>Every accepted operation leaves through {@link #finish}, once. Runs on the lane's owner.
 */
final class Lifecycle {

  private final Lane lane;
  private final Kernel kernel;
  private final DerivationTree tree;
  private final Judge judge;
  private final Transfers transfers;
  private final KernelOperations own;
  private final Selection selection;

  Lifecycle(Lane lane, Kernel kernel) {
    this.lane = lane;
    this.kernel = kernel;
    this.tree = kernel.tree();
    this.judge = new Judge(tree);
    this.transfers = new Transfers(lane, this);
    this.own = new KernelOperations(lane, this, kernel, transfers);
    this.selection = new Selection(this);
  }

  /** Begins an operation, or takes it up again where it waited. */
  void begin(InFlight operation) {
    int incarnation = operation.incarnation;
    try {
      beginUnguarded(operation);
    } catch (RuntimeException | Error e) {
      kernel.report(e);
      if (operation.incarnation == incarnation) {
        finish(operation, SyscallError.INTERNAL_ERROR.result());
      }
    }
    InFlight timeout = operation.incarnation == incarnation ? operation.linkTimeout : null;
    if (timeout != null && timeout.stage == InFlight.Stage.QUEUED) {
      timeout.timedTarget = operation;
      own.armTimer(timeout);
    }
  }

  private void beginUnguarded(InFlight operation) {
    if (operation.countReached) {
      finish(operation, 0);
      return;
    }
    if (operation.stage == InFlight.Stage.BETWEEN_PIECES) {
      transfers.nextPiece(operation);
      return;
    }
    boolean hasTurn = operation.stage == InFlight.Stage.AT_POSITION;
    // from here on it is this operation that hands the turn on, also if it ends without using it
    operation.holdsPosition = hasTurn;
    int early = endedEarly(operation);
    if (early != 0) {
      finish(operation, early);
      return;
    }
    if (hasTurn) {
      transfers.atPosition(operation);
      return;
    }
    if (operation.stage == InFlight.Stage.AGAIN) {
      goOn(operation);
      return;
    }
    int judged = judge.resolve(operation);
    if (judged != 0) {
      finish(operation, judged);
    } else if (!own.perform(operation)) {
      toEngine(operation);
    }
  }

  /** Why an operation that has not begun must not begin any more, or 0. */
  private static int endedEarly(InFlight operation) {
    if (operation.verdict != 0) {
      return operation.verdict;
    }
    if (operation.revoked) {
      return SyscallError.CAPABILITY_REVOKED.result();
    }
    Domain domain = operation.domain;
    boolean over = domain == null || domain.ended();
    return operation.cancelRequested || over ? SyscallError.OPERATION_CANCELLED.result() : 0;
  }

  private void toEngine(InFlight operation) {
    if (!takePermit(operation)) {
      finish(operation, SyscallError.QUOTA_EXCEEDED.result());
      return;
    }
    if (makesCapability(operation) && !reserveSlot(operation)) {
      finish(operation, SyscallError.QUOTA_EXCEEDED.result());
      return;
    }
    int prepared = Arguments.prepare(operation);
    if (prepared != 0) {
      finish(operation, prepared);
      return;
    }
    operation.onWorker = lane.mustNotBlock() || operation.has(SubmissionFlags.ASYNC);
    startPrepared(operation);
  }

  private void startPrepared(InFlight operation) {
    if (operation.group != null) {
      selection.begin(operation);
    } else if (Transfers.moves(operation)) {
      transfers.begin(operation);
    } else {
      start(operation);
    }
  }

  private static boolean makesCapability(InFlight operation) {
    return switch (operation.opcode) {
      case OPEN, SOCKET_CREATE, ACCEPT -> true;
      case null, default -> false;
    };
  }

  /** A multishot operation goes on, if its capability still lives. */
  private void goOn(InFlight operation) {
    Capability capability = operation.capability;
    if (capability != null && !tree.isLive(capability) && capability.state != Capability.CLOSED) {
      finish(operation, SyscallError.CAPABILITY_REVOKED.result());
    } else if (makesCapability(operation) && !reserveSlot(operation)) {
      finish(operation, SyscallError.QUOTA_EXCEEDED.result());
    } else if (!own.goOn(operation)) {
      startPrepared(operation);
    }
  }

  /**
   * Ends an operation, or, if it is a multishot one that succeeded, tells its result and has it go
   * on. Without room for one completion more, the result is its last: nothing is lost.
   */
  void endOrGoOn(InFlight operation, long result) {
    if (result < 0 || Selection.isEndOfStream(operation, result)) {
      finish(operation, result);
    } else {
      tellAndGoOn(operation, result);
    }
  }

  /** {@link #endOrGoOn} for a result that is no end, whatever its sign. */
  void tellAndGoOn(InFlight operation, long result) {
    KernelRing ring = operation.ring;
    boolean goesOn = operation.multishot && !operation.revoked && !operation.cancelRequested;
    if (ring == null || !goesOn || !ring.postMore(operation, (int) result)) {
      finish(operation, result);
      return;
    }
    operation.completionFlags = 0;
    operation.completionValue = 0;
    operation.stage = InFlight.Stage.AGAIN;
    lane.ready(operation);
  }

  /** A zero-copy send: the bytes are told now, the memory is free later. */
  void sent(InFlight operation, long result) {
    KernelRing ring = operation.ring;
    if (ring != null && result >= 0 && ring.postMore(operation, (int) result)) {
      operation.sentTold = true;
    }
  }

  /** Hands a prepared operation to the engine; it may be over when this returns. */
  void start(InFlight operation) {
    operation.stage = InFlight.Stage.WITH_ENGINE;
    lane.start(operation);
  }

  boolean takePermit(InFlight operation) {
    KernelRing ring = operation.ring;
    Domain domain = operation.domain;
    if (domain == null) {
      return false;
    }
    operation.holdsPermit = ring != null ? ring.takePermit() : domain.budget().takePermit();
    return operation.holdsPermit;
  }

  boolean reserveSlot(InFlight operation) {
    Domain domain = operation.domain;
    operation.holdsSlot = domain != null && tree.reserve(domain);
    return operation.holdsSlot;
  }

  /** The engine says that an operation ended. */
  void engineDone(InFlight operation, long result) {
    switch (operation.code) {
      case POLL, RECV, RECV_MESSAGE -> {
        wipeRevoked(operation, result);
        if (operation.group == null || !selection.done(operation, result)) {
          endOrGoOn(operation, Addresses.tell(operation, result));
        }
      }
      case READ, WRITE -> {
        if (operation.group == null || !selection.done(operation, result)) {
          transfers.pieceDone(operation, result);
        }
      }
      case COPY_RANGE, SPLICE, TEE -> transfers.pieceDone(operation, result);
      case SEND_ZERO_COPY -> {
        operation.completionFlags |= result < 0 ? 0 : CompletionFlags.NOTIFICATION;
        finish(operation, operation.sentTold && result >= 0 ? 0 : result);
      }
      case GET_OPTION -> {
        operation.completionFlags = result < 0 ? 0 : CompletionFlags.VALUE;
        operation.completionValue = result < 0 ? 0 : operation.value;
        finish(operation, result);
      }
      case SOCKET_NAME, PEER_NAME -> finish(operation, Addresses.answer(operation, result));
      case LIST -> {
        if (result >= 0) {
          operation.completionFlags = CompletionFlags.VALUE;
          operation.completionValue = operation.value;
        }
        finish(operation, result);
      }
      default -> finish(operation, result);
    }
  }

  /** What came after the capability died is nobody's. */
  private static void wipeRevoked(InFlight operation, long result) {
    if (operation.revoked && result > 0 && operation.code != OpCode.POLL) {
      long bytes = Math.min(result, operation.length);
      operation.memory.asSlice(operation.memoryOffset, bytes).fill((byte) 0);
    }
  }

  /** The engine opened something: it becomes a capability, if the directory's still lives. */
  void opened(InFlight operation, Resource resource) {
    Capability directory = operation.capability;
    Domain domain = operation.domain;
    if (directory == null || domain == null || operation.revoked || !operation.holdsSlot) {
      resource.close();
      finish(operation, SyscallError.CAPABILITY_REVOKED.result());
      return;
    }
    long rights = operation.requestedRights & resource.type().applicableRights();
    operation.holdsSlot = false;
    HeldResource held = SocketArguments.hold(operation, directory.held, resource);
    Addresses.tell(operation, resource.type().code());
    give(operation, domain, directory, held, rights, resource.type().code());
  }

  /**
   * Ends an operation with a new capability; the slot that was reserved for it is used up.
   *
   * @param parent what it is derived from, or null
   */
  void give(
      InFlight operation,
      Domain domain,
      @Nullable Capability parent,
      HeldResource held,
      long rights,
      int result) {
    Capability made = tree.add(domain, parent, held, rights, true);
    if (made == null) {
      held.resource.close();
      finish(operation, SyscallError.CAPABILITY_REVOKED.result());
      return;
    }
    if (held.resource instanceof RegisteredBuffer buffer) {
      buffer.capability = made;
    }
    operation.completionFlags = CompletionFlags.CAPABILITY;
    operation.completionValue = made.id;
    endOrGoOn(operation, result);
  }

  /** Ends an operation: gives back what it holds, posts its completion, lets others go on. */
  void finish(InFlight operation, long result) {
    releaseHeld(operation);
    long posted = result;
    if (operation.revoked && posted != SyscallError.CAPABILITY_REVOKED.result()) {
      posted = SyscallError.CAPABILITY_REVOKED.result();
      transfers.describePartial(operation);
    }
    KernelRing ring = operation.ring;
    DirectCall direct = operation.direct;
    if (ring != null) {
      ring.post(operation, (int) posted);
    } else if (direct != null) {
      direct.complete(operation, (int) posted);
    }
    boolean broken = posted < 0 || transfers.fellShort(operation, posted);
    boolean goesOn = !broken || operation.has(SubmissionFlags.HARDLINK);
    InFlight next = operation.next;
    InFlight timeout = operation.linkTimeout;
    InFlight canceller = operation.canceller;
    KernelRing.Unit unit = operation.unit;
    operation.tellWatchers();
    lane.retire(operation);

    if (canceller != null) {
      own.targetEnded(canceller, posted == SyscallError.OPERATION_CANCELLED.result());
    }
    if (timeout != null) {
      finish(timeout, endOfTimeout(timeout));
    }
    if (next != null) {
      if (goesOn) {
        lane.ready(next);
      } else {
        sever(next);
      }
    }
    if (ring != null) {
      ring.ended(unit);
    }
  }

  private static int endOfTimeout(InFlight timeout) {
    return timeout.verdict != 0 ? timeout.verdict : SyscallError.OPERATION_CANCELLED.result();
  }

  /** Cancels the rest of a chain, in order; a malformed member says what is wrong with itself. */
  private void sever(InFlight first) {
    for (InFlight member = first; member != null; ) {
      InFlight following = member.next;
      member.next = null;
      finish(member, endOfTimeout(member));
      member = following;
    }
  }

  private void releaseHeld(InFlight operation) {
    if (operation.timer != null) {
      operation.timer.cancel(false);
      operation.timer = null;
    }
    if (operation.completionsAwaited > 0 && operation.ring != null) {
      operation.ring.countTimeouts.disarm(operation);
    }
    if (operation.holdsPermit) {
      operation.holdsPermit = false;
      if (operation.ring != null) {
        operation.ring.returnPermit();
      } else if (operation.domain != null) {
        operation.domain.budget().returnPermits(1);
      }
    }
    if (operation.holdsSlot && operation.domain != null) {
      operation.holdsSlot = false;
      tree.unreserve(operation.domain);
    }
    transfers.leavePosition(operation);
    RegisteredBuffer buffer = operation.buffer;
    if (buffer != null) {
      operation.buffer = null;
      buffer.unuse();
    }
    if (operation.timedTarget != null) {
      operation.timedTarget.linkTimeout = null;
      operation.timedTarget = null;
    }
  }

  /** Asks every matching operation to end early. */
  void stopAll(Predicate<InFlight> which) {
    for (InFlight operation : lane.matching(which)) {
      // an earlier one's end may have ended this one too: then it no longer matches
      if (operation.stage != InFlight.Stage.FREE && which.test(operation)) {
        stop(operation);
      }
    }
  }

  /** Asks one operation to end early; it may be over when this returns. */
  void stop(InFlight operation) {
    operation.cancelRequested = true;
    switch (operation.stage) {
      case WITH_ENGINE -> lane.queue().cancel(operation);
      case WAITING -> own.stopWaiting(operation);
      case AT_POSITION -> transfers.stopWaiting(operation);
      case ON_OBJECT -> stopOnObject(operation);
      case QUEUED, BETWEEN_PIECES, AGAIN, FREE -> {
        // it ends when its turn comes
      }
    }
  }

  private void stopOnObject(InFlight operation) {
    Waitable object = operation.waitsOn;
    if (object != null && object.stopWaiting(operation)) {
      operation.waitsOn = null;
      finish(operation, SyscallError.OPERATION_CANCELLED.result());
    }
  }

  /**
   * Answers a {@link Quiescence}: every matching operation of this lane is waited for, and ends as
   * revoked.
   */
  void answerRevoke(Quiescence quiescence, Predicate<InFlight> uses) {
    List<InFlight> using = lane.matching(uses);
    for (InFlight operation : using) {
      operation.watch(quiescence);
      operation.revoked = true;
    }
    for (InFlight operation : using) {
      if (operation.stage != InFlight.Stage.FREE && uses.test(operation)) {
        stop(operation);
      }
    }
    // what had succeeded before is seen before the revoke can return
    lane.publish();
    quiescence.arrive();
  }

  /** Answers a {@link Quiescence} at the end of a domain: all that it has here is stopped. */
  void answerEnd(Quiescence quiescence, Domain ended) {
    for (InFlight operation : lane.matching(each -> each.domain == ended)) {
      operation.watch(quiescence);
    }
    stopAll(each -> each.domain == ended);
    quiescence.arrive();
  }

  /** Answers a {@link Quiescence} that waits for matching operations and lets them finish. */
  void answerClose(Quiescence quiescence, Predicate<InFlight> uses) {
    for (InFlight operation : lane.matching(uses)) {
      operation.watch(quiescence);
    }
    quiescence.arrive();
  }

  /** Rights of a BUFFER capability: its maker may narrow and hand it on. */
  static final long BUFFER_RIGHTS = Rights.READ | Rights.WRITE | Rights.DUP | Rights.TRANSFER;
}
