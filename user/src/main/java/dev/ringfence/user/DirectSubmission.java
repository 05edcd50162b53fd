// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.abi.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The typed layer's way to the kernel: one operation, executed to its completion by one {@code
 * enter(sqe_addr, cqe_addr)}.
 *
 * <p>No ring and no lock is shared between threads. The kernel parks the calling thread until the
 * completion is written, so thousands of virtual threads can be in here at once, each in a {@link
 * Slot} of its own. Where the slots run out, callers wait for one.
 */
final class DirectSubmission {

  /** More threads than this wait for a slot: room for 10,000 virtual threads and then some. */
  private static final int SLOTS_MAX = 16_384;

  /** The size of the pieces in which byte arrays and heap buffers are carried over. */
  static final int TRANSFER_BYTES = 64 << 10;

  private static final int TRANSFERS_MAX = 64;

  private final Syscalls calls;
  private final MemorySegment shared;
  private final long firstSlot;
  private final IndexPool free;
  private final AtomicReferenceArray<Slot> slots;
  private final BufferPool transfers;

  DirectSubmission(SystemCalls calls, ArenaMemory arena) {
    this.calls = new Syscalls(calls);
    this.shared = calls.sharedMemory();
    long quarter = arena.sizeBytes() / 4;
    int count = Math.clamp(quarter / Slot.SIZE, 1, SLOTS_MAX);
    this.firstSlot = arena.allocate((long) count * Slot.SIZE).address() - shared.address();
    this.free = new IndexPool(count);
    this.slots = new AtomicReferenceArray<>(count);
    int transferCount = Math.clamp(quarter / TRANSFER_BYTES, 1, TRANSFERS_MAX);
    this.transfers = new BufferPool(arena, TRANSFER_BYTES, transferCount, this);
  }

  /**
   * A slot for one operation at a time, to be closed by the same thread.
   *
   * @throws SyscallException with {@code Interrupted} if the thread is interrupted while it waits
   */
  Slot slot() {
    int index;
    try {
      index = free.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SyscallException(
          SyscallError.INTERRUPTED,
          "interrupted while waiting for one of %d operation slots".formatted(free.count()),
          e);
    }
    return slotAt(index);
  }

  /** {@link #slot}, for cleaning up: it must happen also in a thread that was interrupted. */
  Slot slotForCleanup() {
    return slotAt(free.acquireUninterruptibly());
  }

  void release(Slot slot) {
    free.release(slot.index());
  }

  Syscalls calls() {
    return calls;
  }

  /** Buffers for bytes on their way between the arena and the program's own memory. */
  BufferPool transfers() {
    return transfers;
  }

  /** Gives the transfer buffers back; no operation is in flight any more. */
  void close() {
    transfers.close();
  }

  private Slot slotAt(int index) {
    Slot slot = slots.get(index);
    if (slot == null) {
      slot = new Slot(this, shared, firstSlot + (long) index * Slot.SIZE, index);
      slots.set(index, slot);
    }
    return slot;
  }
}
