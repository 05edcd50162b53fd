// SPDX-License-Identifier: Apache-2.0

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Holds every Java source of the tree against google-java-format, in one process.
 *
 * <p>Maven may run on a Java that the formatter does not, so this is started as a program of its
 * own, from source, with the JDK that the build found: {@code FormatSources check|fix ROOT REPORT}.
 * {@code check} names the unformatted sources in the file REPORT, which is absent if there are
 * none; the build then stops with one line instead of this process's stack trace.
 */
final class FormatSources {

  private FormatSources() {}

  public static void main(String[] arguments) throws IOException {
    boolean fix = arguments[0].equals("fix");
    Path root = Path.of(arguments[1]).toAbsolutePath().normalize();
    Path report = Path.of(arguments[2]);
    List<String> unformatted =
        sources(root).parallelStream()
            .filter(file -> !isFormatted(file, fix))
            .map(file -> root.relativize(file).toString())
            .sorted()
            .toList();
    Files.deleteIfExists(report);
    if (fix) {
      unformatted.forEach(file -> System.out.println("formatted " + file));
    } else if (!unformatted.isEmpty()) {
      unformatted.forEach(file -> System.err.println("not formatted: " + file));
      Files.createDirectories(report.getParent());
      Files.write(report, unformatted);
    }
  }

  /** Java files in the folders of the root, without build output and hidden folders. */
  private static List<Path> sources(Path root) throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .filter(entry -> Files.isDirectory(entry) && !isOutput(entry))
          .flatMap(FormatSources::sourcesBelow)
          .toList();
    }
  }

  private static Stream<Path> sourcesBelow(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      Path output = folder.resolve("target");
      return files
          .filter(file -> file.toString().endsWith(".java") && !file.startsWith(output))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new IllegalStateException("cannot list " + folder, e);
    }
  }

  private static boolean isOutput(Path folder) {
    String name = folder.getFileName().toString();
    return name.startsWith(".") || name.equals("target");
  }

  /** Says whether the file was formatted; in the mode fix it is afterwards. */
  private static boolean isFormatted(Path file, boolean fix) {
    try {
      String source = Files.readString(file);
      String formatted = new Formatter().formatSourceAndFixImports(source);
      if (formatted.equals(source)) {
        return true;
      }
      if (fix) {
        Files.writeString(file, formatted);
      }
      return false;
    } catch (FormatterException e) {
      throw new IllegalStateException("cannot parse " + file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read or write " + file, e);
    }
  }
}
