// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The command as a process of its own, as users start it: its standard streams are real ones, and
 * its exit status is what a shell would see.
 */
final class Ringfence {

  private static final long PATIENCE_SECONDS = 120;

  private final List<String> command;
  private final ProcessBuilder builder;
  private final Path directory;

  /** How it ended. */
  record Outcome(int status, String out, String err) {

    /** The one line of the error output, or a failed test. */
    String errLine() {
      List<String> lines = err.lines().toList();
      if (lines.size() != 1) {
        throw new AssertionError("one line was expected, not:\n" + err);
      }
      return lines.getFirst();
    }
  }

  private Ringfence(Path directory, List<String> command) {
    this.directory = directory;
    this.command = command;
    this.builder = new ProcessBuilder(command);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
  }

  /** {@code ringfence ARGUMENTS}; its output is kept in files of {@code directory}. */
  static Ringfence command(Path directory, String... arguments) {
    return wrapped(directory, List.of(), arguments);
  }

  /** The same, started by another command that executes what follows. */
  static Ringfence wrapped(Path directory, List<String> wrapper, String... arguments) {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(java());
    command.add("dev.ringfence.cli.Main");
    command.addAll(List.of(arguments));
    return new Ringfence(directory, command);
  }

  /** A command of its own, such as the launcher. */
  static Ringfence plain(Path directory, String... command) {
    return new Ringfence(directory, List.of(command));
  }

  /** The Java of this test and its class path. */
  static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx192m",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"));
  }

  /** Standard input is this text, and then ends. */
  Ringfence typing(String text) {
    try {
      Path input = Files.createTempFile(directory, "input", "");
      builder.redirectInput(Files.writeString(input, text).toFile());
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Ringfence environment(String name, String value) {
    builder.environment().put(name, value);
    return this;
  }

  Ringfence without(String... variables) {
    builder.environment().keySet().removeAll(List.of(variables));
    return this;
  }

  /** Starts it, waits for its end, and takes what it said. */
  Outcome run() {
    try {
      Path out = Files.createTempFile(directory, "out", "");
      Path err = Files.createTempFile(directory, "err", "");
      if (builder.redirectInput() == Redirect.PIPE) {
        builder.redirectInput(new java.io.File("/dev/null"));
      }
      Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("still running: " + command + "\n" + Files.readString(err));
      }
      return new Outcome(
          process.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while a command ran", e);
    }
  }
}
