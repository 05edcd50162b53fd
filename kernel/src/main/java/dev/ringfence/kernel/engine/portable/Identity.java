// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Which object it is: device and inode number, where the host tells.
 *
 * <p>A secure directory stream gives attributes of an open directory, free of races, but only the
 * "basic" and "posix" ones; the numbers are in the printed form of their file key alone, which on
 * Unix has been {@code (dev=<hex>,ino=<decimal>)} since Java 7. Another form is no identity, and
 * what needs one does without.
 */
record Identity(long device, long inode) {

  private static final String DEVICE = "(dev=";
  private static final String INODE = ",ino=";

  /** The identity in {@code attributes}, or null. */
  static @Nullable Identity of(BasicFileAttributes attributes) {
    Object key = attributes.fileKey();
    return key == null ? null : parse(key.toString());
  }

  static @Nullable Identity parse(String key) {
    int middle = key.indexOf(INODE);
    if (!key.startsWith(DEVICE) || middle < 0 || !key.endsWith(")")) {
      return null;
    }
    try {
      return new Identity(
          Long.parseUnsignedLong(key, DEVICE.length(), middle, 16),
          Long.parseUnsignedLong(key, middle + INODE.length(), key.length() - 1, 10));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** False only if the two are known to be different objects. */
  static boolean maySame(BasicFileAttributes one, BasicFileAttributes other) {
    Object key = one.fileKey();
    Object otherKey = other.fileKey();
    return key == null || otherKey == null || key.equals(otherKey);
  }
}
