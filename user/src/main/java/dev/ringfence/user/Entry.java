// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A name in a directory.
 *
 * @param name the name; where its bytes are not UTF-8, those are shown as {@code \xff}
 * @param kind what it stands for
 * @param usable false if the name is not UTF-8, so that no operation can name the file: report it,
 *     do not pass over it
 */
public record Entry(String name, FileKind kind, boolean usable) {

  private static final char REPLACEMENT = '\uFFFD';

  static Entry of(byte[] raw, FileKind kind) {
    String name = new String(raw, StandardCharsets.UTF_8);
    // The replacement character is a legal part of a name, too: only the way back tells.
    if (name.indexOf(REPLACEMENT) < 0
        || Arrays.equals(name.getBytes(StandardCharsets.UTF_8), raw)) {
      return new Entry(name, kind, true);
    }
    StringBuilder escaped = new StringBuilder(raw.length);
    for (byte b : raw) {
      if (b >= 0) {
        escaped.append((char) b);
      } else {
        escaped.append("\\x%02x".formatted(b));
      }
    }
    return new Entry(escaped.toString(), kind, false);
  }
}
