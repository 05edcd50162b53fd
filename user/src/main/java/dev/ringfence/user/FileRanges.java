// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.OpCode;

/** Operations on a range of a file that move no bytes through the arena. */
final class FileRanges {

  /** What one COPY_RANGE may copy; whole pages. */
  private static final long PIECE_MAX = 0x4000_0000;

  private FileRanges() {}

  /** ALLOCATE, ADVISE, SYNC_RANGE: they have their fields in common. */
  static void perform(OpCode code, File on, long offset, long length, int flags, String verb) {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException(
          "offset and length are 0 or more, not %d and %d".formatted(offset, length));
    }
    try (Slot slot = on.calls().slot()) {
      slot.begin(code, on.id()).address(length).auxiliary(offset, flags).run(verb, on, null);
    }
  }

  /** COPY_RANGE until all is copied or the source ends. */
  static long copy(File source, long from, File target, long to, long length) {
    if (from < 0 || to < 0 || length < 0) {
      throw new IllegalArgumentException(
          "offsets and length are 0 or more, not %d, %d and %d".formatted(from, to, length));
    }
    long done = 0;
    while (done < length) {
      int copied;
      try (Slot slot = source.calls().slot()) {
        copied =
            slot.begin(OpCode.COPY_RANGE, source.id())
                .memory(target.id(), (int) Math.min(length - done, PIECE_MAX))
                .auxiliary(from + done, to + done)
                .run("copy to " + Failures.quote(target.name()), source, null);
      }
      if (copied == 0) {
        break;
      }
      done += copied;
    }
    return done;
  }
}
