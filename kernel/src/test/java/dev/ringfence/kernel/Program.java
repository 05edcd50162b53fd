// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.InfoPage;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SystemCall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A domain's program that carries out one operation at a time. For one thread. */
final class Program {

  private static final int ENTRIES = 4;

  /** The completion's second result, of the last operation. */
  long reserved;

  private final Domain domain;
  private final MemorySegment segment;
  private final long base;
  private final long offset;
  private final long arena;
  private int submitted;
  private int reaped;

  Program(Domain domain) {
    this.domain = domain;
    this.segment = domain.sharedMemory();
    this.base = domain.invoke(SystemCall.IO_URING_SETUP.number(), ENTRIES, 0);
    this.offset = base - segment.address();
    this.arena = base + RingHeader.arenaOffset(segment, offset + RingContext.SQ_HEADER_OFFSET);
  }

  Domain domain() {
    return domain;
  }

  /** An address in the arena. */
  long address(int at) {
    return arena + at;
  }

  long word(int at) {
    return segment.get(ValueLayout.JAVA_LONG, address(at) - segment.address());
  }

  void setWord(int at, long value) {
    segment.set(ValueLayout.JAVA_LONG, address(at) - segment.address(), value);
  }

  /** Carries one operation out: its result. */
  int run(OpCode code, long capability, long addr, int len, long auxiliary0, long auxiliary1) {
    push(code, 0, capability, addr, len, auxiliary0, auxiliary1);
    serve();
    return next(code);
  }

  /** Puts an entry into the queue. */
  void push(
      OpCode code,
      int flags,
      long capability,
      long addr,
      int len,
      long auxiliary0,
      long auxiliary1) {
    long submission = offset + RingContext.SQ_HEADER_OFFSET;
    long entries = offset + RingHeader.entriesOffset(segment, submission);
    SubmissionEntry.write(
        segment,
        entries + (long) (submitted++ & ENTRIES - 1) * SubmissionEntry.SIZE,
        code.code(),
        flags,
        0,
        capability,
        addr,
        len,
        0,
        auxiliary0,
        auxiliary1);
    RingHeader.setTailRelease(segment, submission, submitted);
  }

  /** Has the kernel take what was put there. */
  void serve() {
    long served = domain.invoke(SystemCall.IO_URING_ENTER.number(), base, 0);
    if (served != 0) {
      throw new AssertionError("enter: " + served);
    }
  }

  /** The result of the next completion, which must be there. */
  int next(OpCode code) {
    long completion = offset + RingContext.CQ_HEADER_OFFSET;
    if (RingHeader.tailAcquire(segment, completion) == reaped) {
      throw new AssertionError(code + " did not complete");
    }
    long at =
        offset
            + RingHeader.entriesOffset(segment, completion)
            + (long) (reaped++ & 2 * ENTRIES - 1) * CompletionEntry.SIZE;
    RingHeader.setHeadRelease(segment, completion, reaped);
    reserved = CompletionEntry.reserved(segment, at);
    return CompletionEntry.result(segment, at);
  }

  /** How many completions are there and not taken. */
  int pending() {
    return RingHeader.tailAcquire(segment, offset + RingContext.CQ_HEADER_OFFSET) - reaped;
  }

  long grant(String petname) {
    long page = offset + RingContext.INFO_OFFSET;
    for (int row = 0; row < InfoPage.count(segment, page); row++) {
      if (InfoPage.name(segment, page, row).equals(petname)) {
        return InfoPage.capabilityId(segment, page, row);
      }
    }
    throw new AssertionError("nothing was granted as " + petname);
  }

  long call(SystemCall call, long argument0, long argument1) {
    return domain.invoke(call.number(), argument0, argument1);
  }
}
