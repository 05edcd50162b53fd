// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.EngineChoice.Finding;
import java.io.IOException;
import java.util.List;
import org.apache.commons.cli.Options;

/** {@code ringfence doctor}: what was found, what was chosen and why, what helps. */
final class DoctorCommand implements Command {

  @Override
  public String summary() {
    return "Says what this machine allows, which engine is chosen, and what is missing.";
  }

  @Override
  public String operands() {
    return "";
  }

  @Override
  public List<String> notes() {
    return List.of();
  }

  @Override
  public Options options() {
    return new Options()
        .addOption(Command.valued("engine", "NAME", "As for run."))
        .addOption(Command.flag("json", "The same as JSON."));
  }

  @Override
  public int run(Arguments arguments) throws IOException {
    EngineChoice choice = EngineChoice.choose(arguments.one("engine"));
    List<Finding> findings = EngineChoice.findings();
    if (arguments.has("json")) {
      printJson(choice, findings);
    } else {
      print(choice, findings);
    }
    return 0;
  }

  private static void print(EngineChoice choice, List<Finding> findings) {
    System.out.println("engine: " + choice.name() + ", because " + choice.reason());
    System.out.println("java: " + Runtime.version());
    for (Finding finding : findings) {
      String mark = finding.satisfied() ? "ok     " : "missing";
      System.out.println(mark + "  " + finding.subject() + ": " + finding.found());
      if (!finding.remedy().isEmpty()) {
        System.out.println("         remedy: " + finding.remedy());
      }
    }
  }

  private static void printJson(EngineChoice choice, List<Finding> findings) throws IOException {
    try (JsonGenerator out = Json.onStandardOutput()) {
      out.writeStartObject();
      out.writeStringField("engine", choice.name());
      out.writeStringField("reason", choice.reason());
      out.writeStringField("java", Runtime.version().toString());
      out.writeArrayFieldStart("findings");
      for (Finding finding : findings) {
        out.writeStartObject();
        out.writeStringField("subject", finding.subject());
        out.writeBooleanField("satisfied", finding.satisfied());
        out.writeStringField("found", finding.found());
        out.writeStringField("remedy", finding.remedy());
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeEndObject();
    }
  }
}
