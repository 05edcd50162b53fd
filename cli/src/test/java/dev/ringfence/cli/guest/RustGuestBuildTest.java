// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Rust guests build offline and without a warning, and need nothing that a guest lacks. */
class RustGuestBuildTest {

  private static final int NO_KERNEL = 125;

  @TempDir static Path directory;

  @Test
  void theExamplesAreStaticProgramsThatEndWhereThereIsNoKernel() throws Exception {
    for (String example : new String[] {"wc", "snippets"}) {
      Path program = GuestBuilds.rust(directory, example);
      Elf elf = new Elf(program);
      assertThat(elf.type()).isEqualTo(Elf.EXECUTABLE);
      assertThat(elf.segments()).isNotEmpty().doesNotContain(Elf.INTERPRETER, Elf.DYNAMIC);
      assertThat(new ProcessBuilder(program.toString()).start().waitFor()).isEqualTo(NO_KERNEL);
    }
  }

  @Test
  void theTestsOfTheCratePass() {
    assertThat(GuestBuilds.rustTests(directory.resolve("tests")))
        .contains("a_full_queue_would_block_until_the_kernel_took_an_entry ... ok")
        .contains("Doc-tests ringfence")
        .contains("0 failed");
  }

  /** The lines of the specification's usage blocks, one after the other, in the example. */
  @Test
  void theSnippetsAreThoseOfTheSpecification() throws Exception {
    assertThat(Files.readString(GuestBuilds.ROOT.resolve("guest/rust/examples/snippets.rs")))
        .containsSubsequence(
            "let entries = 256;",
            "let flags = 0;",
            "let base_addr = syscall::io_uring_setup(entries, flags)?;",
            "// After writing to SQ ring...",
            "syscall::io_uring_enter(0, 0)?;",
            "let new_cap = syscall::capability_dup(old_cap, Rights::READ | Rights::WRITE)?;",
            "syscall::capability_revoke(cap_id)?;");
  }
}
