// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program.serve;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Conditional requests and ranges: RFC 9110, sections 13 and 14. */
final class Conditions {

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  private Conditions() {}

  /**
   * A part of a file.
   *
   * @param start its first byte
   * @param end the byte after its last
   * @param partial whether the client asked for a part
   */
  record Range(long start, long end, boolean partial) {
    long length() {
      return end - start;
    }
  }

  /** Whether the client's copy is still good. */
  static boolean unchanged(Request request, String tag, Instant modified) {
    String tags = request.field("if-none-match");
    if (tags != null) {
      return tags.strip().equals("*") || tags.contains(tag);
    }
    Instant since = date(request.field("if-modified-since"));
    return since != null && !modified.isAfter(since);
  }

  /** What to send of a file of this size; null if the client wants what is not there. */
  static @Nullable Range range(Request request, String tag, Instant modified, long size) {
    Range whole = new Range(0, size, false);
    String field = request.field("range");
    Matcher matcher = RANGE.matcher(field == null ? "" : field);
    if (!matcher.matches() || !conditionHolds(request.field("if-range"), tag, modified)) {
      // several ranges, and other units, may be answered with the whole
      return whole;
    }
    String first = matcher.group(1);
    String last = matcher.group(2);
    if (first.isEmpty() && last.isEmpty()) {
      return whole;
    }
    long start = first.isEmpty() ? Math.max(0, size - Long.parseLong(last)) : Long.parseLong(first);
    long end = first.isEmpty() || last.isEmpty() ? size : Math.min(size, Long.parseLong(last) + 1);
    boolean backwards = !first.isEmpty() && !last.isEmpty() && end <= start && start < size;
    if (backwards) {
      return whole;
    }
    return start >= end ? null : new Range(start, end, true);
  }

  private static boolean conditionHolds(@Nullable String ifRange, String tag, Instant modified) {
    if (ifRange == null || ifRange.equals(tag)) {
      return true;
    }
    Instant date = date(ifRange);
    return date != null && date.equals(modified);
  }

  private static @Nullable Instant date(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
