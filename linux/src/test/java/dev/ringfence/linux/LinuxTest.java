// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the bindings say of the platform, and how they behave on one they do not know. */
class LinuxTest {

  @Test
  void knowsTheProcessorsThatItHasTablesFor() {
    assertThat(Linux.architecture("Linux", "amd64")).isEqualTo(Linux.Architecture.X86_64);
    assertThat(Linux.architecture("Linux", "aarch64")).isEqualTo(Linux.Architecture.AARCH64);
  }

  @Test
  void knowsNoOtherSystemOrProcessor() {
    assertThat(Linux.architecture("Mac OS X", "aarch64")).isNull();
    assertThat(Linux.architecture("Windows 11", "amd64")).isNull();
    assertThat(Linux.architecture("Linux", "riscv64")).isNull();
    assertThat(Linux.architecture("", "")).isNull();
  }

  @Test
  void elsewhereEveryCallAnswersEnosysAndNothingCrashes() throws Exception {
    assertThat(OtherMachine.run("Mac OS X", "aarch64", Elsewhere.class).lines())
        .containsExactly(
            "supported: false",
            "reason: Linux on x86-64 or aarch64 is needed, this is Mac OS X on aarch64",
            "close: ENOSYS (Function not implemented)",
            "openat2: ENOSYS (Function not implemented)",
            "mmap: ENOSYS (Function not implemented)",
            "io_uring: this system is not Linux on x86-64 or aarch64:"
                + " ENOSYS (Function not implemented)");
  }

  @Test
  void aProcessorWithoutATableIsRefusedAndNotGuessed() throws Exception {
    assertThat(OtherMachine.run("Linux", "riscv64", Elsewhere.class).lines())
        .contains("supported: false", "close: ENOSYS (Function not implemented)");
  }
}
