// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import java.nio.ByteBuffer;

/**
 * Bytes that were taken from the host before anybody received them, or that came back: whoever
 * receives next gets them first. Takes no memory as long as it is empty and was never used.
 */
final class Ahead {

  /** The most bytes that are looked at in advance. */
  static final int LOOK_MAX = 64 << 10;

  private static final byte[] NOTHING = {};

  private byte[] bytes = NOTHING;
  private int from;
  private int to;

  boolean isEmpty() {
    return from == to;
  }

  int size() {
    return to - from;
  }

  /** Takes as much as {@code target} has room for; returns how much that was. */
  int moveTo(ByteBuffer target) {
    int moved = copyTo(target);
    from += moved;
    if (from == to) {
      from = 0;
      to = 0;
      if (bytes.length > 1) {
        bytes = NOTHING; // one byte is what polls look at, again and again
      }
    }
    return moved;
  }

  /** As {@link #moveTo}, and keeps it. */
  int copyTo(ByteBuffer target) {
    int count = Math.min(size(), target.remaining());
    target.put(bytes, from, count);
    return count;
  }

  /**
   * A place for more, up to {@code size} bytes in all: fill it from its position on, then call
   * {@link #added}.
   */
  ByteBuffer room(int size) {
    if (bytes.length < size || bytes.length - from < size) {
      byte[] larger = bytes.length >= size ? bytes : new byte[size];
      System.arraycopy(bytes, from, larger, 0, size());
      to = size();
      from = 0;
      bytes = larger;
    }
    return ByteBuffer.wrap(bytes, to, size - size());
  }

  /** {@code count} bytes were put into the {@link #room}. */
  void added(int count) {
    to += count;
  }

  /** Puts {@code rest} before everything else. */
  void putBack(ByteBuffer rest) {
    int count = rest.remaining();
    byte[] joined = new byte[count + size()];
    rest.get(joined, 0, count);
    System.arraycopy(bytes, from, joined, count, size());
    bytes = joined;
    from = 0;
    to = joined.length;
  }
}
