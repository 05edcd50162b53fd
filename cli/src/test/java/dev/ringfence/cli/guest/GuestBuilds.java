// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Makes the guests of {@code guest/} with the compilers of this machine, as their pages say. Where
 * a compiler is missing, or the machine is no x86-64, the test that asks is skipped and says so. A
 * warning is an error.
 */
public final class GuestBuilds {

  /** The checkout. */
  public static final Path ROOT =
      Path.of(System.getProperty("ringfence.root", "..")).toAbsolutePath().normalize();

  private static final Path C = ROOT.resolve("guest/c");
  private static final Path RUST = ROOT.resolve("guest/rust");
  private static final long SECONDS_MAX = 300;

  private static final List<String> STRICT = List.of("-Wall", "-Wextra", "-Wpedantic", "-Werror");

  /** What a guest without libc is compiled and linked with. */
  private static final List<String> FREESTANDING =
      List.of("-O2", "-ffreestanding", "-fno-stack-protector", "-nostdlib", "-static");

  private GuestBuilds() {}

  /**
   * A static guest without libc.
   *
   * @param directory where it is made
   * @param source beneath {@code guest/c}, such as {@code examples/cat.c}
   */
  public static Path c(Path directory, String source) {
    return compile(directory, List.of("gcc", "-std=c11"), FREESTANDING, C.resolve(source));
  }

  /** The same source as C++. */
  public static Path cpp(Path directory, String source) {
    return compile(
        directory,
        List.of("g++", "-x", "c++", "-std=c++17", "-fno-exceptions", "-fno-rtti"),
        FREESTANDING,
        C.resolve(source));
  }

  /**
   * A static guest with a libc, from any C files; it is called like the first.
   *
   * @param compiler {@code gcc} for glibc, or {@code musl-gcc}
   */
  public static Path hosted(Path directory, String compiler, Path... sources) {
    return compile(
        directory,
        List.of(compiler, "-std=c11"),
        List.of("-O2", "-static", "-I", C.toString()),
        sources);
  }

  /** The examples of the Rust crate, by name; made together, beneath {@code directory}. */
  public static Path rust(Path directory, String example) {
    requireX86();
    require("cargo");
    Path target = directory.resolve("rust");
    String said =
        run(
            RUST,
            List.of(
                "cargo",
                "build",
                "--quiet",
                "--offline",
                "--locked",
                "--release",
                "--features",
                "start",
                "--example",
                example,
                "--target-dir",
                target.toString()));
    assertThat(said).as("what cargo says").isEmpty();
    return target.resolve("release/examples").resolve(example);
  }

  /** What {@code cargo test} of the crate says, doctests included; it must succeed. */
  static String rustTests(Path directory) {
    requireX86();
    require("cargo");
    return run(
        RUST,
        List.of("cargo", "test", "--offline", "--locked", "--target-dir", directory.toString()));
  }

  /**
   * A guest as a shared library whose system calls go to the function that the variable {@code
   * gate} points to: it can run inside this virtual machine.
   */
  static Path library(Path directory, String source) {
    Path gate = directory.resolve("gate.c");
    try {
      Files.writeString(
          gate,
          """
          #include <stdint.h>
          int64_t (*gate)(int64_t, uint64_t, uint64_t);
          int64_t through_gate(int64_t number, uint64_t argument0, uint64_t argument1);
          int64_t through_gate(int64_t number, uint64_t argument0, uint64_t argument1) {
            return gate(number, argument0, argument1);
          }
          """);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return compile(
        directory,
        List.of("gcc", "-std=c11", gate.toString()),
        List.of("-O2", "-fPIC", "-shared", "-DRINGFENCE_GUEST_SYSCALL=through_gate"),
        C.resolve(source));
  }

  /** The same of an example of the Rust crate. */
  static Path rustLibrary(Path directory, String example) {
    requireX86();
    require("rustc");
    Path crate = directory.resolve("libringfence.rlib");
    Path library = directory.resolve("lib" + example + ".so");
    List<String> compiler = List.of("rustc", "--edition=2021", "-O", "-Cpanic=abort", "-Dwarnings");
    List<String> first = new ArrayList<>(compiler);
    first.addAll(List.of("--crate-type=rlib", "--crate-name=ringfence"));
    first.addAll(List.of("--cfg=feature=\"start\"", "--cfg=feature=\"inside\""));
    first.addAll(List.of("-o", crate.toString(), RUST.resolve("src/lib.rs").toString()));
    assertThat(run(directory, first)).as("what the compiler says").isEmpty();
    List<String> second = new ArrayList<>(compiler);
    second.addAll(List.of("--crate-type=cdylib", "--extern=ringfence=" + crate));
    second.addAll(List.of("-o", library.toString()));
    second.add(RUST.resolve("examples/" + example + ".rs").toString());
    assertThat(run(directory, second)).as("what the compiler says").isEmpty();
    return library;
  }

  private static Path compile(
      Path directory, List<String> compiler, List<String> options, Path... sources) {
    requireX86();
    require(compiler.getFirst());
    String name = sources[0].getFileName().toString().replaceFirst("\\.c$", "");
    Path program = directory.resolve(name + "-" + compiler.getFirst());
    List<String> command = new ArrayList<>(compiler);
    command.addAll(STRICT);
    command.addAll(options);
    command.addAll(List.of("-o", program.toString()));
    Stream.of(sources).map(Path::toString).forEach(command::add);
    assertThat(run(directory, command)).as("what the compiler says").isEmpty();
    return program;
  }

  private static void requireX86() {
    if (!System.getProperty("os.arch").equals("amd64")) {
      abort("guests are made for x86-64: they were NOT built on this machine");
    }
  }

  private static void require(String command) {
    for (String directory : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(directory, command))) {
        return;
      }
    }
    abort(command + " is not installed: guests were NOT built with it");
  }

  /** Runs a command that must succeed; what it said on both streams. */
  static String run(Path directory, List<String> command) {
    try {
      Path output = Files.createTempFile("guest-build", ".txt");
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
      process.destroyForcibly();
      String text = Files.readString(output);
      Files.delete(output);
      assertThat(ended).as("%s ended in time; it said: %s", command, text).isTrue();
      assertThat(process.exitValue()).as("%s said: %s", command, text).isZero();
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while a command ran", e);
    }
  }
}
