// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program.serve;

import dev.ringfence.user.Directory;
import dev.ringfence.user.Entry;
import dev.ringfence.user.FileKind;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/** The names in a directory as a page. */
final class Page {

  private static final int ENTRIES_MAX = 10_000;
  private static final String UNRESERVED = "-._~";

  private Page() {}

  static String of(Directory directory, String path) {
    List<Entry> entries =
        directory
            .list()
            .filter(Entry::usable)
            .limit(ENTRIES_MAX)
            .sorted(Comparator.comparing(Entry::name))
            .toList();
    StringBuilder page = new StringBuilder();
    String title = escape("/" + path);
    page.append("<!doctype html>\n<meta charset=\"utf-8\">\n<title>")
        .append(title)
        .append("</title>\n<h1>")
        .append(title)
        .append("</h1>\n<ul>\n");
    if (!path.isEmpty()) {
      page.append("<li><a href=\"../\">../</a>\n");
    }
    for (Entry entry : entries) {
      String slash = entry.kind() == FileKind.DIRECTORY ? "/" : "";
      page.append("<li><a href=\"./")
          .append(encode(entry.name()))
          .append(slash)
          .append("\">")
          .append(escape(entry.name()))
          .append(slash)
          .append("</a>\n");
    }
    return page.append("</ul>\n").toString();
  }

  /** A name must not be able to become markup. */
  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String encode(String name) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain = c < 128 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
      if (plain) {
        encoded.append(c);
      } else {
        encoded.append("%%%02X".formatted((int) c));
      }
    }
    return encoded.toString();
  }
}
