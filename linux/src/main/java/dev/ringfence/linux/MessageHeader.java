// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** {@code struct msghdr}: what sendmsg(2) and recvmsg(2) take. */
public final class MessageHeader {

  public static final int MSG_NAME = 0;
  public static final int MSG_NAMELEN = 8;
  public static final int MSG_IOV = 16;
  public static final int MSG_IOVLEN = 24;
  public static final int MSG_CONTROL = 32;
  public static final int MSG_CONTROLLEN = 40;
  public static final int MSG_FLAGS = 48;
  public static final int SIZE = 56;

  private MessageHeader() {}

  /**
   * Names an address and pieces of memory; no control data.
   *
   * @param name address of a socket address, 0 for none
   * @param nameBytes its length, or with recvmsg(2) the room there
   * @param vectors address of {@code count} {@link IoVector}
   */
  public static void write(
      MemorySegment segment, long base, long name, int nameBytes, long vectors, int count) {
    segment.asSlice(base, SIZE).fill((byte) 0);
    segment.set(JAVA_LONG, base + MSG_NAME, name);
    segment.set(JAVA_INT, base + MSG_NAMELEN, nameBytes);
    segment.set(JAVA_LONG, base + MSG_IOV, vectors);
    segment.set(JAVA_LONG, base + MSG_IOVLEN, (long) count);
  }

  /** After recvmsg(2): the length of the sender's address, 0 if it has none. */
  public static int nameBytes(MemorySegment segment, long base) {
    return segment.get(JAVA_INT, base + MSG_NAMELEN);
  }
}
