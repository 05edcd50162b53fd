// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.ringfence.linux.SystemCallNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code ringfence doctor} finds, and that a job runs on whatever it chose. */
class DoctorCommandTest {

  private static final String SETUP = Long.toString(SystemCallNumber.IO_URING_SETUP);
  private static final String ENTER = Long.toString(SystemCallNumber.IO_URING_ENTER);
  private static final String OPENAT2 = Long.toString(SystemCallNumber.OPENAT2);

  @TempDir Path temporary;

  private Ringfence.Outcome filtered(String errno, String calls, String... arguments) {
    List<String> command = new ArrayList<>(Ringfence.java());
    command.addAll(List.of(Filtered.class.getName(), errno, calls));
    command.addAll(List.of(arguments));
    return Ringfence.plain(temporary, command.toArray(String[]::new)).run();
  }

  private String[] copyJob(String... options) throws IOException {
    Path in = Files.createDirectories(temporary.resolve("in"));
    Files.writeString(in.resolve("a"), "one");
    List<String> words = new ArrayList<>(List.of("run"));
    words.addAll(List.of(options));
    words.addAll(List.of("--dir", "in=" + in));
    words.addAll(List.of("--dir", "out=" + temporary.resolve("out") + ":rw,create"));
    words.addAll(List.of("copy", "in/a", "out/a"));
    return words.toArray(String[]::new);
  }

  @Test
  void itSaysWhatWasChosenAndWhy() {
    Ringfence.Outcome outcome = Ringfence.command(temporary, "doctor").run();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out().lines().findFirst().orElse(""))
        .matches("engine: (io_uring|portable), because .+");
    assertThat(outcome.out())
        .contains("io_uring: ")
        .contains("openat2: ")
        .contains("locked memory: ")
        .contains("open files: ")
        .contains("seccomp: no filter");
  }

  @Test
  void whatWasAskedForIsChosenBecauseItWasAskedFor() throws IOException {
    assertThat(Ringfence.command(temporary, "doctor", "--engine", "portable").run().out())
        .startsWith("engine: portable, because it was asked for\n");
    assertThat(Ringfence.command(temporary, copyJob("--engine", "portable")).run().status())
        .isZero();
    assertThat(temporary.resolve("out/a")).hasContent("one");
  }

  @Test
  void asJsonItSaysTheSame() throws IOException {
    Ringfence.Outcome outcome = Ringfence.command(temporary, "doctor", "--json").run();
    int findings = 0;
    try (JsonParser parser = new JsonFactory().createParser(outcome.out())) {
      while (parser.nextToken() != null) {
        if ("remedy".equals(parser.currentName())) {
          findings++;
        }
      }
    }
    assertThat(findings).as("names and values of the remedies").isEqualTo(2 * 6);
  }

  @ParameterizedTest
  @CsvSource({"EPERM", "ENOSYS"})
  void withoutIoUringTheFilterIsNamedAndTheJobRunsOnPortable(String errno) throws IOException {
    for (String call : new String[] {SETUP, ENTER}) {
      Ringfence.Outcome doctor = filtered(errno, call, "doctor");
      assertThat(doctor.status()).isZero();
      assertThat(doctor.out())
          .startsWith(
              "engine: portable, because io_uring cannot be used here: a seccomp filter refuses"
                  + " io_uring (containers do so by default): "
                  + errno)
          .contains("missing  io_uring: a seccomp filter refuses io_uring")
          .contains("remedy: allow io_uring_setup, io_uring_enter and io_uring_register")
          .contains("seccomp: this process runs under a filter");
      Ringfence.Outcome job = filtered(errno, call, copyJob());
      assertThat(job.err()).isEmpty();
      assertThat(job.status()).isZero();
      assertThat(temporary.resolve("out/a")).hasContent("one");
      Files.delete(temporary.resolve("out/a"));
    }
  }

  @Test
  void ioUringThatIsAskedForAndRefusedIsAnErrorWithTheRemedy() throws IOException {
    assertThat(filtered("EPERM", SETUP, copyJob("--engine", "io_uring")).errLine())
        .contains("io_uring cannot be used: a seccomp filter refuses io_uring")
        .contains("allow io_uring_setup")
        .contains("or use --engine portable");
  }

  @Test
  void withoutOpenat2TheJobRunsOnPortable() throws IOException {
    assertThat(filtered("EPERM", OPENAT2, "doctor").out())
        .startsWith(
            "engine: portable, because io_uring cannot be used here: openat2 cannot be used")
        .contains("missing  openat2: ")
        .contains("allow openat2 in the seccomp profile");
    assertThat(filtered("EPERM", OPENAT2, copyJob()).status()).isZero();
    assertThat(filtered("EPERM", OPENAT2, copyJob("--engine", "io_uring")).errLine())
        .contains("openat2")
        .contains("or use --engine portable");
  }

  @Test
  void smallLimitsAreNamedAndTheJobRuns() throws IOException {
    List<String> small = List.of("bash", "-c", "ulimit -n 64; ulimit -l 0; exec \"$@\"", "bash");
    Ringfence.Outcome doctor = Ringfence.wrapped(temporary, small, "doctor").run();
    assertThat(doctor.status()).isZero();
    assertThat(doctor.out())
        .contains("missing  locked memory: 0 KiB may be locked")
        .contains("remedy: ulimit -l unlimited")
        .contains("missing  open files: 64 descriptors")
        .contains("remedy: ulimit -n 65536");
    Ringfence.Outcome job = Ringfence.wrapped(temporary, small, copyJob()).run();
    assertThat(job.err()).isEmpty();
    assertThat(job.status()).isZero();
  }
}
