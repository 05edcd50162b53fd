// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The two compilers that the header must satisfy. A machine without one skips its tests visibly.
 */
enum CCompiler {
  C11("gcc", "-std=c11", "c"),
  CPP17("g++", "-std=c++17", "c++");

  private static final long SECONDS_MAX = 60;

  private final String command;
  private final String standard;
  private final String language;

  CCompiler(String command, String standard, String language) {
    this.command = command;
    this.standard = standard;
    this.language = language;
  }

  /** Makes a program from {@code name.c} in a directory, with every warning an error. */
  void compile(Path directory, String name) {
    if (!isThere()) {
      abort(command + " is not installed: the C header was NOT compiled with it");
    }
    assertThat(
            run(
                directory,
                command,
                standard,
                "-Wall",
                "-Wextra",
                "-Werror",
                "-pedantic",
                "-x",
                language,
                directory.resolve(name + ".c").toString(),
                "-o",
                directory.resolve(name).toString()))
        .isEmpty();
  }

  private boolean isThere() {
    try {
      return new ProcessBuilder(command, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs a command that must succeed; what it printed, errors included. */
  static String run(Path directory, String... words) {
    List<String> command = new ArrayList<>(List.of(words));
    try {
      Path output = directory.resolve("output.txt");
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
      process.destroyForcibly();
      String text = Files.readString(output, StandardCharsets.UTF_8);
      assertThat(ended).as("%s ended in time; it said: %s", command, text).isTrue();
      assertThat(process.exitValue()).as("%s said: %s", command, text).isZero();
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
