// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A directory that looks like a built checkout, in which the commands of one page run in order.
 *
 * <p>{@code ./ringfence} there starts the classes under test. Absolute paths of commands lie inside
 * it too: what the page says is tried, the host's own files are not touched. Maven cannot run
 * inside its own tests, so {@code mvn} is a script that judges its arguments.
 */
final class Workbench {

  private static final long SECONDS_MAX = 240;
  private static final Pattern HOST_PATH =
      Pattern.compile("(?<![\\w./}-])/(?=(usr/share|tmp|srv|var)\\b)");
  private static final String ANYTHING = "…";

  private final Path root;
  private final Path home;

  /**
   * @param root the checkout
   * @param home where the workbench is made
   */
  Workbench(Path root, Path home) throws IOException {
    this.root = root;
    this.home = home;
    Path library = Files.createDirectories(home.resolve("cli/target/app/lib"));
    int number = 0;
    for (String entry : classPath().split(File.pathSeparator, -1)) {
      toJar(Path.of(entry), library.resolve(number++ + ".jar"));
    }
    script("ringfence", "exec " + launch() + " \"$@\"\n");
    script("bin/mvn", Files.readString(root.resolve("cli/src/test/resources/mvn.sh")));
    Files.createDirectory(home.resolve("tmp"));
    Path sample = Files.createDirectories(home.resolve("usr/share/doc/sample"));
    Files.writeString(sample.resolve("copyright"), "as you like\n");
  }

  Path home() {
    return home;
  }

  static String classPath() {
    return System.getProperty("java.class.path");
  }

  private static Path javaHome() {
    return Path.of(System.getProperty("java.home"));
  }

  private static String launch() {
    return javaHome().resolve("bin/java")
        + " --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx192m -XX:TieredStopAtLevel=1"
        + " -Xshare:auto ${RINGFENCE_JAVA_OPTS:-} -cp '"
        + classPath()
        + "' dev.ringfence.cli.Main";
  }

  private static void toJar(Path entry, Path jar) throws IOException {
    if (Files.isRegularFile(entry)) {
      Files.copy(entry, jar, StandardCopyOption.REPLACE_EXISTING);
    } else if (Files.isDirectory(entry)) {
      try (OutputStream file = Files.newOutputStream(jar);
          JarOutputStream out = new JarOutputStream(file);
          Stream<Path> tree = Files.walk(entry)) {
        for (Path path : tree.filter(Files::isRegularFile).toList()) {
          out.putNextEntry(new JarEntry(entry.relativize(path).toString()));
          Files.copy(path, out);
        }
      }
    }
  }

  private void script(String name, String body) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/usr/bin/env bash\n" + body);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  /** What a command said, and how it ended. */
  record Outcome(int status, String output) {}

  /** Runs commands as a reader would type them. */
  Outcome shell(String commands) throws IOException, InterruptedException {
    Path output = home.resolve("tmp/.output");
    String moved = HOST_PATH.matcher(commands).replaceAll(home + "/");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-u", "-c", moved)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(output.toFile());
    builder.environment().put("RINGFENCE_ROOT", root.toString());
    builder
        .environment()
        .merge(
            "PATH",
            home.resolve("bin") + ":" + javaHome().resolve("bin") + ":",
            (path, first) -> first + path);
    Process process = builder.start();
    if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("did not end: " + commands);
    }
    String said = Files.readString(output).replace(home + "/", "/");
    return new Outcome(process.exitValue(), said);
  }

  /** Runs each command after a {@code $}, and compares what it says with what follows it. */
  void converse(List<String> lines) throws IOException, InterruptedException {
    int at = 0;
    while (at < lines.size()) {
      assertThat(lines.get(at)).as("a command").startsWith("$ ");
      StringBuilder command = new StringBuilder(lines.get(at).substring(2));
      while (lines.get(at).endsWith("\\")) {
        command.append('\n').append(lines.get(++at));
      }
      at++;
      List<String> expected = new ArrayList<>();
      while (at < lines.size() && !lines.get(at).startsWith("$ ")) {
        expected.add(lines.get(at++));
      }
      String said = shell(command.toString()).output();
      assertThat(said.stripTrailing()).as("what `%s` says", command).matches(pattern(expected));
    }
  }

  private static Pattern pattern(List<String> expected) {
    String text = String.join("\n", expected);
    String quoted =
        Stream.of(text.split(ANYTHING, -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    return Pattern.compile(quoted, Pattern.DOTALL);
  }
}
