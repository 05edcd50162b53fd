// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.AbiDescription.Constant;
import dev.ringfence.abi.AbiDescription.Field;
import dev.ringfence.abi.AbiDescription.Structure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The C header says the same as Java: a generated program prints every size, offset and constant as
 * the C and the C++ compiler see them. What Java says is compared with the description by {@link
 * AbiDescriptionTest}.
 */
class CHeaderTest {

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void compilersSeeTheNumbersOfJava(CCompiler compiler) throws IOException {
    Map<String, String> expected = new LinkedHashMap<>();
    StringBuilder program = new StringBuilder();
    for (Constant constant : AbiDescription.constants()) {
      print(program, constant.name());
      expected.put(constant.name(), Long.toUnsignedString(constant.value()));
    }
    for (Structure structure : AbiDescription.structures()) {
      expectStructure(structure, program, expected);
    }
    Files.writeString(directory.resolve("ringfence_abi.h"), CHeader.render());
    Files.writeString(
        directory.resolve("numbers.c"),
        """
        #include "ringfence_abi.h"
        #include "ringfence_abi.h" /* the guard must make this harmless */
        #include <stdio.h>

        int main(void) {
        %s  return 0;
        }
        """
            .formatted(program));
    compiler.compile(directory, "numbers");
    String output = CCompiler.run(directory, directory.resolve("numbers").toString());

    Map<String, String> printed = new LinkedHashMap<>();
    output.lines().forEach(line -> printed.put(line.split(" = ", 2)[0], line.split(" = ", 2)[1]));
    assertThat(printed).containsExactlyEntriesOf(expected);
  }

  private static void expectStructure(
      Structure structure, StringBuilder program, Map<String, String> expected) {
    String type = "struct " + structure.name();
    expect("sizeof(" + type + ")", structure.size(), program, expected);
    expect("RF_ALIGNOF(" + type + ")", structure.alignment(), program, expected);
    for (Field field : structure.fields()) {
      String member = "((" + type + " *)0)->" + field.name();
      expect("offsetof(" + type + ", " + field.name() + ")", field.offset(), program, expected);
      expect("sizeof(" + member + ")", field.size(), program, expected);
    }
  }

  private static void expect(
      String expression, int value, StringBuilder program, Map<String, String> expected) {
    print(program, expression);
    expected.put(expression, Integer.toString(value));
  }

  private static void print(StringBuilder program, String expression) {
    program.append(
        "  printf(\"%%s = %%llu\\n\", \"%1$s\", (unsigned long long)(%1$s));\n"
            .formatted(expression));
  }

  @Test
  void aConstantsFormSaysItsType() {
    assertThat(CHeader.render())
        .containsPattern("#define RF_OP_READ +1 ")
        .containsPattern("#define RF_ERR_INVALID_HANDLE +0x200 ")
        .containsPattern("#define RF_SQE_LINK +UINT32_C\\(0x1\\) ")
        .containsPattern("#define RF_RIGHT_NET_LISTEN +UINT64_C\\(0x200000\\) ")
        .containsPattern("#define RF_BASE +UINT64_C\\(0x200000000000\\) ")
        .containsPattern("#define RF_CURRENT_POSITION +UINT64_C\\(0xFFFFFFFFFFFFFFFF\\) ");
  }

  @Test
  void theHeaderIsTheSameTextEveryTime() {
    assertThat(CHeader.render())
        .isEqualTo(CHeader.render())
        .endsWith("#endif /* RINGFENCE_ABI_H */\n");
  }

  /** {@code ./ringfence abi --header >guest/c/ringfence.h} brings it up to date. */
  @Test
  void theHeaderForGuestsIsTheGeneratedOne() {
    assertThat(AbiPage.checkout().resolve("guest/c/ringfence.h")).hasContent(CHeader.render());
  }
}
