// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct open_how} of linux/openat2.h: three u64.
 *
 * <pre>
 * 0        8        16       24
 * | flags  | mode   | resolve|
 * </pre>
 */
public final class OpenHow {

  public static final int FLAGS = 0;
  public static final int MODE = 8;
  public static final int RESOLVE = 16;
  public static final int SIZE = 24;

  private OpenHow() {}

  /**
   * Writes the structure.
   *
   * @param mode permission bits; must be 0 without O_CREAT, else openat2 answers EINVAL
   */
  public static void write(MemorySegment segment, long base, int flags, int mode, int resolve) {
    segment.set(JAVA_LONG, base + FLAGS, Integer.toUnsignedLong(flags));
    segment.set(JAVA_LONG, base + MODE, Integer.toUnsignedLong(mode));
    segment.set(JAVA_LONG, base + RESOLVE, Integer.toUnsignedLong(resolve));
  }
}
