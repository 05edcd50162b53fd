// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.FileCalls;
import dev.ringfence.linux.FileSystemMagic;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.PathCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
    if (result >= 0 && isForbidden(directory, (int) result)) {
      Descriptors.close((int) result);
      return Errno.EXDEV.result();
    }
    return result;
  }

  /** Behind a mount that was granted may be a file system whose files are doors, such as procfs. */
  private static boolean isForbidden(LinuxFile directory, int opened) {
    return mayCross(directory) && FileSystemMagic.isPseudo(FileCalls.fileSystemMagic(opened));
  }

  private static boolean mayCross(LinuxFile directory) {
    return (directory.resolve & OpenFlags.RESOLVE_NO_XDEV) == 0;
  }

  /**
   * Minus the errno if a name must not be made where a path leads, so that Linux need not be asked
   * whether it exists there.
   */
  static long refuseForbiddenParent(LinuxFile directory, byte[] path) {
    if (!mayCross(directory)) {
      return 0;
    }
    try (Parent parent = parent(directory, path)) {
      return parent.error();
    }
  }

  /**
   * Where the link that is a path's last name leads: a path to try instead. The path itself if it
   * is no link (any more), and an absolute one if the link is: nothing opens that.
   */
  static byte[] follow(LinuxFile directory, byte[] path) {
    long link = open(directory, path, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0);
    if (link < 0) {
      return path;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(PathCalls.PATH_MAX);
      long length = PathCalls.readlinkat((int) link, Operation.NO_PATH, text);
      if (length <= 0) {
        return path;
      }
      byte[] target = text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      int above = target[0] == '/' ? 0 : startOfLast(path, path.length);
      byte[] whole = Arrays.copyOf(path, above + target.length);
      System.arraycopy(target, 0, whole, above, target.length);
      return whole;
    } finally {
      Descriptors.close((int) link);
    }
  }

  private static int startOfLast(byte[] path, int end) {
    int start = end;
    while (start > 0 && path[start - 1] != '/') {
      start--;
    }
    return start;
  }

  /** The directory that a path's last name is in, and that name. */
  static Parent parent(LinuxFile directory, byte[] path) {
    int end = path.length;
    while (end > 0 && path[end - 1] == '/') {
      end--;
    }
    int start = startOfLast(path, end);
    // what follows the last name stays with it: "name/" means a directory, and Linux checks that
    byte[] name = Arrays.copyOfRange(path, start, path.length);
    byte[] above = start == 0 ? SELF : Arrays.copyOfRange(path, 0, start);
    if (isDots(path, start, end)) {
      // Linux makes and removes no such name, and says which error that is without looking it up;
      // but first the path must exist and stay beneath
      above = path;
    }
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
