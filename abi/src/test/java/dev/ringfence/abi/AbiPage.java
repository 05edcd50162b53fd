// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code docs/abi.md} as its readers see it: tables and snippets. */
final class AbiPage {

  /**
   * A table of the page.
   *
   * @param head the cells of its first line
   * @param rows the cells of the others
   */
  record Table(List<String> head, List<List<String>> rows) {}

  private static final String PAGE = "docs/abi.md";

  private final List<String> lines;

  AbiPage() {
    try {
      lines = Files.readAllLines(checkout().resolve(PAGE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory that has {@code docs/abi.md}: here or above. */
  static Path checkout() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at.resolve(PAGE))) {
        return at;
      }
    }
    throw new AssertionError(
        "docs/abi.md is neither here nor above " + Path.of("").toAbsolutePath());
  }

  List<String> lines() {
    return lines;
  }

  /** The only table whose head starts with these cells. */
  Table table(String... head) {
    List<Table> found =
        tables().stream()
            .filter(table -> table.head.size() >= head.length)
            .filter(table -> table.head.subList(0, head.length).equals(List.of(head)))
            .toList();
    if (found.size() != 1) {
      throw new AssertionError(
          "docs/abi.md has " + found.size() + " tables headed " + Arrays.toString(head));
    }
    return found.getFirst();
  }

  List<Table> tables() {
    List<Table> tables = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith("|")) {
        rows.add(cells(line));
      } else if (!rows.isEmpty()) {
        // the second line of a table is the rule under its head
        tables.add(new Table(rows.get(0), List.copyOf(rows.subList(2, rows.size()))));
        rows = new ArrayList<>();
      }
    }
    return tables;
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
        .map(String::strip)
        .toList();
  }

  /** The C snippets, one after the other: together they compile. */
  String snippets() {
    StringBuilder code = new StringBuilder();
    boolean inside = false;
    for (String line : lines) {
      if (line.startsWith("```")) {
        inside = line.equals("```c");
      } else if (inside) {
        code.append(line).append('\n');
      }
    }
    return code.toString();
  }
}
