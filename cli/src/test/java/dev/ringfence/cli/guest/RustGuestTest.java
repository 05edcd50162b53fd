// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.kernel.Domain;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the Rust crate and its examples do, against the real kernel. */
class RustGuestTest extends GuestTest {

  @Override
  Path build(Path place, String source) {
    return GuestBuilds.rustLibrary(place, source);
  }

  @Test
  void wcCountsLinesWordsAndBytes() throws Exception {
    Files.writeString(in.resolve("two"), "one  two\n\tthree");
    Files.createDirectory(in.resolve("below"));
    // a word, and a space, lie across the end of each buffer of 65536 bytes
    Files.writeString(in.resolve("below/large"), "some words\n".repeat(20_000));
    Files.createFile(in.resolve("empty"));
    int status = run("wc", "in/two", "in/below/large", "in/empty");
    assertThat(text("stderr")).isEmpty();
    assertThat(status).isZero();
    assertThat(text("stdout"))
        .isEqualTo(
            """
                   1        3         15 in/two
               20000    40000     220000 in/below/large
                   0        0          0 in/empty
               20001    40003     220015 total
            """);
  }

  @Test
  void wcTellsWhatItCannotReadAndGoesOn() throws Exception {
    Files.writeString(in.resolve("one"), "1\n");
    assertThat(run("wc", "in/none", "in/../x", "other", "stdout/x", "in/one")).isEqualTo(1);
    assertThat(text("stdout"))
        .isEqualTo(
            """
                   1        1          2 in/one
                   1        1          2 total
            """);
    assertThat(text("stderr"))
        .isEqualTo(
            """
            wc: in/none: NotFound
            wc: in/../x: PermissionDenied
            wc: other: NotFound
            wc: stdout/x: NotADirectory
            """);
  }

  @Test
  void wcCountsStdinWithoutArguments() throws Exception {
    clearStreams();
    Path input = Files.writeString(directory.resolve("input"), "a b\n");
    try (Domain domain = domain().file("stdin", input, Rights.READ | Rights.DUP).open();
        GuestInside guest = inside("wc", domain)) {
      assertThat(guest.run()).isZero();
    }
    assertThat(text("stdout")).isEqualTo("       1        2          4 stdin\n");
  }

  @Test
  void theSnippetsOfTheSpecificationRunAsTheyStand() throws Exception {
    clearStreams();
    try (Domain domain =
            kernel
                .domain("snippets")
                .directory("in", in, Rights.DUP | Rights.READ | Rights.WRITE)
                .open();
        GuestInside guest = inside("snippets", domain)) {
      assertThat(guest.run()).isZero();
    }
    assertThat(run("snippets")).as("without WRITE the dup is denied").isEqualTo(1);
  }
}
