// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What {@code count} promises of files, trees and streams. */
class CountTest extends ProgramTest {

  private Outcome count(String... arguments) {
    return run(new Count(), arguments);
  }

  private static String[] fields(String line) {
    return line.strip().split(" +", 4);
  }

  @Test
  void linesWordsAndBytesOfAFile() throws IOException {
    file("a", "one two\n  three\tfour\nfive");
    assertThat(fields(count("in/a").out())).containsExactly("2", "5", "25", "in/a");
  }

  @Test
  void anEmptyFileHasNothing() throws IOException {
    file("a", "");
    assertThat(fields(count("in/a").out())).containsExactly("0", "0", "0", "in/a");
  }

  @Test
  void aTreeIsTheSumOfItsFilesAndLinksAreNotFollowed() throws IOException {
    file("tree/a", "one\n");
    file("tree/sub/b", "two three\n");
    link("tree/again", "a");
    Outcome outcome = count("in/tree", "in/tree/a");
    assertThat(outcome.out().lines().map(CountTest::fields))
        .containsExactly(
            new String[] {"2", "3", "14", "in/tree"},
            new String[] {"1", "1", "4", "in/tree/a"},
            new String[] {"3", "4", "18", "total"});
  }

  @Test
  void withoutAPathItCountsStdin() {
    Outcome outcome = runWith("typed by\nsomebody\n", new Count());
    assertThat(fields(outcome.out())).containsExactly("2", "3", "18", "stdin");
  }

  @Test
  void aWordMayGoOnInTheNextBuffer() throws IOException {
    file("a", "x".repeat(3 * (64 << 10) + 1) + " y");
    assertThat(fields(count("in/a").out())[1]).isEqualTo("2");
  }

  @Test
  void whatFailsIsToldAndTheRestIsCounted() throws IOException {
    file("a", "one\n");
    Outcome outcome = count("in/missing", "nothing", "in/a");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("`in/missing`: there is nothing by that name")
        .contains("there is no grant `nothing`");
    assertThat(outcome.out()).contains("in/a");
  }

  @Test
  void helpIsOneWordAway() {
    assertThat(count("--help").out()).startsWith("usage: count [PATH...]");
  }
}
