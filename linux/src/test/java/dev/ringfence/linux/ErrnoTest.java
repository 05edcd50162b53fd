// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrnoTest {

  @Test
  void everyErrorIsFoundByItsNumberAndItsResult() {
    for (Errno errno : Errno.values()) {
      assertThat(Errno.of(errno.number())).isSameAs(errno);
      assertThat(Errno.ofResult(errno.result())).isSameAs(errno);
    }
  }

  @Test
  void numbersThatNameNothingGiveNull() {
    assertThat(Errno.of(0)).isNull();
    assertThat(Errno.of(41)).as("a gap in Linux's numbers").isNull();
    assertThat(Errno.of(100_000)).isNull();
    assertThat(Errno.of(-1)).isNull();
    assertThat(Errno.ofResult(0)).isNull();
    assertThat(Errno.ofResult(2)).as("two bytes were read").isNull();
    assertThat(Errno.ofResult(Long.MIN_VALUE)).isNull();
    assertThat(Errno.ofResult(-(1L << 32) - 2)).as("not a truncated ENOENT").isNull();
  }

  @Test
  void wordsNameTheErrorOrItsNumber() {
    assertThat(Errno.describe(-2)).isEqualTo("ENOENT (No such file or directory)");
    assertThat(Errno.describe(-4095)).isEqualTo("errno 4095");
  }
}
