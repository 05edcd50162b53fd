// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers and times as a command line has them: 100M, 30s. */
final class Amounts {

  private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,18})([KMGT]?)");
  private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
  private static final String UNITS = "KMGT";
  private static final int UNIT_BITS = 10;

  private Amounts() {}

  /**
   * A number of bytes or pieces, 1 or more.
   *
   * @param text what it stands in, for the error
   */
  static long amount(String value, String text) {
    Matcher matcher = AMOUNT.matcher(value);
    if (matcher.matches()) {
      String unit = matcher.group(2);
      int shift = unit.isEmpty() ? 0 : UNIT_BITS * (UNITS.indexOf(unit) + 1);
      long number = Long.parseLong(matcher.group(1));
      if (number > 0 && number <= Long.MAX_VALUE >> shift) {
        return number << shift;
      }
    }
    throw new UsageException(
        "in `"
            + text
            + "`: `"
            + value
            + "` is no amount; write 1 or more, with K, M, G or T for 1024 and its powers");
  }

  /**
   * A time above 0, up to a century.
   *
   * @param text what it stands in, for the error
   */
  static Duration time(String value, String text) {
    Matcher matcher = TIME.matcher(value);
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      Duration time =
          switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          };
      // a century is beyond what the clock of nanoseconds need bear
      if (time.isPositive() && time.toDays() <= 36_500) {
        return time;
      }
    }
    throw new UsageException(
        "in `" + text + "`: `" + value + "` is no time; write it as 500ms, 30s, 5m, 2h or 1d");
  }
}
