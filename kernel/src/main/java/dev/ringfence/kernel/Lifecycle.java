// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Resource;
import java.util.List;
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
  private final Results results;
  private final Stopping stopping;

  Lifecycle(Lane lane, Kernel kernel) {
    this.lane = lane;
    this.kernel = kernel;
    this.tree = kernel.tree();
    this.judge = new Judge(tree);
    this.transfers = new Transfers(lane, this);
    this.own = new KernelOperations(lane, this, kernel, transfers);
    this.selection = new Selection(this);
    this.results = new Results(lane, this, transfers, selection);
    this.stopping = new Stopping(lane, this, own, transfers);
  }

  Events events() {
    return own.events();
  }

  Channels channels() {
    return own.channels();
  }

  Results results() {
    return results;
  }

  Stopping stopping() {
    return stopping;
  }

  /** Begins an operation, or takes it up again where it waited. */
  void begin(InFlight operation) {
    int incarnation = operation.incarnation;
    try {
      beginUnguarded(operation);
    } catch (RuntimeException | Error e) {
      failed(operation, incarnation, e);
    }
    InFlight timeout = operation.incarnation == incarnation ? operation.linkTimeout : null;
    if (timeout != null && timeout.stage == InFlight.Stage.QUEUED) {
      timeout.timedTarget = operation;
      arm(timeout);
    }
  }

  private void arm(InFlight timeout) {
    int incarnation = timeout.incarnation;
    try {
      own.timeouts().arm(timeout);
    } catch (RuntimeException | Error e) {
      failed(timeout, incarnation, e);
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
    } else if (Metering.isLimited(operation) && !operation.isVector()) {
      beginCharged(operation);
    } else {
      perform(operation);
    }
  }

  private void perform(InFlight operation) {
    if (!own.perform(operation)) {
      toEngine(operation);
    }
  }

  /** Charges an operation to the limits of its capabilities, and has it begin or go on. */
  void beginCharged(InFlight operation) {
    int charged = kernel.metering().charge(operation);
    if (charged == Metering.WAITS) {
      return;
    }
    if (charged != 0) {
      finish(operation, charged);
    } else if (operation.prepared) {
      startPrepared(operation);
    } else if (operation.toldOne) {
      goOnCharged(operation);
    } else {
      perform(operation);
    }
  }

  /** An operation that waits on an object of the kernel's was told to look at it. */
  void look(InFlight operation, int incarnation) {
    Waitable object = operation.waitsOn;
    if (operation.incarnation != incarnation
        || operation.stage != InFlight.Stage.ON_OBJECT
        || object == null) {
      return;
    }
    try {
      if (Kernel.usesRevoked(operation)) {
        operation.revoked = true;
        stopping.stop(operation);
      } else {
        object.look(operation);
      }
    } catch (RuntimeException | Error e) {
      failed(operation, incarnation, e);
    }
  }

  /**
   * What was done for an operation threw: it ends with {@code InternalError}, if it has not ended.
   *
   * @param incarnation the operation's before that
   */
  void failed(InFlight operation, int incarnation, Throwable failure) {
    kernel.report(failure);
    if (operation.incarnation == incarnation) {
      operation.completionFlags = 0;
      operation.completionValue = 0;
      finish(operation, SyscallError.INTERNAL_ERROR.result());
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
    if (operation.isVector() && Metering.isLimited(operation)) {
      // how many bytes it may move is known only now
      operation.prepared = true;
      beginCharged(operation);
    } else {
      startPrepared(operation);
    }
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
    } else if (Metering.isLimited(operation)) {
      beginCharged(operation);
    } else {
      goOnCharged(operation);
    }
  }

  private void goOnCharged(InFlight operation) {
    if (makesCapability(operation) && !reserveSlot(operation)) {
      finish(operation, SyscallError.QUOTA_EXCEEDED.result());
    } else if (!own.goOn(operation)) {
      startPrepared(operation);
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

  /** The engine opened something: it becomes a capability, if the directory's still lives. */
  void opened(InFlight operation, Resource resource) {
    Capability directory = operation.capability;
    Domain domain = operation.domain;
    if (directory == null || domain == null || operation.revoked || !operation.holdsSlot) {
      kernel.closeAll(List.of(resource));
      finish(operation, SyscallError.CAPABILITY_REVOKED.result());
      return;
    }
    HeldResource held = hold(operation, directory, resource);
    long rights = operation.requestedRights & resource.type().applicableRights();
    operation.holdsSlot = false;
    give(operation, domain, directory, held, rights, resource.type().code());
  }

  /** Makes what an engine opened ready to be given; closes it if that fails. */
  private HeldResource hold(InFlight operation, Capability directory, Resource resource) {
    try {
      Addresses.tell(operation, resource.type().code());
      return SocketArguments.hold(operation, directory.held, resource);
    } catch (RuntimeException | Error e) {
      kernel.closeAll(List.of(resource));
      throw e;
    }
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
      kernel.closeAll(List.of(held.resource));
      finish(operation, SyscallError.CAPABILITY_REVOKED.result());
      return;
    }
    if (held.resource instanceof RegisteredBuffer buffer) {
      buffer.capability = made;
    }
    operation.completionFlags = CompletionFlags.CAPABILITY;
    operation.completionValue = made.id;
    results.endOrGoOn(operation, result);
  }

  /** Ends an operation: gives back what it holds, posts its completion, lets others go on. */
  void finish(InFlight operation, long result) {
    try {
      giveBack(operation, result);
    } catch (RuntimeException | Error e) {
      // whatever is wrong with what it held: its completion comes, and others go on
      kernel.report(e);
    }
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
    operation.tellWatchers(kernel);
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

  private void giveBack(InFlight operation, long result) {
    if (operation.metered) {
      kernel.metering().settle(operation, result);
    }
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

  /** Rights of a BUFFER capability: its maker may narrow and hand it on. */
  static final long BUFFER_RIGHTS = Rights.READ | Rights.WRITE | Rights.DUP | Rights.TRANSFER;
}
