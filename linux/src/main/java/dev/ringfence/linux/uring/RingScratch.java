// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringfence.linux.SystemCall;
import dev.ringfence.linux.Timespec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A ring's own memory for arguments of its calls, so that no call allocates. One thread at a time;
 * what a method writes is good for the next call only.
 */
final class RingScratch {

  /** The two parts of a wait's argument stand apart from the rest: they are written per wait. */
  private static final long TIMESPEC = GetEventsArgument.SIZE;

  private static final long OTHER = 64;
  private static final long CAPTURE = OTHER + SyncCancel.SIZE;
  private static final long SIZE = CAPTURE + SystemCall.CAPTURE_SIZE;

  private final MemorySegment memory = Arena.ofAuto().allocate(SIZE, SystemCall.CAPTURE_SIZE);

  /** A part of the same allocation: a call that uses it keeps all of the memory alive. */
  private final MemorySegment capture = memory.asSlice(CAPTURE, SystemCall.CAPTURE_SIZE);

  RingScratch() {
    memory.set(JAVA_LONG, GetEventsArgument.TS, memory.address() + TIMESPEC);
  }

  MemorySegment capture() {
    return capture;
  }

  /** Address of a wait's argument with this timeout. */
  long timeout(long nanos) {
    Timespec.write(memory, TIMESPEC, nanos);
    return memory.address();
  }

  long twoInts(int first, int second) {
    memory.set(JAVA_INT, OTHER, first);
    memory.set(JAVA_INT, OTHER + Integer.BYTES, second);
    return memory.address() + OTHER;
  }

  long pinSlot(int slot, int descriptor) {
    memory.set(JAVA_INT, OTHER + ResourceUpdate.OFFSET, slot);
    memory.set(JAVA_INT, OTHER + ResourceUpdate.RESV, 0);
    memory.set(JAVA_LONG, OTHER + ResourceUpdate.DATA, descriptor);
    return memory.address() + OTHER;
  }

  /** The slot that the kernel chose, after the call that {@link #pinSlot} was for. */
  int pinnedSlot() {
    return memory.get(JAVA_INT, OTHER + ResourceUpdate.OFFSET);
  }

  long syncCancel(long userData, int fd, int flags, long nanosMax) {
    memory.asSlice(OTHER, SyncCancel.SIZE).fill((byte) 0);
    memory.set(JAVA_LONG, OTHER + SyncCancel.ADDR, userData);
    memory.set(JAVA_INT, OTHER + SyncCancel.FD, fd);
    memory.set(JAVA_INT, OTHER + SyncCancel.FLAGS, flags);
    long timeout = OTHER + SyncCancel.TIMEOUT;
    if (nanosMax == Long.MAX_VALUE) {
      // Both fields -1: the kernel's way to say no bound.
      memory.set(JAVA_LONG, timeout + Timespec.TV_SEC, -1L);
      memory.set(JAVA_LONG, timeout + Timespec.TV_NSEC, -1L);
    } else {
      Timespec.write(memory, timeout, nanosMax);
    }
    return memory.address() + OTHER;
  }
}
