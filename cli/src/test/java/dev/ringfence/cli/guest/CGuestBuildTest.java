// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The C guests build without a warning, and need nothing that a guest does not have. */
class CGuestBuildTest {

  /** What a guest ends with when nobody answers its first call: there is no kernel here. */
  private static final int NO_KERNEL = 125;

  @TempDir Path directory;

  private static void assertSelfContained(Path program) {
    Elf elf = new Elf(program);
    assertThat(elf.type()).isEqualTo(Elf.EXECUTABLE);
    assertThat(elf.segments()).isNotEmpty().doesNotContain(Elf.INTERPRETER, Elf.DYNAMIC);
    assertThat(elf.missingSymbols()).isEmpty();
  }

  private int status(Path program) throws IOException, InterruptedException {
    return new ProcessBuilder(program.toString()).inheritIO().start().waitFor();
  }

  @ParameterizedTest
  @ValueSource(strings = {"examples/cat.c", "examples/cp.c", "examples/echo.c", "tests/check.c"})
  void aGuestIsAStaticProgramThatEndsWhereThereIsNoKernel(String source) throws Exception {
    Path program = GuestBuilds.c(directory, source);
    assertSelfContained(program);
    assertThat(status(program)).isEqualTo(NO_KERNEL);
    Path cpp = GuestBuilds.cpp(directory, source);
    assertSelfContained(cpp);
    assertThat(status(cpp)).isEqualTo(NO_KERNEL);
  }

  @Test
  void theSmallestGuestFailsWhereThereIsNoKernel() throws Exception {
    Path program = GuestBuilds.c(directory, "examples/base.c");
    assertSelfContained(program);
    assertThat(status(program)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gcc", "musl-gcc"})
  void theLibraryGoesAlongWithALibc(String compiler) throws Exception {
    Path source =
        Files.writeString(
            directory.resolve("hosted.c"),
            """
            #include <stdio.h>
            #include <string.h>
            #define RINGFENCE_GUEST_IMPLEMENTATION
            #include "ringfence_guest.h"

            int main(void) {
              struct rf_guest guest;
              const int64_t result = rf_guest_start(&guest, 8, 0);
              if (result < 0) {
                printf("%s\\n", rf_error_name(result));
                return strcmp(rf_error_name(result), "InternalError") == 0 ? 125 : 1;
              }
              return 0;
            }
            """);
    Path program = GuestBuilds.hosted(directory, compiler, source);
    assertThat(new Elf(program).segments()).doesNotContain(Elf.INTERPRETER);
    assertThat(status(program)).as("an error that no kernel of ours gave").isEqualTo(NO_KERNEL);
  }

  /** Several files include the library, one of them implements it. */
  @Test
  void twoFilesShareOneImplementation() throws Exception {
    Path main =
        Files.writeString(
            directory.resolve("main.c"),
            """
            #define RINGFENCE_GUEST_IMPLEMENTATION
            #include "ringfence_guest.h"
            #include "ringfence_guest.h"
            int other(void);
            int main(void) {
              return other();
            }
            """);
    Path other =
        Files.writeString(
            directory.resolve("other.c"),
            """
            #include "ringfence_guest.h"
            int other(void);
            int other(void) {
              return rf_error_name(-RF_ERR_NOT_FOUND)[0] == 'N' ? 7 : 1;
            }
            """);
    assertThat(status(GuestBuilds.hosted(directory, "gcc", main, other))).isEqualTo(7);
  }
}
