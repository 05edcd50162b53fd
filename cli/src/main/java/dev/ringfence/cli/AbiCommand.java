// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringfence.abi.AbiDescription;
import dev.ringfence.abi.AbiDescription.Constant;
import dev.ringfence.abi.AbiDescription.Field;
import dev.ringfence.abi.AbiDescription.Structure;
import dev.ringfence.abi.CHeader;
import dev.ringfence.abi.RustSource;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.cli.Options;

/** {@code ringfence abi}: the interface for programs in other languages. */
final class AbiCommand implements Command {

  @Override
  public String summary() {
    return "Prints the layouts and numbers of the interface.";
  }

  @Override
  public String operands() {
    return "";
  }

  @Override
  public List<String> notes() {
    return List.of("One of --header, --json and --rust is needed.");
  }

  @Override
  public Options options() {
    return new Options()
        .addOption(Command.flag("header", "As a C header (C11, C++17)."))
        .addOption(Command.flag("json", "As JSON, by the same names."))
        .addOption(Command.flag("rust", "As the module abi.rs of the Rust crate."));
  }

  @Override
  public int run(Arguments arguments) throws IOException {
    List<String> forms = Stream.of("header", "json", "rust").filter(arguments::has).toList();
    if (forms.size() != 1) {
      throw new UsageException("say one of --header, --json and --rust");
    }
    switch (forms.getFirst()) {
      case "header" -> System.out.print(CHeader.render());
      case "rust" -> System.out.print(RustSource.render());
      default -> printJson();
    }
    System.out.flush();
    return 0;
  }

  private static void printJson() throws IOException {
    try (JsonGenerator out = Json.onStandardOutput()) {
      out.writeStartObject();
      out.writeObjectFieldStart("constants");
      for (Constant constant : AbiDescription.constants()) {
        out.writeFieldName(constant.name());
        boolean unsigned = constant.form() == AbiDescription.Form.WORD;
        if (unsigned && constant.value() < 0) {
          out.writeNumber(new BigInteger(Long.toUnsignedString(constant.value())));
        } else {
          out.writeNumber(constant.value());
        }
      }
      out.writeEndObject();
      out.writeObjectFieldStart("structures");
      for (Structure structure : AbiDescription.structures()) {
        write(out, structure);
      }
      out.writeEndObject();
      out.writeEndObject();
    }
    System.out.println();
  }

  private static void write(JsonGenerator out, Structure structure) throws IOException {
    out.writeObjectFieldStart(structure.name());
    out.writeNumberField("size", structure.size());
    out.writeNumberField("alignment", structure.alignment());
    out.writeObjectFieldStart("fields");
    for (Field field : structure.fields()) {
      out.writeObjectFieldStart(field.name());
      out.writeStringField("type", field.cType());
      out.writeNumberField("offset", field.offset());
      out.writeNumberField("size", field.size());
      if (field.arrayLength() > 0) {
        out.writeNumberField("length", field.arrayLength());
      }
      out.writeEndObject();
    }
    out.writeEndObject();
    out.writeEndObject();
  }
}
