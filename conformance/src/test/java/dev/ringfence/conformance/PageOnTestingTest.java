// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/testing.md tells of tests and of engines is so. */
class PageOnTestingTest {

  private static final Path ROOT = Path.of(System.getProperty("ringfence.root"));
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
  private static final int ROWS_MIN = 60;

  private static List<String> section(String heading) throws IOException {
    List<String> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(ROOT.resolve("docs/testing.md"))) {
      inside = line.startsWith("## ") ? line.equals("## " + heading) : inside;
      if (inside && line.startsWith("| ") && !line.startsWith("| ---")) {
        rows.add(line);
      }
    }
    return rows.subList(Math.min(1, rows.size()), rows.size());
  }

  private static Map<String, String> tests() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> tree = Files.walk(ROOT)) {
      for (Path path : tree.filter(each -> each.toString().endsWith("Test.java")).toList()) {
        String name = path.getFileName().toString().replace(".java", "");
        sources.merge(name, Files.readString(path), String::concat);
      }
    }
    return sources;
  }

  @Test
  void everyTestThatShowsABehaviourExists() throws IOException {
    Map<String, String> sources = tests();
    List<String> missing = new ArrayList<>();
    List<String> rows = section("Behaviours");
    for (String row : rows) {
      Matcher named = TEST.matcher(row);
      boolean shown = row.contains("| does not apply: ");
      while (named.find()) {
        shown = true;
        if (!sources.getOrDefault(named.group(1), "").contains("void " + named.group(2) + "(")) {
          missing.add(named.group());
        }
      }
      assertThat(shown).as(row).isTrue();
    }
    assertThat(missing).isEmpty();
    assertThat(rows).hasSizeGreaterThan(ROWS_MIN);
  }

  @Test
  void everyDifferenceOfAnEngineIsToldWithItsReason() throws IOException {
    List<String> expected =
        Stream.of(Difference.values())
            .map(each -> "| %s | %s | %s |".formatted(each.name(), each.engine, each.reason))
            .toList();
    assertThat(section("Where engines differ")).isEqualTo(expected);
  }
}
