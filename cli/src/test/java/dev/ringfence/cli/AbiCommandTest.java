// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.ringfence.abi.AbiDescription;
import dev.ringfence.abi.RustSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ringfence abi} prints is what a compiler and a parser take. */
class AbiCommandTest {

  @TempDir Path temporary;

  @Test
  void theHeaderCompiles() throws IOException {
    Path gcc = Path.of("/usr/bin/gcc");
    assumeTrue(Files.isExecutable(gcc), "no gcc: the header is not compiled");
    Ringfence.Outcome header = Ringfence.command(temporary, "abi", "--header").run();
    assertThat(header.status()).isZero();
    Path file = Files.writeString(temporary.resolve("ringfence.h"), header.out());
    Ringfence.Outcome compiled =
        Ringfence.plain(
                temporary,
                gcc.toString(),
                "-std=c11",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-fsyntax-only",
                "-x",
                "c",
                file.toString())
            .run();
    assertThat(compiled.err()).isEmpty();
    assertThat(compiled.status()).isZero();
  }

  @Test
  void theJsonNamesEveryConstantAndStructure() throws IOException {
    Ringfence.Outcome json = Ringfence.command(temporary, "abi", "--json").run();
    assertThat(json.status()).isZero();
    Set<String> names = new HashSet<>();
    try (JsonParser parser = new JsonFactory().createParser(json.out())) {
      while (parser.nextToken() != null) {
        names.add(String.valueOf(parser.currentName()));
      }
    }
    assertThat(names)
        .containsAll(
            AbiDescription.constants().stream().map(AbiDescription.Constant::name).toList())
        .containsAll(
            AbiDescription.structures().stream().map(AbiDescription.Structure::name).toList());
  }

  @Test
  void theRustModuleIsTheOneOfTheCrate() {
    Ringfence.Outcome rust = Ringfence.command(temporary, "abi", "--rust").run();
    assertThat(rust.status()).isZero();
    assertThat(rust.out()).isEqualTo(RustSource.render());
  }

  @Test
  void oneOfTheFormsMustBeNamed() {
    assertThat(Ringfence.command(temporary, "abi").run().status()).isEqualTo(2);
    assertThat(Ringfence.command(temporary, "abi", "--json", "--header").run().status())
        .isEqualTo(2);
  }
}
