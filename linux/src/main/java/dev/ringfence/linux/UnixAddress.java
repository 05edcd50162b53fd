// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** {@code struct sockaddr_un}: the path of a Unix socket. */
public final class UnixAddress {

  public static final int SUN_FAMILY = 0;
  public static final int SUN_PATH = 2;
  public static final int SIZE = 110;

  private UnixAddress() {}

  /**
   * Writes a path of 1 to 107 bytes without a NUL.
   *
   * @return the length of the address: what connect(2) and bind(2) take
   */
  public static int write(MemorySegment segment, long base, byte[] path) {
    if (path.length == 0 || path.length >= SIZE - SUN_PATH) {
      throw new IllegalArgumentException("a path of " + path.length + " bytes");
    }
    segment.asSlice(base, SIZE).fill((byte) 0);
    segment.set(JAVA_SHORT, base + SUN_FAMILY, (short) SocketCalls.AF_UNIX);
    MemorySegment.copy(path, 0, segment, JAVA_BYTE, base + SUN_PATH, path.length);
    return SUN_PATH + path.length + 1;
  }
}
