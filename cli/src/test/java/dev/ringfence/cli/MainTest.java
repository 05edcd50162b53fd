// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is the same for all commands: help, version, and the words for what is none. */
class MainTest {

  @TempDir Path temporary;

  private Ringfence.Outcome ringfence(String... words) {
    return Ringfence.command(temporary, words).run();
  }

  @Test
  void helpNamesTheCommands() {
    Ringfence.Outcome help = ringfence("--help");
    assertThat(help.status()).isZero();
    assertThat(help.out()).startsWith("Usage: ringfence [OPTION...] COMMAND ...\n");
    for (String name : Main.COMMANDS) {
      assertThat(help.out()).containsPattern("\n  " + name + " +[A-Z]");
    }
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "doctor", "abi"})
  void everyCommandHasItsHelpWithAllItsOptions(String name) {
    Ringfence.Outcome help = ringfence(name, "--help");
    assertThat(help.status()).isZero();
    assertThat(help.out()).startsWith("Usage: ringfence " + name + " [OPTION...]");
    Command command = Main.command(name);
    assertThat(command).isNotNull();
    assertThat(command.options().getOptions())
        .allSatisfy(option -> assertThat(help.out()).contains("\n  --" + option.getLongOpt()));
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void theVersionIsTold() {
    assertThat(ringfence("--version").out()).matches("ringfence [0-9.]+\n");
    assertThat(ringfence("run", "-V").out()).matches("ringfence [0-9.]+\n");
  }

  @Test
  void whatIsNoCommandIsTold() {
    Ringfence.Outcome none = ringfence();
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).startsWith("ringfence: a command is missing: run, doctor, abi\n");
    assertThat(ringfence("fly").err())
        .startsWith("ringfence: no command `fly`: use run, doctor, abi\n");
    assertThat(ringfence("doctor", "now").err()).startsWith("ringfence doctor: unexpected `now`\n");
  }

  @Test
  void debugShowsWhereAnErrorComesFromBeforeOrBehindTheCommand() {
    String missing = "in=" + temporary.resolve("missing");
    assertThat(ringfence("--debug", "run", "--dir", missing, "count", "in").err())
        .contains("\tat dev.ringfence.");
    assertThat(ringfence("run", "--debug", "--dir", missing, "count", "in").err())
        .contains("\tat dev.ringfence.");
  }
}
