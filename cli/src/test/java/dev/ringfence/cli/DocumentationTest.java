// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ringfence.kernel.Quotas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documentation says is so: its blocks run, its links lead somewhere, its names exist. */
class DocumentationTest {

  private static final Path ROOT =
      Path.of(System.getProperty("ringfence.root", "..")).toAbsolutePath().normalize();

  /** Blocks that run; {@code text} and {@code mermaid} only illustrate. */
  private static final Set<String> RUN = Set.of("java", "sh", "console");

  private static final Set<String> SHOWN = Set.of("text", "mermaid");

  private static final Pattern TEST_CLASS = Pattern.compile("`(\\w+Test)`(†?)");
  private static final Pattern SETTING =
      Pattern.compile("\"(ringfence\\.\\w+)\"|\\b(RINGFENCE_[A-Z_]+)\\b");

  @TempDir Path temporary;

  private static List<Page> pages() {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs)
          .filter(path -> path.toString().endsWith(".md"))
          .sorted()
          .map(Page::read)
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Page page(String name) {
    return Page.read(ROOT.resolve(name));
  }

  private static String name(Page page) {
    return ROOT.relativize(page.file()).toString();
  }

  @TestFactory
  Stream<DynamicNode> everyBlockDoesWhatThePageSays() {
    return pages().stream()
        .filter(page -> page.blocks().stream().anyMatch(block -> RUN.contains(block.language())))
        .map(page -> dynamicContainer(name(page), blocks(page)));
  }

  private Stream<DynamicNode> blocks(Page page) {
    Path home = temporary.resolve(name(page).replace('/', '-'));
    Map<String, Workbench> made = new LinkedHashMap<>();
    Snippets snippets = new Snippets(home);
    return page.blocks().stream()
        .filter(block -> RUN.contains(block.language()))
        .map(block ->
            dynamicTest(
                block.language() + " at line " + block.line(),
                () -> {
                  if (made.isEmpty()) {
                    Files.createDirectory(home);
                    made.put("", new Workbench(ROOT, home));
                  }
                  run(block, made.get(""), snippets);
                }));
  }

  private static void run(Page.Block block, Workbench bench, Snippets snippets) throws Exception {
    switch (block.language()) {
      case "java" -> snippets.run(block);
      case "console" -> bench.converse(block.code());
      default -> {
        Workbench.Outcome outcome = bench.shell("set -e\n" + block.text());
        assertThat(outcome.status()).as("%s%s", block.text(), outcome.output()).isZero();
      }
    }
  }

  /** The C of docs/abi.md is compiled and run by AbiPageSnippetTest. */
  @Test
  void everyBlockSaysHowItIsMeant() {
    for (Page page : pages()) {
      boolean abi = name(page).equals("docs/abi.md");
      assertThat(page.blocks())
          .as(name(page))
          .allMatch(block ->
              RUN.contains(block.language())
                  || SHOWN.contains(block.language())
                  || abi && block.language().equals("c"));
      // an indented block would escape all of this
      assertThat(page.prose()).as(name(page)).noneMatch(line -> line.startsWith("    "));
    }
  }

  @Test
  void everyRelativeLinkLeadsSomewhere() {
    for (Page page : pages()) {
      for (String link : page.relativeLinks()) {
        String[] parts = link.split("#", 2);
        Path target =
            parts[0].isEmpty() ? page.file() : page.file().resolveSibling(parts[0]).normalize();
        assertThat(target).as("%s links to %s", name(page), link).exists();
        if (parts.length == 2) {
          assertThat(Page.read(target).anchors())
              .as("%s links to %s", name(page), link)
              .contains(parts[1]);
        }
      }
    }
  }

  @Test
  void everyTestThatThePageOnSecurityNamesExists() throws IOException {
    Set<String> existing;
    try (Stream<Path> tree = Files.walk(ROOT)) {
      existing =
          tree.filter(path -> path.toString().contains("/src/test/java/"))
              .map(path -> path.getFileName().toString().replace(".java", ""))
              .collect(Collectors.toSet());
    }
    Matcher named = TEST_CLASS.matcher(String.join("\n", page("docs/security.md").lines()));
    List<String> missing = new ArrayList<>();
    int found = 0;
    while (named.find()) {
      found++;
      if (named.group(2).isEmpty() && !existing.contains(named.group(1))) {
        missing.add(named.group(1));
      }
    }
    assertThat(missing).isEmpty();
    assertThat(found).isPositive();
  }

  @Test
  void thePageOnSecurityHasARowForEachAttack() {
    List<String> rows =
        page("docs/security.md").lines().stream()
            .filter(line -> line.matches("\\| T\\d+ \\|.*"))
            .map(line -> line.split("\\|", -1)[1].strip())
            .toList();
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 34; i++) {
      expected.add("T" + i);
    }
    assertThat(rows).isEqualTo(expected);
  }

  @Test
  void thePageOnOperationsNamesEverySettingOfTheCode() throws IOException {
    Set<String> settings = new TreeSet<>();
    try (Stream<Path> tree = Files.walk(ROOT)) {
      List<Path> sources =
          tree.filter(path -> path.toString().matches(".*/src/main/java/.*\\.java"))
              .collect(Collectors.toCollection(ArrayList::new));
      sources.add(ROOT.resolve("ringfence"));
      for (Path source : sources) {
        for (String line : Files.readAllLines(source)) {
          Matcher setting = SETTING.matcher(line);
          while (setting.find()
              && line.matches(".*(getProperty|getInteger|getLong|getenv|\\{RING).*")) {
            settings.add(setting.group(1) == null ? setting.group(2) : setting.group(1));
          }
        }
      }
    }
    String operations = String.join("\n", page("docs/operations.md").lines());
    assertThat(settings).isNotEmpty().allMatch(setting -> operations.contains("`" + setting + "`"));
  }

  @Test
  void thePageOnOperationsTellsTheDefaultQuotas() {
    Quotas defaults = Quotas.defaults();
    Map<String, String> told = new LinkedHashMap<>();
    for (String line : page("docs/operations.md").lines()) {
      Matcher row = Pattern.compile("\\| `(\\w+(?:Max|Bytes))` \\| ([\\w ]+) \\|.*").matcher(line);
      if (row.matches()) {
        told.put(row.group(1), row.group(2));
      }
    }
    assertThat(told)
        .isEqualTo(
            Map.of(
                "capabilitiesMax",
                String.valueOf(defaults.capabilitiesMax()),
                "operationsInFlightMax",
                String.valueOf(defaults.operationsInFlightMax()),
                "registeredBytesMax",
                (defaults.registeredBytesMax() >> 20) + " MiB",
                "arenaBytes",
                (defaults.arenaBytes() >> 20) + " MiB",
                "mappedBytesMax",
                (defaults.mappedBytesMax() >> 20) + " MiB",
                "ringsMax",
                String.valueOf(defaults.ringsMax())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"## Context", "## Decision", "## Consequences"})
  void everyDecisionRecordHasItsParts(String part) {
    List<Page> records =
        pages().stream().filter(page -> name(page).startsWith("docs/adr/")).toList();
    assertThat(records).isNotEmpty();
    String architecture = String.join("\n", page("docs/architecture.md").lines());
    for (Page decision : records) {
      assertThat(decision.lines()).as(name(decision)).contains(part);
      assertThat(architecture).contains("(adr/" + decision.file().getFileName() + ")");
    }
  }
}
