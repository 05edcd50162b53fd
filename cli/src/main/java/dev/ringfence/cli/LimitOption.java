// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.kernel.GrantLimits;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
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
      case "bytes" ->
          with(Amounts.amount(value, text), operations, bytesPerSecond, operationsPerSecond);
      case "ops" -> with(bytes, Amounts.amount(value, text), bytesPerSecond, operationsPerSecond);
      case "rate" -> with(bytes, operations, rate(value, text), operationsPerSecond);
      case "ops-rate" -> with(bytes, operations, bytesPerSecond, rate(value, text));
      case "expires" ->
          new LimitOption(
              petname,
              bytes,
              operations,
              bytesPerSecond,
              operationsPerSecond,
              Amounts.time(value, text),
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
    return Amounts.amount(value.substring(0, value.length() - 2), text);
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
