// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's own programs: classes on {@code --classpath} that implement Program. */
class OwnProgramTest {

  /** The first program that somebody writes. */
  private static final String FIRST =
      """
      import dev.ringfence.user.*;
      import java.util.List;

      public class First implements Program {
        @Override
        public int run(Session session, List<String> arguments) {
          Directory in = session.directory("in");
          for (String name : arguments) {
            try (File file = in.open(name)) {
              session.stdout().println(name + ": " + file.size() + " bytes");
            }
          }
          in.list().map(Entry::name).sorted().forEach(session.stdout()::println);
          return arguments.size();
        }
      }
      """;

  private static final String FAILING =
      """
      import dev.ringfence.user.*;
      import java.util.List;

      public class Failing implements Program {
        @Override
        public int run(Session session, List<String> arguments) throws Exception {
          switch (arguments.getFirst()) {
            case "bug" -> throw new IllegalStateException("a bug of the program");
            case "checked" -> throw new Exception("a failure of the program");
            default -> session.directory("in").open("missing");
          }
          return 0;
        }
      }
      """;

  private static final String HIDDEN =
      """
      import dev.ringfence.user.*;
      import java.util.List;

      public class Hidden implements Program {
        public Hidden() {
          throw new UnsupportedOperationException("not today");
        }

        @Override
        public int run(Session session, List<String> arguments) {
          return 0;
        }
      }
      """;

  @TempDir static Path temporary;

  private static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    classes = Files.createDirectory(temporary.resolve("classes"));
    Path sources = Files.createDirectory(temporary.resolve("sources"));
    Files.writeString(sources.resolve("First.java"), FIRST);
    Files.writeString(sources.resolve("Failing.java"), FAILING);
    Files.writeString(sources.resolve("Hidden.java"), HIDDEN);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("-proc:none", "-d", classes.toString()));
    arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
    for (String name : new String[] {"First", "Failing", "Hidden"}) {
      arguments.add(sources.resolve(name + ".java").toString());
    }
    int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(System.out, System.err, arguments.toArray(String[]::new));
    assertThat(status).as("the examples compile").isZero();
  }

  private static Ringfence.Outcome run(String... arguments) {
    List<String> all = new ArrayList<>();
    all.addAll(List.of("run", "--classpath", classes.toString()));
    all.addAll(List.of("--dir", "in=" + temporary.resolve("sources")));
    all.addAll(List.of(arguments));
    return Ringfence.command(temporary, all.toArray(String[]::new)).run();
  }

  @Test
  void itRunsWithItsArgumentsAndItsStatusIsTheExitStatus() {
    Ringfence.Outcome outcome = run("First", "First.java", "Hidden.java", "First.java");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isEqualTo(3);
    assertThat(outcome.out().lines())
        .startsWith("First.java: " + FIRST.length() + " bytes")
        .endsWith("Failing.java", "First.java", "Hidden.java");
  }

  @Test
  void whatItDoesNotCatchIsOneLineAndStatusOne() {
    Ringfence.Outcome refused = run("Failing", "refused");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errLine())
        .isEqualTo("ringfence: cannot open `in/missing`: there is nothing by that name (NotFound)");
    for (String how : new String[] {"bug", "checked"}) {
      Ringfence.Outcome outcome = run("Failing", how);
      assertThat(outcome.status()).isEqualTo(1);
      assertThat(outcome.errLine()).contains(" of the program; --debug shows where");
    }
  }

  @Test
  void debugShowsWhere() {
    List<String> all =
        List.of("--debug", "run", "--classpath", classes.toString(), "Failing", "bug");
    Ringfence.Outcome outcome = Ringfence.command(temporary, all.toArray(String[]::new)).run();
    assertThat(outcome.err()).contains("at Failing.run(Failing.java");
  }

  @Test
  void aConstructorThatThrowsIsTold() {
    assertThat(run("Hidden").errLine())
        .contains("Hidden needs a public constructor without parameters that works")
        .contains("not today");
  }
}
