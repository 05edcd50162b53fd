// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.kernel.NetworkPolicy;
import dev.ringfence.user.Program;
import dev.ringfence.user.Session;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/**
 * Compiles the Java of a page, and runs it where it is statements.
 *
 * <p>A whole class is left in the page's directory, for the commands that follow. Statements become
 * the body of a program with {@code session}, the directory {@code data} (all rights; {@code here}
 * is its path on the host, {@code arguments} is empty), in it {@code a.txt}, and {@code net}, a
 * network that begins and ends at 127.0.0.1.
 */
final class Snippets {

  private static final Pattern PUBLIC_CLASS =
      Pattern.compile("(?m)^public (?:final )?class (\\w+)");

  private static final String FRAME =
      """
      import dev.ringfence.abi.*;
      import dev.ringfence.kernel.*;
      import dev.ringfence.user.*;
      import java.lang.foreign.*;
      import java.net.InetSocketAddress;
      import java.nio.ByteBuffer;
      import java.nio.channels.*;
      import java.nio.file.*;
      import java.util.*;
      import java.util.concurrent.*;

      public final class Snippet implements Program {
        @Override
        public int run(Session session, List<String> arguments) throws Exception {
          Directory data = session.directory("data");
          Network net = session.network("net");
          Path here = Path.of(System.getProperty("ringfence.snippet"));
          %s
          %s
          return %s ? 0 : 1;
        }
      }
      """;

  private static final String LOOPBACK =
      "listen:127.0.0.1:0,connect:127.0.0.1:*,udp-listen:127.0.0.1:0,udp-connect:127.0.0.1:*";

  private final Path home;
  private int count;

  Snippets(Path home) {
    this.home = home;
  }

  void run(Page.Block block) throws Exception {
    Matcher whole = PUBLIC_CLASS.matcher(block.text());
    if (whole.find()) {
      Files.writeString(home.resolve(whole.group(1) + ".java"), block.text());
      compile(whole.group(1), block.text(), Files.createDirectories(home.resolve("tmp/compiled")));
      return;
    }
    String holds = block.after().isEmpty() ? "true" : block.after();
    Path classes = Files.createDirectories(home.resolve("snippets/" + count));
    compile("Snippet", FRAME.formatted(block.before(), block.text(), holds), classes);
    Path data = Files.createDirectories(home.resolve("data/" + count++));
    Files.writeString(data.resolve("a.txt"), "one\ntwo\n");
    assertThat(start(classes, data)).as(block.text()).isZero();
  }

  private static int start(Path classes, Path data) throws Exception {
    System.setProperty("ringfence.snippet", data.toString());
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()});
        Kernel kernel = Kernel.open(EngineChoice.choose(null));
        Domain domain =
            kernel
                .domain("snippet")
                .directory("data", data, Rights.ALL)
                .network("net", NetworkPolicy.parse(LOOPBACK), Rights.ALL)
                .open();
        Session session = Session.over(domain)) {
      Object made = loader.loadClass("Snippet").getConstructor().newInstance();
      return ((Program) made).run(session, List.of());
    } finally {
      System.clearProperty("ringfence.snippet");
    }
  }

  private static void compile(String name, String text, Path classes) throws IOException {
    Path source = Files.writeString(classes.resolve(name + ".java"), text);
    ToolProvider compiler = ToolProvider.findFirst("javac").orElseThrow();
    StringWriter said = new StringWriter();
    PrintWriter messages = new PrintWriter(said);
    int status =
        compiler.run(
            messages,
            messages,
            "-d",
            classes.toString(),
            "-cp",
            Workbench.classPath(),
            source.toString());
    assertThat(status).as("%s%n%s", said, text).isZero();
  }
}
