// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A path as the kernel takes it: its bytes and a NUL. What encoding they have is not our concern.
 */
final class CPath {

  private CPath() {}

  /** Whether the kernel would see another path than the caller meant. */
  static boolean isCutShort(byte[] path) {
    for (byte b : path) {
      if (b == 0) {
        return true;
      }
    }
    return false;
  }

  static MemorySegment copy(Arena arena, byte[] path) {
    MemorySegment copy = arena.allocate(path.length + 1L);
    MemorySegment.copy(path, 0, copy, JAVA_BYTE, 0, path.length);
    return copy;
  }
}
