// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** {@code struct pollfd} of poll.h. */
public final class PollDescriptor {

  public static final int FD = 0;
  public static final int EVENTS = 4;
  public static final int REVENTS = 6;
  public static final int SIZE = 8;

  private PollDescriptor() {}

  /** Asks for events of a descriptor; a negative descriptor is passed over. */
  public static void write(MemorySegment segment, long base, int descriptor, int events) {
    segment.set(JAVA_INT, base + FD, descriptor);
    segment.set(JAVA_SHORT, base + EVENTS, (short) events);
    segment.set(JAVA_SHORT, base + REVENTS, (short) 0);
  }

  /** The events that the last call found. */
  public static int readyEvents(MemorySegment segment, long base) {
    return Short.toUnsignedInt(segment.get(JAVA_SHORT, base + REVENTS));
  }
}
