// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How many descriptors this process has. */
public final class OpenDescriptors {

  private OpenDescriptors() {}

  /** Counts those whose target begins with a word, such as {@code anon_inode:[io_uring]}. */
  public static long count(String target) {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(path -> target(path).startsWith(target)).count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Counts all. */
  public static long count() {
    return count("");
  }

  private static String target(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException gone) {
      // The descriptor of the listing itself, or one that another thread has just closed.
      return "gone";
    }
  }
}
