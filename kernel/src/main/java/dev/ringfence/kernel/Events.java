// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.EventFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;

/** The operations on EVENT. Runs on the lane's owner. */
final class Events {

  private static final int POLL_KNOWN =
      PollEvents.IN | PollEvents.OUT | PollEvents.ERR | PollEvents.HUP;

  private final Lane lane;
  private final Lifecycle lifecycle;

  Events(Lane lane, Lifecycle lifecycle) {
    this.lane = lane;
    this.lifecycle = lifecycle;
  }

  void perform(InFlight operation, OpCode code, Domain domain) {
    if (code == OpCode.EVENT_CREATE) {
      create(operation, domain);
    } else if (!(operation.resource instanceof Event event)) {
      lifecycle.finish(operation, SyscallError.INTERNAL_ERROR.result());
    } else if (code == OpCode.EVENT_SIGNAL) {
      long count = operation.auxiliary0;
      lifecycle.finish(
          operation,
          count <= 0 ? SyscallError.INVALID_ARGUMENT.result() : event.signal(count, lane));
    } else {
      boolean waits = (operation.auxiliary1 & EventFlags.DO_NOT_WAIT) == 0;
      long amount = event.take(operation, waits);
      if (amount != 0) {
        tell(operation, amount);
      } else if (!waits) {
        lifecycle.finish(operation, SyscallError.WOULD_BLOCK.result());
      }
    }
  }

  private void create(InFlight operation, Domain domain) {
    if (!lifecycle.reserveSlot(operation)) {
      lifecycle.finish(operation, SyscallError.QUOTA_EXCEEDED.result());
      return;
    }
    if (operation.auxiliary0 < 0) {
      lifecycle.finish(operation, SyscallError.INVALID_ARGUMENT.result());
      return;
    }
    operation.holdsSlot = false;
    HeldResource held = new HeldResource(new Event(operation.auxiliary0));
    long rights = CapabilityType.EVENT.applicableRights();
    lifecycle.give(operation, domain, null, held, rights, CapabilityType.EVENT.code());
  }

  /** An operation that waited was given what it waited for. */
  void taken(InFlight operation, Event event, long amount) {
    if (operation.revoked || Kernel.usesRevoked(operation)) {
      // it may not have it any more: it goes to those behind it, or stays
      operation.revoked = true;
      lifecycle.finish(operation, SyscallError.CAPABILITY_REVOKED.result());
      event.signal(amount, lane);
    } else {
      tell(operation, amount);
    }
  }

  private void tell(InFlight operation, long amount) {
    operation.completionFlags = CompletionFlags.VALUE;
    operation.completionValue = amount;
    lifecycle.finish(operation, 0);
  }

  /** Judges a POLL on an object of the kernel's: 0, or a negative result. */
  static int judgePoll(InFlight operation) {
    if (operation.len == 0 || (operation.len & ~POLL_KNOWN) != 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    operation.multishot = Rules.isMultishot(operation, OpCode.POLL);
    return 0;
  }

  /** Carries a POLL out; false if it is about something else. */
  boolean poll(InFlight operation) {
    if (!(operation.resource instanceof Event event)) {
      return false;
    }
    int judged = judgePoll(operation);
    int events = judged != 0 ? judged : event.poll(operation);
    if (events != 0) {
      lifecycle.results().endOrGoOn(operation, events);
    }
    return true;
  }
}
