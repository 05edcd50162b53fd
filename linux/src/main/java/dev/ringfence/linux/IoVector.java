// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** {@code struct iovec} of linux/uio.h. */
public final class IoVector {

  public static final int IOV_BASE = 0;
  public static final int IOV_LEN = 8;
  public static final int SIZE = 16;

  private IoVector() {}

  /** Names a piece of memory. */
  public static void write(MemorySegment segment, long base, long address, long length) {
    segment.set(JAVA_LONG, base + IOV_BASE, address);
    segment.set(JAVA_LONG, base + IOV_LEN, length);
  }
}
