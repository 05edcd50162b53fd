// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a class in a JVM that takes itself to be on another system or processor. */
final class OtherMachine {

  private OtherMachine() {}

  /** What {@code program} printed. */
  static String run(String system, String processor, Class<?> program, String... arguments)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Dos.name=" + system,
                "-Dos.arch=" + processor,
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(List.of(arguments));
    return SystemHeaders.output(command.toArray(String[]::new));
  }
}
