// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SyscallError;

/** {@code sys_io_uring_enter} with the address of one entry: direct submission. */
final class DirectEnter {

  private static final int SLOT_ALIGNMENT = 8;

  private final Domain domain;

  DirectEnter(Domain domain) {
    this.domain = domain;
  }

  /** Executes the one entry at {@code submission}; its completion goes to {@code completion}. */
  long enter(long submission, long completion) {
    DomainMemory memory = domain.memory();
    long from = memory.arenaOffset(submission, SubmissionEntry.SIZE);
    if (from == DomainMemory.NOWHERE) {
      return SyscallError.INVALID_ADDRESS.result();
    }
    if (submission % SLOT_ALIGNMENT != 0 || completion % SLOT_ALIGNMENT != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    if (completion == 0) {
      return enterToRing(from);
    }
    long to = memory.arenaOffset(completion, CompletionEntry.SIZE);
    if (to == DomainMemory.NOWHERE) {
      return SyscallError.INVALID_ADDRESS.result();
    }
    DirectCall call = new DirectCall(domain, from);
    call.run(domain.service());
    call.writeTo(memory.segment(), to);
    return 0;
  }

  private long enterToRing(long from) {
    KernelRing ring = domain.firstRing();
    if (ring == null) {
      return SyscallError.RING_NOT_SETUP.result();
    }
    boolean[] reserved = {false};
    ring.lane.kernel.runOn(ring.lane, () -> reserved[0] = ring.reserveCompletion());
    if (!reserved[0]) {
      return SyscallError.WOULD_BLOCK.result();
    }
    DirectCall call = new DirectCall(domain, from);
    call.run(domain.service());
    ring.lane.kernel.runOn(
        ring.lane,
        () -> {
          call.postTo(ring);
          ring.publish();
        });
    return 0;
  }
}
