// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.kernel.GrantLimits;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a grant as they are written: {@code NAME=bytes:100M,ops:1000,rate:1M/s,expires:30s}.
 *
 * @param petname the grant
 * @param bytes all in all; 0: no limit
 * @param operations all in all; 0: no limit
 * @param bytesPerSecond a rate; 0: no limit
 * @param operationsPerSecond a rate; 0: no limit
 * @param time from the start of the program on; null: no limit
 * @param delay whether what is beyond a rate waits
 */
record LimitOption(
    String petname,
    long bytes,
    long operations,
    long bytesPerSecond,
    long operationsPerSecond,
    @Nullable Duration time,
    boolean delay) {

  private static final String FORM =
      "write NAME=LIMIT[,LIMIT...] with bytes:100M, ops:1000, rate:1M/s, ops-rate:50/s,"
          + " expires:30s, delay";

  private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,18})([KMGT]?)");
  private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
  private static final String UNITS = "KMGT";
  private static final int UNIT_BITS = 10;

  static LimitOption parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1 || equals == text.length() - 1) {
      throw new UsageException("`" + text + "` limits nothing: " + FORM);
    }
    LimitOption option = new LimitOption(text.substring(0, equals), 0, 0, 0, 0, null, false);
    Set<String> seen = new HashSet<>();
    for (String limit : text.substring(equals + 1).split(",", -1)) {
      int colon = limit.indexOf(':');
      String word = colon < 0 ? limit : limit.substring(0, colon);
      if (!seen.add(word)) {
        throw new UsageException("in `" + text + "`: `" + word + "` is there twice");
      }
      option = option.with(word, colon < 0 ? "" : limit.substring(colon + 1), text);
    }
    if (option.delay && option.bytesPerSecond == 0 && option.operationsPerSecond == 0) {
      throw new UsageException(
          "in `" + text + "`: `delay` needs a rate to wait for, such as rate:1M/s");
    }
    return option;
  }

  private LimitOption with(String word, String value, String text) {
    return switch (word) {
      case "bytes" -> with(amount(value, text), operations, bytesPerSecond, operationsPerSecond);
      case "ops" -> with(bytes, amount(value, text), bytesPerSecond, operationsPerSecond);
      case "rate" -> with(bytes, operations, rate(value, text), operationsPerSecond);
      case "ops-rate" -> with(bytes, operations, bytesPerSecond, rate(value, text));
      case "expires" ->
          new LimitOption(
              petname,
              bytes,
              operations,
              bytesPerSecond,
              operationsPerSecond,
              time(value, text),
              delay);
      case "delay" -> {
        if (!value.isEmpty()) {
          throw new UsageException("in `" + text + "`: `delay` takes no value");
        }
        yield new LimitOption(
            petname, bytes, operations, bytesPerSecond, operationsPerSecond, time, true);
      }
      default -> throw new UsageException("in `" + text + "`: `" + word + "` is no limit; " + FORM);
    };
  }

  private LimitOption with(long total, long count, long byteRate, long operationRate) {
    return new LimitOption(petname, total, count, byteRate, operationRate, time, delay);
  }

  private static long rate(String value, String text) {
    if (!value.endsWith("/s")) {
      throw new UsageException("in `" + text + "`: `" + value + "` is no rate; write it as 1M/s");
    }
    return amount(value.substring(0, value.length() - 2), text);
  }

  private static long amount(String value, String text) {
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

  private static Duration time(String value, String text) {
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

  /** For the kernel; time begins to run now. */
  GrantLimits limits() {
    GrantLimits limits =
        GrantLimits.none()
            .totals(bytes, operations)
            .rates(bytesPerSecond, operationsPerSecond, delay);
    return time == null ? limits : limits.within(time);
  }
}
