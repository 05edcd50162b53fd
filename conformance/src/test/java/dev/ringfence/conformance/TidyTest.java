// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The rules of the tree that no compiler knows. Each names what breaks it, by file and line. A file
 * that may break a rule is listed beside it, with the reason.
 */
class TidyTest {

  private static final int WIDTH_MAX = 100;
  private static final int LINES_MAX = 450;

  /** Modules, and what of ours each may see. */
  private static final Map<String, Set<String>> LAYERS =
      Map.of(
          "abi", Set.of(),
          "linux", Set.of(),
          "kernel", Set.of("abi", "linux"),
          "user", Set.of("abi"),
          "host", Set.of("abi", "linux", "kernel"),
          "cli", Set.of("abi", "linux", "kernel", "user", "host"),
          "conformance", Set.of("abi", "linux", "kernel", "user", "cli"));

  /** Names of generated directories, and of what is no part of the tree. */
  private static final Set<String> PASSED_OVER = Set.of("target", ".git", ".idea", ".mvn");

  private static final Path ROOT = Path.of(System.getProperty("ringfence.root"));

  private static final Pattern MARKDOWN_LINK = Pattern.compile("\\]\\(([^)#:\\s]+)(#[^)\\s]*)?\\)");
  private static final Pattern PUBLIC_TYPE =
      Pattern.compile(
          "^(public )(sealed |non-sealed |abstract |final )*"
              + "(class|interface|record|enum|@interface) \\w+.*");

  private static List<Source> sources;

  /** A text file of the tree. */
  private record Source(Path path, List<String> lines) {

    String name() {
      return ROOT.relativize(path).toString().replace('\\', '/');
    }

    boolean isJava() {
      return name().endsWith(".java");
    }

    boolean isTest() {
      return name().contains("/src/test/");
    }

    boolean isIn(String... places) {
      for (String place : places) {
        if (name().startsWith(place)) {
          return true;
        }
      }
      return false;
    }

    String at(int line) {
      return name() + ":" + (line + 1) + ": " + lines.get(line).strip();
    }

    List<String> matching(Pattern pattern) {
      List<String> found = new ArrayList<>();
      for (int line = 0; line < lines.size(); line++) {
        if (pattern.matcher(lines.get(line)).find()) {
          found.add(at(line));
        }
      }
      return found;
    }
  }

  @BeforeAll
  static void readTheTree() throws IOException {
    sources = new ArrayList<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return PASSED_OVER.contains(directory.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (file.toString().matches(".*\\.(java|xml|md|yml|sh)")
                || file.endsWith("ringfence")) {
              sources.add(new Source(file, Files.readAllLines(file)));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    assertThat(sources).as("files of the tree").hasSizeGreaterThan(200);
  }

  private static List<Source> java() {
    return sources.stream().filter(Source::isJava).toList();
  }

  /** Fails with every line of Java, but not of the excepted places, that the pattern finds. */
  private static void assertNowhere(String rule, String pattern, String... exceptedPlaces) {
    Pattern compiled = Pattern.compile(pattern);
    assertThat(
            java().stream()
                .filter(source ->
                    !source.isIn(exceptedPlaces) && !source.name().endsWith("TidyTest.java"))
                .flatMap(source -> source.matching(compiled).stream()))
        .as(rule)
        .isEmpty();
  }

  @Test
  void noLineIsWiderThanAHundred() {
    List<String> wide = new ArrayList<>();
    for (Source source : java()) {
      for (int line = 0; line < source.lines.size(); line++) {
        String text = source.lines.get(line);
        if (text.codePointCount(0, text.length()) > WIDTH_MAX && !text.startsWith("import ")) {
          wide.add(source.at(line));
        }
      }
    }
    assertThat(wide).isEmpty();
  }

  @Test
  void noFileIsLongerThanOneCanHold() {
    assertThat(java().stream().filter(source -> source.lines.size() > LINES_MAX).map(Source::name))
        .isEmpty();
  }

  @Test
  void theLicenceIsTheFirstLine() {
    assertThat(
            java().stream()
                .filter(source ->
                    !source.lines.getFirst().equals("// SPDX-License-Identifier: Apache-2.0"))
                .map(Source::name))
        .isEmpty();
  }

  @Test
  void nothingIsLeftToDo() {
    assertNowhere("notes of what is missing", "\\b(TODO|FIXME|XXX)\\b");
  }

  @Test
  void whatIsCaughtIsNamed() {
    assertNowhere(
        "catches everything",
        "catch \\(Throwable",
        // A future belongs to whoever waits for it, with whatever ended it.
        "user/src/main/java/dev/ringfence/user/Async.java",
        // A method handle declares Throwable; what comes out is rethrown.
        "linux/src/main/java/dev/ringfence/linux/SystemCall.java",
        "cli/src/test/java/dev/ringfence/cli/guest/GuestInside.java");
  }

  @Test
  void noTestSleepsToBeRight() {
    assertNowhere("sleeps", "Thread\\.sleep|TimeUnit\\.\\w+\\.sleep");
  }

  @Test
  void onlyTheCommandLineAndTestsPrint() {
    List<String> prints = new ArrayList<>();
    Pattern print = Pattern.compile("^(?! *\\*).*System\\.(out|err)\\b");
    for (Source source : java()) {
      // the kernel's last resort, where the log itself fails
      boolean lastResort = source.name().endsWith("/engine/Log.java");
      if (!source.isTest() && !lastResort && !source.isIn("cli/", "tools/")) {
        prints.addAll(source.matching(print));
      }
    }
    assertThat(prints).isEmpty();
  }

  @Test
  void arrowsBetweenModulesPointDown() throws IOException {
    Pattern artifact = Pattern.compile("<artifactId>ringfence-(\\w+)</artifactId>");
    Pattern required = Pattern.compile("requires [\\w ]*dev\\.ringfence\\.(\\w+);");
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, Set<String>> layer : LAYERS.entrySet()) {
      Path module = ROOT.resolve(layer.getKey());
      String pom = Files.readString(module.resolve("pom.xml"));
      String dependencies = pom.substring(Math.max(0, pom.indexOf("<dependencies>")));
      collect(artifact.matcher(dependencies), layer, wrong);
      Path descriptor = module.resolve("src/main/java/module-info.java");
      if (Files.exists(descriptor)) {
        collect(required.matcher(Files.readString(descriptor)), layer, wrong);
      }
    }
    assertThat(wrong).isEmpty();
    Matcher listed =
        Pattern.compile("<module>(\\w+)</module>")
            .matcher(Files.readString(ROOT.resolve("pom.xml")));
    assertThat(listed.results().map(result -> result.group(1)))
        .as("modules with a layer")
        .allMatch(LAYERS::containsKey);
  }

  private static void collect(
      Matcher seen, Map.Entry<String, Set<String>> layer, List<String> wrong) {
    while (seen.find()) {
      String other = seen.group(1);
      boolean module = LAYERS.containsKey(other) && !other.equals(layer.getKey());
      if (module && !layer.getValue().contains(other)) {
        wrong.add(layer.getKey() + " -> " + other);
      }
    }
  }

  @Test
  void pathsOfProgramsNeverStartAtTheWorkingDirectory() {
    assertNowhere(
        "AT_FDCWD",
        "\\bAT_FDCWD\\b",
        "linux/",
        // The tests that play the host beside the domain.
        "conformance/src/test/java/dev/ringfence/conformance/PathOracleTest.java",
        "conformance/src/test/java/dev/ringfence/conformance/PathRaceTest.java",
        // The host's own path at a grant, and "." to see whether openat2 is there.
        "kernel/src/main/java/dev/ringfence/kernel/engine/uring/UringEngine.java",
        // A descriptor's own name in /proc, made from its number.
        "kernel/src/main/java/dev/ringfence/kernel/engine/uring/Opening.java",
        "kernel/src/main/java/dev/ringfence/kernel/engine/uring/Attributes.java",
        "kernel/src/main/java/dev/ringfence/kernel/engine/uring/PathOperations.java");
  }

  @Test
  void offsetsOfTheInterfaceAreLiteralsInItsOwnModuleOnly() {
    assertNowhere(
        "an offset of the interface",
        "\\b(SQ_HEADER|CQ_HEADER|DOORBELL|INFO|CAPABILITY_ID|USER_DATA|AUXILIARY)_OFFSET *= *\\d",
        "abi/",
        "linux/");
  }

  @Test
  void everyPackageSaysWhatItIs() {
    Set<Path> described = new java.util.HashSet<>();
    Set<Path> packages = new java.util.TreeSet<>();
    for (Source source : java()) {
      if (source.name().contains("/src/main/java/dev/")) {
        packages.add(source.path.getParent());
        if (source.path.endsWith("package-info.java")) {
          described.add(source.path.getParent());
        }
      }
    }
    packages.removeAll(described);
    assertThat(packages).as("packages without package-info.java").isEmpty();
  }

  @Test
  void everyPublicTypeHasJavadoc() {
    List<String> silent = new ArrayList<>();
    for (Source source : java()) {
      for (int line = 0; line < source.lines.size(); line++) {
        if (PUBLIC_TYPE.matcher(source.lines.get(line)).matches() && !documented(source, line)) {
          silent.add(source.at(line));
        }
      }
    }
    assertThat(silent).isEmpty();
  }

  /** Whether a comment ends right above, annotations aside. */
  private static boolean documented(Source source, int line) {
    int above = line - 1;
    while (above > 0 && !source.lines.get(above).isBlank()) {
      if (source.lines.get(above).endsWith("*/")) {
        return true;
      }
      above--;
    }
    return false;
  }

  @Test
  void linksOfPagesLeadSomewhere() {
    List<String> dead = new ArrayList<>();
    for (Source source : sources) {
      if (!source.name().endsWith(".md")) {
        continue;
      }
      for (int line = 0; line < source.lines.size(); line++) {
        Matcher link = MARKDOWN_LINK.matcher(source.lines.get(line));
        while (link.find()) {
          if (!Files.exists(source.path.resolveSibling(link.group(1)))) {
            dead.add(source.at(line));
          }
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  @Test
  void nothingNamesAPlaceOfOneMachine() {
    Pattern place = Pattern.compile("(?<![\\w.$}/])/(work|root|tmp/rf|home/\\w+)/");
    assertThat(
            sources.stream()
                .filter(source -> !source.name().endsWith("TidyTest.java"))
                .flatMap(source -> source.matching(place).stream()))
        .isEmpty();
  }
}
