// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code ringfence} of a checkout, beside an application that is a stand-in: a fresh
 * directory with a copy of the script, a Maven that only notes that it was called, and the classes
 * of this build where the script looks for them.
 */
class LauncherTest {

  @TempDir Path temporary;

  private Path checkout;
  private Path tools;

  @BeforeEach
  void makeCheckout() throws IOException {
    checkout = Files.createDirectory(temporary.resolve("checkout"));
    tools = Files.createDirectory(temporary.resolve("tools"));
    Path script = Path.of(System.getProperty("ringfence.root"), "ringfence");
    assumeTrue(Files.isExecutable(script), "no launcher beside the sources");
    Files.copy(script, checkout.resolve("ringfence"));
    makeExecutable(checkout.resolve("ringfence"));
    Files.createDirectories(checkout.resolve("cli/target/app/lib"));
    tool("mvn", "echo built >>" + temporary.resolve("builds"));
  }

  private static void makeExecutable(Path file) {
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private void tool(String name, String line) throws IOException {
    Path file = Files.writeString(tools.resolve(name), "#!/bin/sh\n" + line + "\n");
    makeExecutable(file);
  }

  /** No variable is set; what is on the path is what a plain system has. */
  private Ringfence launcher(List<String> wrapper, String... arguments) {
    java.util.ArrayList<String> command = new java.util.ArrayList<>(wrapper);
    command.add(checkout.resolve("ringfence").toString());
    command.addAll(List.of(arguments));
    return Ringfence.plain(temporary, command.toArray(String[]::new))
        .without("JAVA_HOME", "RINGFENCE_JAVA_OPTS")
        .environment("JAVA_HOME", System.getProperty("java.home"))
        .environment("CLASSPATH", "")
        .environment("PATH", tools + ":/usr/bin:/bin");
  }

  @Test
  void theFirstStartBuildsAndSaysSoInOneLineAndTheSecondIsSilent() throws IOException {
    Ringfence.Outcome first = launcher(List.of(), "doctor").run();
    assertThat(first.err().lines().findFirst().orElse(""))
        .isEqualTo("ringfence: building (about a minute the first time) ...");
    Ringfence.Outcome second = launcher(List.of(), "doctor").run();
    assertThat(second.err()).doesNotContain("building");
    assertThat(temporary.resolve("builds")).hasContent("built\n");
  }

  @Test
  void aBuildThatFailsIsToldWithTheEndOfItsOutput() throws IOException {
    tool("mvn", "echo 'this is why'; exit 1");
    Ringfence.Outcome outcome = launcher(List.of(), "doctor").run();
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains("this is why").contains("ringfence: the build failed");
  }

  @Test
  void aClosedStandardInputIsEmptyAndNoFileOfTheMachine() throws IOException {
    Path java = Files.createDirectories(temporary.resolve("jdk/bin")).resolve("java");
    Files.writeString(temporary.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    Files.writeString(java, "#!/bin/sh\nreadlink /proc/$$/fd/0\n");
    makeExecutable(java);
    List<String> closed = List.of("bash", "-c", "exec \"$@\" <&-", "bash");
    Ringfence.Outcome outcome =
        launcher(closed, "doctor")
            .environment("JAVA_HOME", temporary.resolve("jdk").toString())
            .run();
    assertThat(outcome.out()).isEqualTo("/dev/null\n");
  }
}
