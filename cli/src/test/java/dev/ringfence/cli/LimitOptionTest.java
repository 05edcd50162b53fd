// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringfence.kernel.GrantLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How limits are written, and the words for what is none. */
class LimitOptionTest {

  @Test
  void everyLimitHasItsWord() {
    assertThat(LimitOption.parse("in=bytes:100M,ops:1000,rate:2K/s,ops-rate:5/s,expires:30s,delay"))
        .isEqualTo(new LimitOption("in", 100L << 20, 1000, 2048, 5, Duration.ofSeconds(30), true));
  }

  @Test
  void theKernelGetsThemAsTheyAreWritten() {
    assertThat(LimitOption.parse("in=bytes:3,ops:4,rate:5/s,ops-rate:6/s,delay").limits())
        .isEqualTo(new GrantLimits(0, 3, 4, 5, 6, true));
    assertThat(LimitOption.parse("in=expires:1h").limits().deadline() - System.nanoTime())
        .isBetween(1L, Duration.ofHours(1).toNanos());
  }

  @ParameterizedTest
  @CsvSource({"500ms,500", "30s,30000", "5m,300000", "2h,7200000", "1d,86400000"})
  void timesHaveUnits(String written, long millis) {
    assertThat(LimitOption.parse("in=expires:" + written).time())
        .isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"in", "in=", "=bytes:1", ""})
  void whatLimitsNothingIsTold(String text) {
    assertThatThrownBy(() -> LimitOption.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("`" + text + "` limits nothing: write NAME=LIMIT[,LIMIT...] with");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "in=bytes|`` is no amount",
        "in=bytes:0|`0` is no amount",
        "in=bytes:-1|`-1` is no amount",
        "in=bytes:1k|`1k` is no amount",
        "in=bytes:9000000T|`9000000T` is no amount",
        "in=ops:many|`many` is no amount",
        "in=rate:1M|`1M` is no rate; write it as 1M/s",
        "in=rate:/s|`` is no amount",
        "in=expires:30|`30` is no time; write it as 500ms, 30s, 5m, 2h or 1d",
        "in=expires:0s|`0s` is no time",
        "in=expires:99999d|`99999d` is no time",
        "in=delay|`delay` needs a rate",
        "in=delay:1,rate:1/s|`delay` takes no value",
        "in=ops:1,ops:2|`ops` is there twice",
        "in=ops:1,|`` is no limit",
      })
  void aMistakeIsNamedWithWhatIsRight(String text, String words) {
    assertThatThrownBy(() -> LimitOption.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("in `" + text + "`: " + words);
  }
}
