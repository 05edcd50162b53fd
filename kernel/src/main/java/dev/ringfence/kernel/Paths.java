// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What every engine may expect of a path: its bytes, not where it leads.
 *
 * <p>Staying beneath the directory is the engine's: only the file system knows what a name means at
 * the moment it is used. An absolute path is refused here, so that it is refused alike everywhere.
 */
final class Paths {

  /** PATH_MAX of Linux without its closing NUL (limits.h). */
  static final int LENGTH_MAX = 4095;

  /** NAME_MAX of Linux (limits.h). */
  static final int NAME_MAX = 255;

  private Paths() {}

  /** 0, or the negative result that refuses the path. */
  static int judge(byte[] path) {
    if (path.length == 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    int formed = judgeText(path, NAME_MAX);
    if (formed != 0) {
      return formed;
    }
    return path[0] == '/' ? SyscallError.PERMISSION_DENIED.result() : 0;
  }

  /** A symbolic link's text may point anywhere: following it is what is confined. */
  static int judgeLinkText(byte[] text) {
    return text.length == 0 ? SyscallError.INVALID_ARGUMENT.result() : judgeText(text, LENGTH_MAX);
  }

  private static int judgeText(byte[] path, int nameMax) {
    int nameLength = 0;
    for (byte b : path) {
      if (b == 0) {
        return SyscallError.INVALID_ARGUMENT.result();
      }
      nameLength = b == '/' ? 0 : nameLength + 1;
      if (nameLength > nameMax) {
        return SyscallError.NAME_TOO_LONG.result();
      }
    }
    return isUtf8(path) ? 0 : SyscallError.INVALID_ARGUMENT.result();
  }

  private static boolean isUtf8(byte[] path) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(path));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
