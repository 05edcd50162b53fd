// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code ringfence run} promises its user: grants, words about what is wrong, statuses. */
class RunCommandTest {

  @TempDir Path temporary;

  private Path data;

  @BeforeEach
  void makeData() throws IOException {
    data = Files.createDirectory(temporary.resolve("data"));
    Files.writeString(data.resolve("a"), "one two\n");
  }

  private Ringfence.Outcome run(String... arguments) {
    return ringfence(arguments).run();
  }

  private Ringfence ringfence(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "run";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Ringfence.command(temporary, all);
  }

  @Test
  void aProgramSeesWhatWasGrantedUnderItsName() {
    Ringfence.Outcome outcome =
        run("--dir", "in=" + data, "--file", "one=" + data.resolve("a"), "count", "in", "one");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out().lines().map(line -> line.strip().split(" +", -1)))
        .containsExactly(
            new String[] {"1", "2", "8", "in"},
            new String[] {"1", "2", "8", "one"},
            new String[] {"2", "4", "16", "total"});
  }

  @Test
  void theRemedyForAMissingRightWorksAsItIsWritten() {
    String[] copy = {"--dir", "in=" + data + ":r", "copy", "in/a", "in/b"};
    Ringfence.Outcome refused = run(copy);
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errLine())
        .isEqualTo(
            "cannot open `in/b`: the grant `in` has no WRITE, TRUNCATE and CREATE rights;"
                + " grant it with --dir in="
                + data
                + ":rw,create");
    Matcher remedy = Pattern.compile("--dir (\\S+)$").matcher(refused.errLine());
    assertThat(remedy.find()).isTrue();
    copy[1] = remedy.group(1);
    assertThat(run(copy).status()).isZero();
    assertThat(data.resolve("b")).hasContent("one two\n");
  }

  @Test
  void aMissingGrantIsNamedWithTheFlagThatGivesIt() {
    Ringfence.Outcome outcome = run("--dir", "in=" + data, "copy", "in/a", "out/a");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errLine())
        .isEqualTo(
            "ringfence: there is no grant `out`; grant it with --dir out=PATH:r"
                + " (granted: in, stdin, stdout, stderr) (NotFound)");
  }

  @Test
  void aDirectoryThatMayBeCreatedIsMade() {
    Path made = temporary.resolve("made/deep");
    assertThat(
            run(
                    "--dir",
                    "in=" + data,
                    "--dir",
                    "out=" + made + ":rw,create",
                    "copy",
                    "in/a",
                    "out/a")
                .status())
        .isZero();
    assertThat(made.resolve("a")).hasContent("one two\n");
  }

  @Test
  void grantsThatCannotBeOpenedAreToldByTheirPath() {
    Path missing = temporary.resolve("missing");
    assertThat(run("--dir", "in=" + missing, "count", "in").errLine())
        .startsWith("ringfence: cannot open " + missing)
        .endsWith("(NotFound)");
    assertThat(run("--file", "in=" + data, "count", "in").errLine())
        .isEqualTo("ringfence: " + data + " is a directory; grant it as one (IsADirectory)");
    assertThat(run("--dir", "in=/proc", "count", "in").errLine())
        .startsWith("ringfence: /proc is on a pseudo file system");
    assertThat(run("--dir", "in=" + data, "--dir", "in=" + data, "count", "in").errLine())
        .isEqualTo("ringfence: two grants are named `in` (AlreadyExists)");
  }

  @Test
  void aWrongCommandLineIsToldInTwoLinesAndStatusTwo() {
    Ringfence.Outcome noGrant = run("--dir", "nonsense", "count");
    assertThat(noGrant.status()).isEqualTo(2);
    assertThat(noGrant.err())
        .isEqualTo(
            """
            ringfence run: `nonsense` is no grant: write NAME=PATH[:RIGHTS], such as \
            data=/srv/data:rw
            `ringfence run --help` shows what can be written
            """);
    Ringfence.Outcome noRight = run("--dir", "in=" + data + ":fly", "count");
    assertThat(noRight.status()).isEqualTo(2);
    assertThat(noRight.err()).contains("unknown right 'fly'; known are read, write,");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|ringfence run: PROGRAM is missing: copy, count, serve, a class, or ./a-file",
        "--bogus count|ringfence run: unknown option `--bogus`",
        "-x|ringfence run: unknown option `-x`",
        "--engin portable count|ringfence run: unknown option `--engin`",
        "--dir|ringfence run: --dir needs a value: NAME=PATH[:RIGHTS]",
        "--engine portable --engine portable count|ringfence run: --engine is there twice",
      })
  void whatIsWrittenWronglyIsNamed(String words, String told) {
    Ringfence.Outcome outcome = run(words.isEmpty() ? new String[0] : words.split(" "));
    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.err().lines().findFirst()).contains(told);
  }

  @Test
  void aDoubleDashEndsTheOptions() {
    assertThat(run("--engine=portable", "--", "--bogus").errLine())
        .startsWith("ringfence: no program `--bogus`");
  }

  @Test
  void aGrantThatUsedUpItsLimitFailsInWords() {
    String[] count = {"--dir", "in=" + data, "--limit", "in=bytes:7", "count", "in/a"};
    Ringfence.Outcome spent = run(count);
    assertThat(spent.status()).isEqualTo(1);
    assertThat(spent.errLine()).startsWith("cannot read `in/a`: ").endsWith("(QuotaExceeded)");
    count[3] = "in=bytes:1M,rate:1M/s,delay,expires:1h";
    assertThat(run(count).status()).isZero();
  }

  @Test
  void aLimitWithoutItsGrantIsTold() {
    assertThat(run("--dir", "in=" + data, "--limit", "out=ops:1", "count", "in").errLine())
        .isEqualTo("ringfence: nothing is granted as `out`: grant it, then limit it (NotFound)");
    assertThat(run("--limit", "in=wings:2", "count").err())
        .contains("in `in=wings:2`: `wings` is no limit; write NAME=LIMIT[,LIMIT...] with");
  }

  @Test
  void anUnknownEngineIsTold() {
    Ringfence.Outcome outcome = run("--engine", "steam", "count");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errLine())
        .isEqualTo("ringfence: unknown engine `steam`: use io_uring or portable (InvalidArgument)");
  }

  @Test
  void whatIsNoProgramIsTold() {
    assertThat(run("fly").errLine())
        .isEqualTo(
            "ringfence: no program `fly`: use copy, count, serve, or a class with --classpath"
                + " (NotFound)");
    assertThat(run("java.lang.String").errLine())
        .isEqualTo(
            "ringfence: java.lang.String does not implement dev.ringfence.user.Program"
                + " (InvalidExecutable)");
    assertThat(run("java.lang.Runnable").errLine())
        .startsWith("ringfence: java.lang.Runnable needs a public constructor without parameters");
  }

  @Test
  void optionsAfterTheProgramAreItsOwn() {
    assertThat(run("count", "--help").out()).startsWith("usage: count");
    assertThat(run("--help").out()).startsWith("Usage: ringfence run");
  }

  @Test
  void standardInputIsTheGrantStdin() {
    Ringfence.Outcome outcome = ringfence("count").typing("one two\nthree").run();
    assertThat(outcome.out().strip()).matches("1 +3 +13 stdin");
    assertThat(ringfence("--engine", "portable", "count").typing("x").run().out().strip())
        .matches("0 +1 +1 stdin");
  }

  @Test
  void aFullDiskBehindStandardOutputIsAFailureInWords() {
    List<String> shell = List.of("sh", "-c", "exec \"$@\" >/dev/full", "sh");
    Ringfence.Outcome outcome =
        Ringfence.wrapped(temporary, shell, "run", "--dir", "in=" + data, "count", "in").run();
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errLine()).startsWith("cannot write `stdout`: no space");
  }

  @Test
  void aBrokenPipeBehindStandardOutputIsAFailureInWords() throws IOException {
    for (String engine : new String[] {"io_uring", "portable"}) {
      // The pipe's reader is gone before the command starts: nothing depends on time.
      List<String> shell =
          List.of("bash", "-c", "exec {w}> >(exec true); wait $!; exec \"$@\" >&$w", "bash");
      Ringfence.Outcome outcome =
          Ringfence.wrapped(
                  temporary, shell, "run", "--engine", engine, "--dir", "in=" + data, "count", "in")
              .run();
      assertThat(outcome.status()).isEqualTo(1);
      assertThat(outcome.errLine())
          .startsWith("cannot write `stdout`: nobody reads the other end any more");
    }
  }

  @Test
  void nothingIsDrawnWhereNobodyWatches() {
    Ringfence.Outcome outcome =
        run(
            "--dir",
            "in=" + data,
            "--dir",
            "out=" + temporary + "/o:rw,create",
            "copy",
            "in",
            "out");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out().lines()).hasSize(1);
    assertThat(outcome.out()).doesNotContain("\r").doesNotContain("\033");
  }
}
