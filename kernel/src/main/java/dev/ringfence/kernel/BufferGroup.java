// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.BufferRing;
import dev.ringfence.abi.ProvidedBuffer;
import dev.ringfence.abi.SyscallError;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

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

  private final ArrayDeque<Provided> putBack = new ArrayDeque<>();
  private int head;
  private boolean ended;

  // the buffer that was taken last
  private long offset;
  private long address;
  private int length;
  private int id;

  /** A buffer that was taken and not used. */
  private record Provided(long address, int length, int id) {}

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
    int tail = BufferRing.tailAcquire(segment, ring);
    if (Integer.compareUnsigned(tail - head, entries) > 0) {
      return SyscallError.INVALID_STATE.result();
    }
    Provided unused = putBack.poll();
    if (unused != null) {
      address = unused.address;
      length = unused.length;
      id = unused.id;
    } else if (tail != head) {
      read();
    } else {
      return SyscallError.OUT_OF_MEMORY.result();
    }
    offset = memory.arenaOffset(address, Integer.toUnsignedLong(length));
    return offset == DomainMemory.NOWHERE || length <= 0
        ? SyscallError.INVALID_ADDRESS.result()
        : 0;
  }

  /** Copies the next entry: the one time that its shared bytes are read. */
  private void read() {
    long index = head & (entries - 1);
    long entry = ring + BufferRing.ENTRIES_OFFSET + index * ProvidedBuffer.SIZE;
    address = ProvidedBuffer.addr(segment, entry);
    length = ProvidedBuffer.len(segment, entry);
    id = ProvidedBuffer.id(segment, entry);
    head++;
    BufferRing.setHeadRelease(segment, ring, head);
  }

  /**
   * Takes a buffer back that was not used; it goes to the next operation that needs one.
   *
   * <p>Not into the ring, where others may have been taken since, and the program may have filled
   * its place.
   */
  void putBack(long unusedAddress, int unusedLength, int unusedId) {
    putBack.addFirst(new Provided(unusedAddress, unusedLength, unusedId));
  }

  /** Its address, as the program said it. */
  long address() {
    return address;
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
