// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Assumptions;

/** File systems that a test mounts and that go with it. Tests are skipped where none may be. */
final class Mounts implements AutoCloseable {

  private final Deque<Path> mounted = new ArrayDeque<>();

  /** Mounts with the arguments of mount(8), but for the place. */
  Path mount(Path at, String... what) {
    Assumptions.assumeTrue(succeeds(command("mount", at, what)), "this process may not mount");
    mounted.push(at);
    return at;
  }

  /** A file system in memory, with these options. */
  Path memory(Path at, String options) {
    return mount(at, "-t", "tmpfs", "-o", options, "ringfence-test");
  }

  /** Makes what is mounted read-only from now on. */
  void protect(Path at) {
    if (!succeeds(command("mount", at, "-o", "remount,ro"))) {
      throw new AssertionError("cannot mount read-only: " + at);
    }
  }

  private static String[] command(String program, Path at, String... what) {
    String[] command = new String[what.length + 2];
    command[0] = program;
    System.arraycopy(what, 0, command, 1, what.length);
    command[command.length - 1] = at.toString();
    return command;
  }

  private static boolean succeeds(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Takes all of them away; those that are in use go when they are free. */
  @Override
  public void close() {
    while (!mounted.isEmpty()) {
      Path at = mounted.pop();
      if (!succeeds(command("umount", at)) && !succeeds(command("umount", at, "-l"))) {
        throw new AssertionError("cannot unmount " + at);
      }
    }
  }
}
