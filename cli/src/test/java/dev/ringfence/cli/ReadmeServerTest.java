// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server in the README. Its command does not end, so the block is not run like the others: here
 * the same line runs, with a free port and a directory of the test's.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReadmeServerTest {

  private static final Path ROOT =
      Path.of(System.getProperty("ringfence.root", "..")).toAbsolutePath().normalize();

  private static final Pattern COMMAND = Pattern.compile("\\./ringfence (run .* serve www web)");
  private static final Pattern SERVING = Pattern.compile("serving at .*:(\\d+)");

  @TempDir Path temporary;

  private Process start(Path served) throws IOException {
    List<String> lines = Page.read(ROOT.resolve("README.md")).lines();
    List<String> commands =
        lines.stream()
            .map(COMMAND::matcher)
            .filter(Matcher::matches)
            .map(matcher -> matcher.group(1))
            .toList();
    assertThat(commands).as("the server in the README").hasSize(1);
    String words =
        commands
            .getFirst()
            .replaceFirst("www=[^:]+:", Matcher.quoteReplacement("www=" + served + ":"))
            .replaceFirst(":8080 ", ":0 ");
    assertThat(words).contains(served.toString()).contains(":0 ");
    List<String> command = new ArrayList<>(Ringfence.java());
    command.add("dev.ringfence.cli.Main");
    command.addAll(List.of(words.split(" ", -1)));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    return builder.redirectError(temporary.resolve("errors").toFile()).start();
  }

  /** What the server says to one request: the head and what follows it. */
  private static String get(int port, String target) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String request =
          "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void itServesTheDirectoryAndNothingBesideIt() throws Exception {
    Path served = Files.createDirectory(temporary.resolve("served"));
    Files.writeString(served.resolve("hello.txt"), "hello\n");
    Files.writeString(temporary.resolve("secret.txt"), "secret\n");
    Process server = start(served);
    try (BufferedReader said = server.inputReader()) {
      String first = said.readLine();
      assertThat(first).as(Files.readString(temporary.resolve("errors"))).isNotNull();
      Matcher serving = SERVING.matcher(first);
      assertThat(serving.matches()).as(first).isTrue();
      int port = Integer.parseInt(serving.group(1));
      assertThat(get(port, "/hello.txt")).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nhello\n");
      assertThat(get(port, "/../secret.txt")).startsWith("HTTP/1.1 403 ");
      assertThat(get(port, "/%2e%2e/secret.txt")).startsWith("HTTP/1.1 403 ");
    } finally {
      server.destroy();
      assertThat(server.waitFor(60, TimeUnit.SECONDS)).as("it ends when it is told to").isTrue();
    }
  }
}
