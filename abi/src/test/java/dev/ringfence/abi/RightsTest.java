// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RightsTest {

  @Test
  void allIsEverySingleRight() {
    long all = 0;
    for (Rights.Right right : Rights.rights()) {
      all |= right.mask();
    }
    assertThat(Rights.ALL).isEqualTo(all);
  }

  @Test
  void presetsWidenOneAnother() {
    assertThat(Rights.includes(Rights.READ_ONLY, Rights.DIRECTORY_BROWSE)).isTrue();
    assertThat(Rights.includes(Rights.READ_WRITE, Rights.READ_ONLY)).isTrue();
    assertThat(Rights.includes(Rights.DIRECTORY_FULL, Rights.READ_WRITE)).isTrue();
    assertThat(Rights.includes(Rights.READ_ONLY, Rights.READ_WRITE)).isFalse();
  }

  @Test
  void theReadOnlyPresetChangesNothing() {
    long changes =
        Rights.WRITE
            | Rights.TRUNCATE
            | Rights.CREATE
            | Rights.DELETE
            | Rights.RENAME
            | Rights.CHMOD
            | Rights.CLOSE;
    assertThat(Rights.READ_ONLY & changes).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "r, read|seek|map|dup|readdir|stat",
    "'rw,create', read|write|seek|map|dup|truncate|create|readdir|stat",
    "'READ | Stat', read|stat",
    "net-send, net_send",
    "none, none",
    "'none,exec', exec",
  })
  void wordsAreReadAsAMask(String words, String described) {
    assertThat(Rights.describe(Rights.parse(words))).isEqualTo(described);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "read,", "reed", "0x3", "read write"})
  void anUnknownWordIsRefusedWithTheKnownOnes(String words) {
    assertThatThrownBy(() -> Rights.parse(words))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("unknown right", "readdir", "net_listen", "browse");
  }

  @Test
  void whatIsDescribedIsReadBackAsTheSameMask() {
    for (int bit = 0; bit < Long.SIZE; bit++) {
      long mask = (1L << bit) & Rights.ALL | Rights.READ;
      assertThat(Rights.parse(Rights.describe(mask))).isEqualTo(mask);
    }
    assertThat(Rights.parse(Rights.describe(Rights.ALL))).isEqualTo(Rights.ALL);
  }

  @Test
  void unknownBitsAreShownAndNotHidden() {
    assertThat(Rights.describe(Rights.READ | 1L << 63)).isEqualTo("read|0x8000000000000000");
  }

  @Test
  void wordsDoNotDependOnTheLanguageOfTheMachine() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr"));
      assertThat(Rights.parse("WRITE|READDIR")).isEqualTo(Rights.WRITE | Rights.READDIR);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void eachRightHasAMeaning() {
    assertThat(Rights.meaning(Rights.TRANSFER)).isEqualTo("send the capability to another domain");
    assertThat(Rights.rights())
        .allSatisfy(right -> assertThat(Rights.meaning(right.mask())).isEqualTo(right.meaning()));
    assertThat(Rights.meaning(Rights.READ | Rights.WRITE)).isEqualTo("read|write");
  }

  @Test
  void everyRightAppliesToSomeType() {
    long applicable = 0;
    for (CapabilityType type : CapabilityType.values()) {
      assertThat(Rights.includes(type.applicableRights(), Rights.DUP | Rights.TRANSFER))
          .as(type.name())
          .isTrue();
      applicable |= type.applicableRights();
    }
    assertThat(applicable).isEqualTo(Rights.ALL);
  }

  @Test
  void aDirectoryCanHoldEveryRightOfTheFilesBeneathIt() {
    long ofFiles = CapabilityType.FILE.applicableRights();
    assertThat(Rights.includes(CapabilityType.DIRECTORY.applicableRights(), ofFiles)).isTrue();
    assertThat(Rights.includes(ofFiles, Rights.CREATE)).isFalse();
  }
}
