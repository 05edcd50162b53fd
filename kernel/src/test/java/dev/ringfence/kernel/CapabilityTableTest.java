// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids and the table: a value is never live twice, and no other number reaches anything. */
class CapabilityTableTest {

  private static CapabilityIds ids(long seed) {
    Random random = new Random(seed);
    return new CapabilityIds(random.nextLong(), random.nextLong());
  }

  private static Capability put(CapabilityTable table, Forest forest) {
    assertThat(table.reserve()).isTrue();
    Capability made = new Capability(table.take(), forest.domain, forest.held, 0, null);
    table.put(made);
    return made;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void idsLeadBackToTheirSlotAndLookLikeNoError(long seed) {
    CapabilityIds ids = ids(seed);
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      int index = random.nextInt();
      int generation = random.nextInt(CapabilityIds.GENERATION_MAX);
      long id = ids.encode(generation, index);
      assertThat(id).isNotNegative();
      assertThat(ids.indexOf(id)).isEqualTo(index);
    }
  }

  @Test
  void anIdIsNeverGivenTwice() {
    try (Forest forest = new Forest()) {
      CapabilityTable table = new CapabilityTable(8, ids(1));
      Set<Long> given = new HashSet<>();
      for (int i = 0; i < 10_000; i++) {
        Capability made = put(table, forest);
        assertThat(given.add(made.id)).isTrue();
        assertThat(table.lookup(made.id)).isSameAs(made);
        table.free(made);
        assertThat(table.lookup(made.id)).isNull();
      }
    }
  }

  @Test
  void aSlotWhoseGenerationsRunOutIsRetired() {
    try (Forest forest = new Forest()) {
      CapabilityTable table = new CapabilityTable(2, ids(2), CapabilityIds.GENERATION_MAX - 4);
      int made = 0;
      while (table.left() > 0) {
        table.free(put(table, forest));
        made++;
      }
      assertThat(made).isPositive().isLessThanOrEqualTo(10);
      assertThat(table.reserve()).isFalse();
    }
  }

  @Test
  void zeroIsNeverLive() {
    try (Forest forest = new Forest()) {
      // this secret makes slot 0's first generation the word 0
      CapabilityTable table = new CapabilityTable(1, new CapabilityIds(1L << 32, 1));
      assertThat(new CapabilityIds(1L << 32, 1).encode(1, 0)).isZero();
      Capability made = put(table, forest);
      assertThat(made.id).isNotZero();
      assertThat(table.lookup(0)).isNull();
      assertThat(table.lookup(made.id)).isSameAs(made);
    }
  }

  @Test
  void randomNumbersReachNothing() {
    try (Forest forest = new Forest()) {
      CapabilityTable table = new CapabilityTable(4096, ids(3));
      Set<Long> live = new HashSet<>();
      List<Capability> made = new ArrayList<>();
      for (int i = 0; i < 4096; i++) {
        made.add(put(table, forest));
        live.add(made.get(i).id);
      }
      Random random = new Random(4);
      for (int i = 0; i < 1_000_000; i++) {
        long probe = random.nextLong();
        assertThat(table.lookup(probe) != null).isEqualTo(live.contains(probe));
      }
      for (Capability each : made) {
        for (int bit = 0; bit < 64; bit++) {
          Capability found = table.lookup(each.id ^ 1L << bit);
          assertThat(found == null || found.id == (each.id ^ 1L << bit)).isTrue();
        }
      }
    }
  }

  @Test
  void aReservedSlotIsPromised() {
    try (Forest forest = new Forest()) {
      CapabilityTable table = new CapabilityTable(2, ids(5));
      assertThat(table.reserve()).isTrue();
      assertThat(table.left()).isEqualTo(1);
      put(table, forest);
      assertThat(table.reserve()).isFalse();
      table.unreserve();
      assertThat(table.reserve()).isTrue();
    }
  }
}
