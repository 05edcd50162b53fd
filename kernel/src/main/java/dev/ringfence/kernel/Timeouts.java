// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.TimeoutFlags;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** TIMEOUT and LINK_TIMEOUT, and what changes them. Runs on the lane's owner. */
final class Timeouts {

  private final Lane lane;
  private final Lifecycle lifecycle;
  private final Kernel kernel;

  Timeouts(Lane lane, Lifecycle lifecycle, Kernel kernel) {
    this.lane = lane;
    this.lifecycle = lifecycle;
    this.kernel = kernel;
  }

  /** Begins a TIMEOUT. */
  void begin(InFlight operation) {
    boolean counts = operation.len != 0;
    int judged = judge(operation);
    if (operation.len < 0
        || counts && operation.ring == null
        || counts && Rules.isMultishot(operation, OpCode.TIMEOUT)
        || judged != 0) {
      lifecycle.finish(operation, SyscallError.INVALID_ARGUMENT.result());
      return;
    }
    operation.multishot = Rules.isMultishot(operation, OpCode.TIMEOUT);
    if (counts && operation.ring != null) {
      operation.completionsAwaited = operation.len;
      operation.ring.countTimeouts.arm(operation);
    }
    arm(operation);
  }

  /** The words of a TIMEOUT or TIMEOUT_UPDATE: 0, or a negative result. */
  private static int judge(InFlight operation) {
    long both = TimeoutFlags.MULTISHOT | TimeoutFlags.ABSOLUTE;
    return (operation.auxiliary1 & both) == both ? SyscallError.INVALID_ARGUMENT.result() : 0;
  }

  /** Sets the timer of a TIMEOUT or LINK_TIMEOUT. */
  void arm(InFlight operation) {
    boolean absolute = (operation.auxiliary1 & TimeoutFlags.ABSOLUTE) != 0;
    long nanos = operation.auxiliary0;
    long delay = absolute ? untilReading(nanos) : nanos;
    if (nanos < 0 && !absolute) {
      // as an unsigned number that is centuries away
      delay = Long.MAX_VALUE;
    }
    operation.offset = System.nanoTime() + delay;
    armIn(operation, delay);
  }

  /** Nanoseconds until the clock reads {@code moment}; 0 for one in the past, however far. */
  private static long untilReading(long moment) {
    long now = System.nanoTime();
    // compared, not subtracted: the difference of two readings may not fit
    return moment <= now ? 0 : moment - now;
  }

  private void armIn(InFlight operation, long delay) {
    operation.stage = InFlight.Stage.WAITING;
    int incarnation = operation.incarnation;
    operation.timer =
        kernel
            .timers()
            .schedule(
                () -> lane.post(() -> fire(operation, incarnation)),
                Math.max(0, delay),
                TimeUnit.NANOSECONDS);
  }

  /** A multishot TIMEOUT has told that its time passed: the next one is counted from then. */
  void goOn(InFlight operation) {
    operation.offset += operation.auxiliary0;
    armIn(operation, operation.offset - System.nanoTime());
  }

  private void fire(InFlight operation, int incarnation) {
    if (operation.incarnation != incarnation || operation.stage != InFlight.Stage.WAITING) {
      return;
    }
    InFlight target = operation.timedTarget;
    if (operation.multishot) {
      operation.timer = null;
      lifecycle.results().tellAndGoOn(operation, SyscallError.TIMEOUT.result());
      return;
    }
    lifecycle.finish(operation, SyscallError.TIMEOUT.result());
    if (target != null) {
      lifecycle.stopping().stop(target);
    }
  }

  /** Ends an operation that waits for time; those that wait for others end with them. */
  void stopWaiting(InFlight operation) {
    if (operation.opcode == OpCode.TIMEOUT) {
      lifecycle.finish(operation, SyscallError.OPERATION_CANCELLED.result());
    }
  }

  // ---- changing one ----------------------------------------------------------------------------

  void update(InFlight operation) {
    List<InFlight> found = lane.matching(other -> isNamedBy(operation, other));
    InFlight timeout = found.isEmpty() ? null : found.get(0);
    boolean repeats = Rules.isMultishot(operation, OpCode.TIMEOUT);
    if (judge(operation) != 0 || timeout != null && repeats && timeout.len != 0) {
      lifecycle.finish(operation, SyscallError.INVALID_ARGUMENT.result());
    } else if (timeout == null) {
      lifecycle.finish(operation, SyscallError.NOT_FOUND.result());
    } else if (!unset(timeout)) {
      lifecycle.finish(operation, SyscallError.BUSY.result());
    } else {
      timeout.auxiliary0 = operation.auxiliary0;
      timeout.auxiliary1 = operation.auxiliary1;
      timeout.multishot = repeats;
      if (timeout.stage == InFlight.Stage.WAITING) {
        arm(timeout);
      }
      lifecycle.finish(operation, 0);
    }
  }

  void remove(InFlight operation) {
    List<InFlight> found = lane.matching(other -> isNamedBy(operation, other));
    if (found.isEmpty()) {
      lifecycle.finish(operation, SyscallError.NOT_FOUND.result());
    } else if (!unset(found.get(0))) {
      lifecycle.finish(operation, SyscallError.BUSY.result());
    } else {
      lifecycle.stopping().stop(found.get(0));
      lifecycle.finish(operation, 0);
    }
  }

  private static boolean isNamedBy(InFlight operation, InFlight other) {
    return other.opcode == OpCode.TIMEOUT
        && other.stage != InFlight.Stage.FREE
        && !other.cancelRequested
        && other.domain == operation.domain
        && other.ring == operation.ring
        && other.userData == operation.addr;
  }

  /** Takes the timer off; false if it fired, or its number of completions came. */
  private static boolean unset(InFlight timeout) {
    if (timeout.countReached) {
      return false;
    }
    ScheduledFuture<?> timer = timeout.timer;
    if (timer == null) {
      // not begun, or between two shots
      return true;
    }
    if (!timer.cancel(false)) {
      return false;
    }
    timeout.timer = null;
    return true;
  }
}
