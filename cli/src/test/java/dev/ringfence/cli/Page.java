// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of the documentation: its fenced blocks, its links, and what links may point to. */
record Page(Path file, List<String> lines) {

  private static final Pattern NOTE = Pattern.compile("<!-- (before|after): (.*) -->");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  /**
   * A fenced block.
   *
   * @param line where its code begins
   * @param language the fence's word
   * @param code its lines
   * @param before code to run first, from a comment above the fence
   * @param after what must then be true, likewise; empty if nothing is said
   */
  record Block(int line, String language, List<String> code, String before, String after) {

    String text() {
      return String.join("\n", code) + "\n";
    }
  }

  static Page read(Path file) {
    try {
      return new Page(file, Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    String before = "";
    String after = "";
    for (int i = 0; i < lines.size(); i++) {
      Matcher note = NOTE.matcher(lines.get(i));
      if (note.matches() && note.group(1).equals("before")) {
        before = note.group(2);
      } else if (note.matches()) {
        after = note.group(2);
      } else if (lines.get(i).startsWith("```")) {
        String language = lines.get(i).substring(3);
        int start = i + 1;
        do {
          i++;
        } while (!lines.get(i).equals("```"));
        blocks.add(new Block(start + 1, language, lines.subList(start, i), before, after));
        before = "";
        after = "";
      }
    }
    return blocks;
  }

  /** Where links lead that stay within the tree, as they are written. */
  List<String> relativeLinks() {
    List<String> links = new ArrayList<>();
    for (String line : prose()) {
      Matcher link = LINK.matcher(line);
      while (link.find()) {
        if (!link.group(1).matches("[a-z]+:.*")) {
          links.add(link.group(1));
        }
      }
    }
    return links;
  }

  /** What {@code #…} may name here: each heading as code hosts shorten it. */
  Set<String> anchors() {
    Set<String> anchors = new HashSet<>();
    for (String line : prose()) {
      if (line.startsWith("#")) {
        String title = line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT);
        anchors.add(title.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'));
      }
    }
    return anchors;
  }

  /** The lines outside of fenced blocks. */
  List<String> prose() {
    List<String> prose = new ArrayList<>();
    boolean fenced = false;
    for (String line : lines) {
      if (line.startsWith("```")) {
        fenced = !fenced;
      } else if (!fenced) {
        prose.add(line);
      }
    }
    return prose;
  }
}
