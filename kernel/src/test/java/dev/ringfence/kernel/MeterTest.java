// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Totals and rates of one derivation, on a clock of the test's own. */
class MeterTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private static Meter meter(GrantLimits limits) {
    return new Meter(null, limits, 0);
  }

  @Test
  void aTotalAllowsWhatIsLeft() {
    Meter meter = meter(GrantLimits.none().totals(10, 2));
    assertThat(meter.allows(10, 1)).isTrue();
    assertThat(meter.allows(11, 1)).isFalse();
    meter.take(7, 1, 0);
    assertThat(meter.allows(4, 1)).isFalse();
    meter.giveBack(1, 0);
    assertThat(meter.allows(4, 1)).isTrue();
    meter.take(4, 1, 0);
    assertThat(meter.allows(0, 1)).isFalse();
    assertThat(meter.bytesLeft()).isZero();
    assertThat(meter.operationsLeft()).isZero();
  }

  @Test
  void aTotalAboveTwoToThe63IsThatMuch() {
    Meter meter = meter(GrantLimits.none().totals(-1, -1));
    assertThat(meter.allows(Long.MAX_VALUE, 1)).isTrue();
    assertThat(meter.bytesLeft()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aRateAllowsOneSecondsWorthAtOnceAndThenFillsEvenly() {
    Meter meter = meter(GrantLimits.none().rates(0, 4, false));
    for (int i = 0; i < 4; i++) {
      assertThat(meter.waitFor(0, 1, 0)).isZero();
      meter.take(0, 1, 0);
    }
    assertThat(meter.waitFor(0, 1, 0)).isEqualTo(SECOND / 4);
    assertThat(meter.waitFor(0, 1, SECOND / 8)).isEqualTo(SECOND / 8);
    assertThat(meter.waitFor(0, 1, SECOND / 4)).isZero();
  }

  @Test
  void aRateSavesNoMoreThanOneSecond() {
    Meter meter = meter(GrantLimits.none().rates(100, 0, false));
    meter.take(100, 1, 3600 * SECOND);
    assertThat(meter.waitFor(100, 1, 3600 * SECOND)).isEqualTo(SECOND);
  }

  @Test
  void whatIsLargerThanABucketLeavesADebt() {
    Meter meter = meter(GrantLimits.none().rates(100, 0, false));
    assertThat(meter.waitFor(1000, 1, 0)).isZero();
    meter.take(1000, 1, 0);
    assertThat(meter.waitFor(1, 1, 0)).isEqualTo(9 * SECOND + SECOND / 100);
    meter.giveBack(950, 0);
    assertThat(meter.waitFor(50, 1, 0)).isZero();
  }

  @Test
  void aDeadlineIsTheNearestAbove() {
    Meter above = new Meter(null, new GrantLimits(100, 0, 0, 0, 0, false), 0);
    assertThat(new Meter(above, new GrantLimits(200, 0, 0, 0, 0, false), 0).deadline)
        .isEqualTo(100);
    assertThat(new Meter(above, new GrantLimits(50, 0, 0, 0, 0, false), 0).deadline).isEqualTo(50);
    assertThat(new Meter(above, GrantLimits.none().totals(1, 1), 0).deadline).isEqualTo(100);
  }
}
