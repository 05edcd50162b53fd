// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ringfence run} of native programs. */
class NativeProgramTest {

  private static final Path GCC = Path.of("/usr/bin/gcc");

  @TempDir Path temporary;

  @BeforeEach
  void needACompiler() {
    assumeTrue(Files.isExecutable(GCC), "no gcc: no native program to run");
  }

  private Path program(String source) throws IOException {
    Path file = Files.writeString(temporary.resolve("program.c"), source);
    Path program = temporary.resolve("program");
    Ringfence.Outcome compiled =
        Ringfence.plain(
                temporary, GCC.toString(), "-static", "-o", program.toString(), file.toString())
            .run();
    assertThat(compiled.status()).as(compiled.err()).isZero();
    return program;
  }

  private Ringfence.Outcome run(String... words) {
    List<String> command = new ArrayList<>(List.of("run"));
    command.addAll(List.of(words));
    return Ringfence.command(temporary, command.toArray(String[]::new)).run();
  }

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "portable"})
  void itsArgumentsAndItsStatusPass(String engine) throws IOException {
    Path program = program("int main(int count, char **words) { return count + words[1][0]; }");
    Ringfence.Outcome outcome = run("--engine", engine, program.toString(), "A", "--help");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isEqualTo(3 + 'A');
  }

  @Test
  void itSeesOnlyTheVariablesThatAreGiven() throws IOException {
    Path program =
        program(
            """
            #include <stdlib.h>
            extern char **environ;
            int main(void) { return getenv("A") && !environ[1] ? atoi(getenv("A")) : 99; }
            """);
    assertThat(run("--env", "A=7", program.toString()).status()).isEqualTo(7);
    assertThat(run(program.toString()).status()).isEqualTo(99);
    assertThat(run("--env", "A", program.toString()).err())
        .startsWith("ringfence run: `A` is no variable: write --env NAME=VALUE");
  }

  @Test
  void itsDeathIsTold() throws IOException {
    Path program = program("int main(void) { return *(volatile int *) 8; }");
    Ringfence.Outcome outcome = run(program.toString());
    assertThat(outcome.status()).isEqualTo(128 + 11);
    assertThat(outcome.errLine())
        .isEqualTo("ringfence: " + program + " was killed by signal 11 (bad memory access)");
  }

  @Test
  void itsTimeEnds() throws IOException {
    Path program = program("int main(void) { for (;;) ; }");
    Ringfence.Outcome outcome = run("--wall-time", "100ms", program.toString());
    assertThat(outcome.status()).isEqualTo(128 + 9);
    assertThat(outcome.err()).startsWith("ringfence: the time of " + program + " is over\n");
  }

  @Test
  void whatCannotBeAGuestIsTold() {
    assertThat(run("/bin/true").errLine())
        .startsWith("ringfence: /bin/true cannot be a guest: it is linked dynamically")
        .endsWith("link it with -static (InvalidExecutable)");
    assertThat(run("./nothing").errLine()).isEqualTo("ringfence: no program ./nothing (NotFound)");
  }

  @Test
  void itsOptionsAreForNoOtherProgram() {
    assertThat(run("--memory", "1M", "count").err())
        .startsWith("ringfence run: --memory is for native programs, which `count` is not");
  }

  @Test
  void itRunsWithoutPrivileges() throws IOException {
    Path setpriv = Path.of("/usr/bin/setpriv");
    assumeTrue(Files.isExecutable(setpriv), "no setpriv");
    assumeTrue(System.getProperty("user.name").equals("root"), "not root: nothing to give up");
    Path program = program("int main(void) { return 5; }");
    assertThat(temporary.toFile().setExecutable(true, false)).isTrue();
    assertThat(temporary.toFile().setReadable(true, false)).isTrue();
    List<String> command =
        new ArrayList<>(
            List.of(
                setpriv.toString(),
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "--no-new-privs"));
    command.addAll(Ringfence.java());
    command.removeLast();
    command.add(readableClassPath());
    command.addAll(List.of("dev.ringfence.cli.Main", "run", program.toString()));
    Ringfence.Outcome outcome = Ringfence.plain(temporary, command.toArray(String[]::new)).run();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isEqualTo(5);
  }

  /** Copies of what the command needs: the originals may lie where only this user may look. */
  private String readableClassPath() throws IOException {
    List<String> copies = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path from = Path.of(entry);
      Path to = temporary.resolve("entry" + copies.size() + "-" + from.getFileName());
      if (entry.endsWith("classes")) {
        copyTree(from, to);
      } else if (entry.contains("commons-cli") || entry.contains("ringfence")) {
        Files.copy(from, to);
      } else {
        continue;
      }
      copies.add(to.toString());
    }
    return String.join(File.pathSeparator, copies);
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
