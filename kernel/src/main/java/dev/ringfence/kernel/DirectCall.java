// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * One direct submission: {@code enter(sqe_addr, cqe_addr)}.
 *
 * <p>The calling thread, most often a virtual one, parks; the service lane carries the entry out
 * and writes its completion. So thousands of callers share one lane without sharing a ring or a
 * lock.
 */
final class DirectCall {

  private static final int FLAGS_OF_RINGS =
      SubmissionFlags.LINK
          | SubmissionFlags.HARDLINK
          | SubmissionFlags.DRAIN
          | SubmissionFlags.SKIP_SUCCESS;

  private final Domain domain;
  private final long submissionOffset;
  private final Thread caller = Thread.currentThread();

  private long userData;
  private int result;
  private int flags;
  private long reserved;
  private volatile boolean done;

  DirectCall(Domain domain, long submissionOffset) {
    this.domain = domain;
    this.submissionOffset = submissionOffset;
  }

  /** Runs the call to its end on {@code lane}. */
  void run(Lane lane) {
    lane.post(() -> {
      try {
        begin(lane);
      } catch (RuntimeException | Error e) {
        // the caller must not wait for what never began
        lane.kernel.report(e);
        end(SyscallError.INTERNAL_ERROR.result());
      }
    });
    boolean interrupted = false;
    while (!done) {
      LockSupport.park(this);
      // a call is not half done: it ends by completing, and the interrupt is the caller's to see
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void begin(Lane lane) {
    InFlight operation = lane.newOperation();
    operation.domain = domain;
    operation.direct = this;
    operation.stage = InFlight.Stage.QUEUED;
    operation.copyFrom(domain.memory().segment(), submissionOffset);
    operation.verdict = Judge.formed(operation);
    OpCode code = operation.opcode;
    boolean onlyInRings =
        operation.has(FLAGS_OF_RINGS) || code != null && Rules.isMultishot(operation, code);
    if (operation.verdict == 0 && onlyInRings) {
      operation.verdict = SyscallError.INVALID_ARGUMENT.result();
    }
    lane.activate(operation);
    lane.ready(operation);
  }

  /** The operation ended. Lane's owner. */
  void complete(InFlight operation, int operationResult) {
    userData = operation.userData;
    flags = operation.completionFlags;
    reserved = operation.completionValue;
    end(operationResult);
  }

  private void end(int operationResult) {
    result = operationResult;
    done = true;
    LockSupport.unpark(caller);
  }

  /** Writes the completion where the caller wanted it. After {@link #run}. */
  void writeTo(MemorySegment memory, long offset) {
    CompletionEntry.setUserData(memory, offset, userData);
    CompletionEntry.setResult(memory, offset, result);
    CompletionEntry.setFlags(memory, offset, flags);
    CompletionEntry.setReserved(memory, offset, reserved);
    CompletionEntry.setPadding(memory, offset, 0);
  }

  /** Posts the completion to a ring that kept room for it. After {@link #run}. */
  void postTo(KernelRing ring) {
    ring.postReserved(userData, result, flags, reserved);
  }
}
