// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.nio.charset.StandardCharsets;

/** Paths on their way into shared memory: UTF-8, nothing replaced, nothing normalised. */
final class Paths {

  /** No path: the operation is about the capability itself. */
  static final byte[] NONE = {};

  /** The kernel's limit (docs/abi.md, OPEN). */
  private static final int PATH_BYTES_MAX = 4095;

  private Paths() {}

  /**
   * @throws IllegalArgumentException if {@code path} is empty, which would mean the directory
   *     itself to some operations, or has half a surrogate pair, which no file name has: Java would
   *     silently encode it as another name
   * @throws SyscallException with {@code NameTooLong}
   */
  static byte[] encode(String path) {
    if (path.isEmpty()) {
      throw new IllegalArgumentException("the path is empty");
    }
    for (int i = 0; i < path.length(); i++) {
      if (Character.isSurrogate(path.charAt(i))) {
        int point = path.codePointAt(i);
        if (Character.charCount(point) != 2) {
          throw new IllegalArgumentException(
              "the path %s is not Unicode text at index %d".formatted(Failures.quote(path), i));
        }
        i++;
      }
    }
    byte[] encoded = path.getBytes(StandardCharsets.UTF_8);
    if (encoded.length > PATH_BYTES_MAX) {
      throw new SyscallException(
          SyscallError.NAME_TOO_LONG,
          "a path has at most %d bytes, not %d: %s…"
              .formatted(PATH_BYTES_MAX, encoded.length, path.substring(0, 80)));
    }
    return encoded;
  }
}
