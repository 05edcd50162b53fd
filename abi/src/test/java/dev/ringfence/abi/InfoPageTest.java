// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class InfoPageTest {

  private static final long BASE = RingContext.INFO_OFFSET;

  private final MemorySegment memory = Arena.ofAuto().allocate(2 * BASE, 64).fill((byte) 0x55);

  @Test
  void whatWasAddedIsFound() {
    InfoPage.initialize(memory, BASE);
    InfoPage.addRow(memory, BASE, 5, Rights.READ, CapabilityType.PIPE.code(), "stdin");
    InfoPage.addRow(memory, BASE, 6, Rights.ALL, CapabilityType.DIRECTORY.code(), "daten-€");

    assertThat(InfoPage.magic(memory, BASE)).isEqualTo(InfoPage.MAGIC_VALUE);
    assertThat(InfoPage.version(memory, BASE)).isEqualTo(InfoPage.VERSION_VALUE);
    assertThat(InfoPage.rowSize(memory, BASE)).isEqualTo(64);
    assertThat(InfoPage.count(memory, BASE)).isEqualTo(2);
    assertThat(InfoPage.capabilityId(memory, BASE, 1)).isEqualTo(6);
    assertThat(InfoPage.rights(memory, BASE, 1)).isEqualTo(Rights.ALL);
    assertThat(InfoPage.type(memory, BASE, 0)).isEqualTo(CapabilityType.PIPE.code());
    assertThat(InfoPage.name(memory, BASE, 0)).isEqualTo("stdin");
    assertThat(InfoPage.name(memory, BASE, 1)).isEqualTo("daten-€");
  }

  @Test
  void sixtyThreeRowsOfTheLongestNamesFillThePageAndNoMore() {
    InfoPage.initialize(memory, BASE);
    for (int i = 0; i < InfoPage.ROWS_MAX; i++) {
      InfoPage.addRow(memory, BASE, i + 1, -1, 1, "x".repeat(InfoPage.NAME_MAX));
    }
    assertThat(InfoPage.name(memory, BASE, 62)).hasSize(40);
    assertThat(memory.get(ValueLayout.JAVA_BYTE, BASE + InfoPage.SIZE)).isEqualTo((byte) 0x55);
    assertThatThrownBy(() -> InfoPage.addRow(memory, BASE, 64, 0, 1, "one-too-many"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("one-too-many", "rowsMax=63", "count=63");
  }

  @Test
  void aNameIsOneToFortyBytes() {
    InfoPage.initialize(memory, BASE);
    for (String name : new String[] {"", "x".repeat(41), "€".repeat(14)}) {
      assertThatThrownBy(() -> InfoPage.addRow(memory, BASE, 1, 0, 1, name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 to 40 bytes");
    }
    assertThat(InfoPage.count(memory, BASE)).isZero();
  }
}
