// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;
import java.util.List;
import java.util.function.Predicate;

/**
 * How operations end before they are done: cancelled, revoked, or with their domain. Runs on the
 * lane's owner.
 */
final class Stopping {

  private final Lane lane;
  private final Lifecycle lifecycle;
  private final KernelOperations own;
  private final Transfers transfers;

  Stopping(Lane lane, Lifecycle lifecycle, KernelOperations own, Transfers transfers) {
    this.lane = lane;
    this.lifecycle = lifecycle;
    this.own = own;
    this.transfers = transfers;
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
      case WAITING -> own.timeouts().stopWaiting(operation);
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
      lifecycle.finish(operation, SyscallError.OPERATION_CANCELLED.result());
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
}
