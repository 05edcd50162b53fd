// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.cli.guest.GuestBuilds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The example guests in processes of their own, as a user starts them. */
class NativeGuestTest {

  @TempDir static Path builds;

  @TempDir Path directory;

  private Path in;
  private Path out;

  @BeforeEach
  void makeDirectories() throws IOException {
    in = Files.createDirectory(directory.resolve("in"));
    out = Files.createDirectory(directory.resolve("out"));
  }

  private Ringfence.Outcome run(String engine, Path program, String... words) {
    List<String> command =
        new ArrayList<>(List.of("run", "--engine", engine, "--dir", "in=" + in + ":r", "--dir"));
    command.addAll(List.of("out=" + out + ":full", program.toString()));
    command.addAll(List.of(words));
    return Ringfence.command(directory, command.toArray(String[]::new)).run();
  }

  private static Path c(String source) throws IOException {
    return GuestBuilds.c(Files.createTempDirectory(builds, "c"), source);
  }

  @Test
  void aGuestWithoutLibcFindsItsRingExactlyWhereItShould() throws IOException {
    assertThat(run("io_uring", c("examples/base.c")).status()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"io_uring, plain", "io_uring, sqpoll", "portable, plain", "portable, sqpoll"})
  void theLibraryOfCDoesWhatItPromises(String engine, String mode) throws IOException {
    Files.writeString(in.resolve("file"), "12345");
    Ringfence.Outcome outcome = run(engine, c("tests/check.c"), mode);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).isEqualTo("all holds\n");
    assertThat(outcome.status()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "portable"})
  void catAndCpMoveRealBytes(String engine) throws IOException {
    byte[] content = new byte[1_000_001];
    new Random(3).nextBytes(content);
    Files.write(in.resolve("from"), content);
    assertThat(run(engine, c("examples/cp.c"), "in/from", "out/to").status()).isZero();
    assertThat(out.resolve("to")).hasBinaryContent(content);
    Files.writeString(in.resolve("small"), "small\n");
    Ringfence.Outcome cat = run(engine, c("examples/cat.c"), "in/small", "in/../out/to");
    assertThat(cat.out()).isEqualTo("small\n");
    assertThat(cat.err()).isEqualTo("cat: in/../out/to: PermissionDenied\n");
    assertThat(cat.status()).isEqualTo(1);
  }

  @Test
  void wcOfRustCounts() throws IOException {
    Files.writeString(in.resolve("text"), "one two\nthree\n");
    Path wc = GuestBuilds.rust(builds.resolve("rust"), "wc");
    Ringfence.Outcome outcome = run("io_uring", wc, "in/text");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out().strip().replaceAll(" +", " ")).isEqualTo("2 3 14 in/text");
  }

  @Test
  void theSnippetsOfTheSpecificationRunAsTheyAreWritten() throws IOException {
    Path snippets = GuestBuilds.rust(builds.resolve("rust"), "snippets");
    Ringfence.Outcome outcome =
        Ringfence.command(directory, "run", "--dir", "in=" + in + ":rw", snippets.toString()).run();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
  }
}
