// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A domain's arena as a program divides it up: from the front, never giving back. Not for several
 * threads at once.
 */
final class Memory {

  private static final int ALIGNMENT = 64;

  private final MemorySegment segment;
  private final Range whole;
  private long next;

  Memory(MemorySegment segment, Range whole) {
    this.segment = segment;
    this.whole = whole;
    this.next = whole.address();
  }

  /** The whole arena. */
  Range whole() {
    return whole;
  }

  /** The first address after the arena. */
  long end() {
    return whole.address() + whole.length();
  }

  MemorySegment segment() {
    return segment;
  }

  /** The offset in {@link #segment} of an address. */
  long offsetOf(long address) {
    return address - segment.address();
  }

  /** Fresh bytes, aligned to 64. */
  Range take(int length) {
    if (length > end() - next) {
      throw new AssertionError("the test needs a larger arena: " + length + " more bytes");
    }
    Range taken = new Range(next, length);
    next = (next + length + ALIGNMENT - 1) & -ALIGNMENT;
    return taken;
  }

  /** Fresh bytes with this content. */
  Range hold(byte[] content) {
    Range taken = take(content.length);
    put(taken, content);
    return taken;
  }

  /** Fresh bytes with this text as UTF-8. */
  Range hold(String text) {
    return hold(text.getBytes(StandardCharsets.UTF_8));
  }

  void put(Range range, byte[] content) {
    MemorySegment.copy(
        content, 0, segment, ValueLayout.JAVA_BYTE, offsetOf(range.address()), content.length);
  }

  byte[] bytes(Range range) {
    return segment
        .asSlice(offsetOf(range.address()), range.length())
        .toArray(ValueLayout.JAVA_BYTE);
  }

  /** The u64 at the front of a range. */
  long word(Range range) {
    return segment.get(
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
        offsetOf(range.address()));
  }

  String text(Range range) {
    return new String(bytes(range), StandardCharsets.UTF_8);
  }

  void fill(Range range, int value) {
    segment.asSlice(offsetOf(range.address()), range.length()).fill((byte) value);
  }
}
