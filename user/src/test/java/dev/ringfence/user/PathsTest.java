// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Paths reach the kernel as they are, or not at all. */
class PathsTest {

  @Test
  void aPathIsItsUtf8AndNothingIsNormalised() {
    for (String path : new String[] {"a", "../b//./c/", "ä€😀", "a\u0000b", " "}) {
      assertThat(Paths.encode(path)).isEqualTo(path.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void anEmptyPathIsRefused() {
    assertThatThrownBy(() -> Paths.encode("")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void halfASurrogatePairIsRefusedWithItsPlace() {
    for (String path : new String[] {"ab\ud800", "ab\ude00\ud83d", "ab\ud83dc"}) {
      assertThatThrownBy(() -> Paths.encode(path))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("index 2");
    }
  }

  @Test
  void theLimitIsInBytes() {
    assertThat(Paths.encode("x".repeat(4095))).hasSize(4095);
    for (String path : new String[] {"x".repeat(4096), "€".repeat(1366)}) {
      assertThatThrownBy(() -> Paths.encode(path))
          .isInstanceOfSatisfying(
              SyscallException.class,
              e -> assertThat(e.error()).isEqualTo(SyscallError.NAME_TOO_LONG));
    }
  }

  @Test
  void aNameThatIsNotUtf8IsShownAndNotUsable() {
    Entry odd = Entry.of(new byte[] {'a', (byte) 0xff}, FileKind.FILE);
    assertThat(odd.usable()).isFalse();
    assertThat(odd.name()).isEqualTo("a\\xff");
    Entry plain = Entry.of("\uFFFD".getBytes(StandardCharsets.UTF_8), FileKind.FILE);
    assertThat(plain.usable()).as("the replacement character itself is a legal name").isTrue();
  }

  @Test
  void aQuotedNameCannotMoveTheCursorOrFakeALine() {
    assertThat(Failures.quote("a\n\u001b[2J\u007f\u009bb ä"))
        .isEqualTo("`a\\x0a\\x1b[2J\\x7f\\x9bb ä`");
  }
}
