// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.BufferRing;
import dev.ringfence.abi.ProvidedBuffer;
import dev.ringfence.abi.SyscallError;
import java.lang.foreign.MemorySegment;

/**
 * A ring of buffers that a program provides. The program may write anything into it at any moment:
 * the tail is read once a look, an entry once, and both are judged before use. Owned by its ring's
 * lane.
 */
final class BufferGroup {

  private final DomainMemory memory;
  private final MemorySegment segment;
  private final long ring;
  private final int entries;

  private int head;
  private boolean ended;

  // the buffer that was taken last
  private long offset;
  private int length;
  private int id;

  BufferGroup(DomainMemory memory, long ringOffset, int entries) {
    this.memory = memory;
    this.segment = memory.segment();
    this.ring = ringOffset;
    this.entries = entries;
  }

  /** No operation takes a buffer of it any more. */
  void end() {
    ended = true;
  }

  /** Takes the next buffer: 0, or a negative result. */
  int take() {
    if (ended) {
      return SyscallError.BUFFER_NOT_REGISTERED.result();
    }
    int provided = BufferRing.tailAcquire(segment, ring) - head;
    if (provided == 0) {
      return SyscallError.OUT_OF_MEMORY.result();
    }
    if (Integer.compareUnsigned(provided, entries) > 0) {
      return SyscallError.INVALID_STATE.result();
    }
    long index = head & (entries - 1);
    long entry = ring + BufferRing.ENTRIES_OFFSET + index * ProvidedBuffer.SIZE;
    long address = ProvidedBuffer.addr(segment, entry);
    int bytes = ProvidedBuffer.len(segment, entry);
    id = ProvidedBuffer.id(segment, entry);
    head++;
    BufferRing.setHeadRelease(segment, ring, head);
    long found = memory.arenaOffset(address, Integer.toUnsignedLong(bytes));
    if (found == DomainMemory.NOWHERE || bytes <= 0) {
      return SyscallError.INVALID_ADDRESS.result();
    }
    offset = found;
    length = bytes;
    return 0;
  }

  /**
   * Puts the buffer that was taken last back, unless the program filled its place meanwhile.
   *
   * <p>Its entry is still in the ring: the program may not reuse it before a completion names it.
   */
  void putBack() {
    head--;
    BufferRing.setHeadRelease(segment, ring, head);
  }

  /** Where the buffer that was taken last is in the domain's memory. */
  long offset() {
    return offset;
  }

  /** Its bytes, more than 0. */
  int length() {
    return length;
  }

  /** What completions call it, 0 to 65535. */
  int id() {
    return id;
  }
}
