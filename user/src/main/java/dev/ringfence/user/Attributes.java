// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.AttributeFlags;
import dev.ringfence.abi.FileAttributes;
import dev.ringfence.abi.OpCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** SET_ATTRIBUTES of a capability itself or of a path beneath it. */
final class Attributes {

  private static final long NANOS = 1_000_000_000L;

  private Attributes() {}

  static void setMode(Capability on, @Nullable String path, int mode) {
    set(on, path, AttributeFlags.MODE, mode, 0, 0);
  }

  static void setModified(Capability on, @Nullable String path, Instant time) {
    set(on, path, AttributeFlags.MODIFIED, 0, nanos(time), 0);
  }

  static void setAccessed(Capability on, @Nullable String path, Instant time) {
    set(on, path, AttributeFlags.ACCESSED, 0, 0, nanos(time));
  }

  private static void set(
      Capability on, @Nullable String path, int mask, int mode, long modified, long accessed) {
    byte[] encoded = path == null ? Paths.NONE : Paths.encode(path);
    try (Slot slot = on.calls().slot()) {
      long at = slot.answerOffset();
      FileAttributes.setMask(slot.shared(), at, mask);
      FileAttributes.setMode(slot.shared(), at, mode);
      FileAttributes.setModified(slot.shared(), at, modified);
      FileAttributes.setAccessed(slot.shared(), at, accessed);
      FileAttributes.setReserved(slot.shared(), at, 0);
      slot.begin(OpCode.SET_ATTRIBUTES, on.id());
      if (path != null) {
        slot.text(encoded);
      }
      slot.auxiliary(slot.answerAddress(), 0).run("set the attributes of", on, path);
    }
  }

  /** The ABI counts nanoseconds in 64 bits, which end in the year 2262. */
  private static long nanos(Instant time) {
    try {
      return Math.addExact(Math.multiplyExact(time.getEpochSecond(), NANOS), time.getNano());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("a time lies between 1677 and 2262, not at " + time, e);
    }
  }
}
