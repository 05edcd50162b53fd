// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** The ring path allocates nothing: neither the accessors nor the lookups of codes. */
class AllocationTest {

  private static final int ROUNDS = 200_000;
  private static final long SQE = 0;
  private static final long CQE = 64;
  private static final long HEADER = 128;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void entriesHeadersAndCodesCostNoHeap() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(4096, 64);
      long sum = rounds(memory);
      long before = threads.getCurrentThreadAllocatedBytes();
      sum += rounds(memory);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(sum).isNotZero();
      // less than a byte a round: what the measurement itself and the JIT's switch-over take
      assertThat(allocated).isLessThan(ROUNDS / 10);
    }
  }

  private static long rounds(MemorySegment memory) {
    long sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
      SubmissionEntry.write(memory, SQE, i & 0xFF, 0, i, i, i, i, i, i, i);
      RingHeader.setTailRelease(memory, HEADER, i);
      OpCode opCode = OpCode.of(SubmissionEntry.opcode(memory, SQE));
      sum += opCode == null ? 1 : opCode.code();
      CompletionEntry.write(memory, CQE, SubmissionEntry.userData(memory, SQE), -(i & 0x3FF), 0, i);
      SyscallError error = SyscallError.ofResult(CompletionEntry.result(memory, CQE));
      sum += error == null ? 1 : error.code();
      sum += RingHeader.tailAcquire(memory, HEADER);
    }
    return sum;
  }
}
