// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.linux.Errno;
import dev.ringfence.linux.SeccompFilter;
import java.util.Arrays;

/**
 * The command under a seccomp filter, as a container's profile would put it there: {@code ERRNO
 * NUMBER[,NUMBER]... ARGUMENT...}. The filter holds for the main thread and all that it starts.
 */
public final class Filtered {

  private Filtered() {}

  /** Installs the filter and becomes the command. */
  public static void main(String[] arguments) {
    long[] refused =
        Arrays.stream(arguments[1].split(",", -1)).mapToLong(Long::parseLong).toArray();
    long result = SeccompFilter.refusing(Errno.valueOf(arguments[0]), refused).install();
    if (result < 0) {
      throw new IllegalStateException("no filter: " + Errno.describe(result));
    }
    Main.main(Arrays.copyOfRange(arguments, 2, arguments.length));
  }
}
