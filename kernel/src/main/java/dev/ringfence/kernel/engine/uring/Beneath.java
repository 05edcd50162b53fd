// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.PathCalls;
import java.util.Arrays;

/**
 * Resolving beneath a directory, by openat2(2) alone: the answer and the opened object are one, so
 * nothing can be swapped between a check and a use.
 */
final class Beneath {

  /** openat2 answers EAGAIN when it lost a race against a rename (openat2(2), RESOLVE_BENEATH). */
  private static final int RACES_MAX = 16;

  private static final byte[] SELF = {'.'};

  private Beneath() {}

  /** A descriptor, or minus the errno. */
  static long open(LinuxFile directory, byte[] path, int flags, int mode) {
    long result = Errno.EAGAIN.result();
    for (int i = 0; i < RACES_MAX && result == Errno.EAGAIN.result(); i++) {
      result =
          PathCalls.openat2(
              directory.descriptor, path, flags | OpenFlags.O_CLOEXEC, mode, directory.resolve);
    }
    return result;
  }

  /** The directory that a path's last name is in, and that name. */
  static Parent parent(LinuxFile directory, byte[] path) {
    int end = path.length;
    while (end > 0 && path[end - 1] == '/') {
      end--;
    }
    int start = end;
    while (start > 0 && path[start - 1] != '/') {
      start--;
    }
    // what follows the last name stays with it: "name/" means a directory, and Linux checks that
    byte[] name = Arrays.copyOfRange(path, start, path.length);
    if (isDots(path, start, end)) {
      return new Parent(-1, name, Errno.EINVAL.result());
    }
    byte[] above = start == 0 ? SELF : Arrays.copyOfRange(path, 0, start);
    long opened = open(directory, above, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0);
    return opened < 0 ? new Parent(-1, name, opened) : new Parent((int) opened, name, 0);
  }

  private static boolean isDots(byte[] path, int start, int end) {
    int length = end - start;
    return length == 0
        || path[start] == '.' && (length == 1 || length == 2 && path[start + 1] == '.');
  }

  /**
   * A held parent directory.
   *
   * @param descriptor closed with this; -1 with an error
   * @param name one name, perhaps with slashes behind it
   * @param error minus the errno, or 0
   */
  record Parent(int descriptor, byte[] name, long error) implements AutoCloseable {
    @Override
    public void close() {
      if (descriptor >= 0) {
        Descriptors.close(descriptor);
      }
    }
  }
}
