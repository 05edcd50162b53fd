// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RingContextTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 256, 32_768})
  void powersOfTwoAreLegal(long entries) {
    assertThat(RingContext.isLegalEntries(entries)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 3, 255, 65_536, Long.MIN_VALUE, (1L << 32) + 1, 1L << 32})
  void otherNumbersAreNot(long entries) {
    assertThat(RingContext.isLegalEntries(entries)).isFalse();
  }

  @Test
  void partsOfEveryLegalRingStartOnPagesAndDoNotOverlap() {
    for (int sq = 1; sq <= RingContext.ENTRIES_MAX; sq *= 2) {
      for (int cq = sq; cq <= RingContext.CQ_ENTRIES_MAX; cq *= 2) {
        long cqStart = RingContext.cqEntriesOffset(sq);
        long end = RingContext.sizeOf(sq, cq);
        assertThat(cqStart % RingContext.PAGE_SIZE).isZero();
        assertThat(end % RingContext.PAGE_SIZE).isZero();
        assertThat(cqStart)
            .isGreaterThanOrEqualTo(RingContext.SQ_ENTRIES_OFFSET + 64L * sq)
            .isLessThan(1L << 32);
        assertThat(end).isBetween(cqStart + 32L * cq, cqStart + 32L * cq + 4095);
      }
    }
  }

  @Test
  void withoutAnOrderTheCompletionQueueHasTwiceTheEntries() {
    assertThat(SetupFlags.cqEntries(1, 0)).isEqualTo(2);
    assertThat(SetupFlags.cqEntries(32_768, SetupFlags.SQPOLL)).isEqualTo(65_536);
  }

  @Test
  void anOrderAsksForExactlySoMany() {
    assertThat(SetupFlags.cqEntries(256, order(8))).isEqualTo(256);
    assertThat(SetupFlags.cqEntries(256, order(16))).isEqualTo(65_536);
  }

  @Test
  void anOrderBelowTheSubmissionQueueOrAboveTheLimitIsRefused() {
    assertThat(SetupFlags.cqEntries(256, order(7))).isZero();
    assertThat(SetupFlags.cqEntries(256, order(17))).isZero();
    assertThat(SetupFlags.cqEntries(256, order(31))).isZero();
  }

  @Test
  void theIdleTimeIsReadFromItsBits() {
    assertThat(SetupFlags.idleMillis(SetupFlags.KNOWN)).isEqualTo(65_535);
    assertThat(SetupFlags.idleMillis(50L << SetupFlags.IDLE_MILLIS_SHIFT | 1)).isEqualTo(50);
    assertThat(SetupFlags.idleMillis(SetupFlags.SQPOLL)).isZero();
  }

  @Test
  void flagsAndModeOfOpenShareAWord() {
    assertThat(OpenFlags.withMode(OpenFlags.CREATE | OpenFlags.EXCLUSIVE, 0640))
        .isEqualTo(0x0000_01A0_0000_0003L);
  }

  private static long order(int order) {
    return (long) order << SetupFlags.CQ_ORDER_SHIFT;
  }
}
