// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The errors that docs/abi.md lists for operations are errors, and tests see them. */
class AbiErrorsTest {

  private static final Path ROOT = Path.of(System.getProperty("ringfence.root"));
  private static final Pattern HEADING = Pattern.compile("### (\\d+ .*)");
  private static final Pattern LIST =
      Pattern.compile("\\*Errors\\*:(.*?)(?=\\n\\n|\\z)", Pattern.DOTALL);
  private static final Pattern NAME = Pattern.compile("`([A-Z][a-z]+[A-Za-z]*)`");

  /** Those that take a host which a test cannot make. */
  private static final Set<String> UNSEEN =
      Set.of(
          "ConnectionAborted", "NetworkUnreachable", "HostUnreachable", "TooManyOpen", "IoError");

  /** The names in the list of each operation that has one. */
  private static Map<String, Set<String>> lists() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/abi.md"));
    Map<String, Set<String>> lists = new TreeMap<>();
    for (String part : page.substring(page.indexOf("## 9. Operations\n")).split("(?=\n### )")) {
      Matcher heading = HEADING.matcher(part);
      Matcher list = LIST.matcher(part);
      if (heading.find() && list.find()) {
        Set<String> names = new TreeSet<>();
        NAME.matcher(list.group(1)).results().forEach(found -> names.add(found.group(1)));
        lists.put(heading.group(1), names);
      }
    }
    return lists;
  }

  @Test
  void everyErrorThatAnOperationListsIsSeenBySomeTest() throws IOException {
    Map<String, String> constants = new HashMap<>();
    for (SyscallError error : SyscallError.values()) {
      constants.put(error.displayName(), error.name());
    }
    StringBuilder tests = new StringBuilder();
    try (Stream<Path> tree = Files.walk(ROOT.resolve("conformance/src/test/java"))) {
      for (Path each : tree.filter(path -> path.toString().endsWith("Test.java")).toList()) {
        tests.append(Files.readString(each));
      }
    }
    Map<String, Set<String>> lists = lists();
    assertThat(lists).hasSizeGreaterThan(40);
    lists.forEach((operation, names) -> {
      assertThat(constants.keySet()).as(operation).containsAll(names);
      assertThat(names)
          .as(operation)
          .allMatch(name ->
              UNSEEN.contains(name) || tests.indexOf("SyscallError." + constants.get(name)) >= 0);
    });
  }
}
