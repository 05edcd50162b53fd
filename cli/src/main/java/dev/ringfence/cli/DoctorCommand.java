// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.EngineChoice.Finding;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ringfence doctor}: what was found, what was chosen and why, what helps. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Says what this machine allows, which engine is chosen, and what is missing.")
final class DoctorCommand implements Callable<Integer> {

  @Option(names = "--engine", paramLabel = "NAME", description = "As for run.")
  private @Nullable String engine;

  @Option(names = "--json", description = "The same as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    EngineChoice choice = EngineChoice.choose(engine);
    List<Finding> findings = EngineChoice.findings();
    if (json) {
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
