// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a guest runs.
 *
 * @param executable a static ELF program for this processor
 * @param arguments what follows the program's own name
 * @param environment all that it sees; nothing of this process's
 */
public record GuestProgram(
    Path executable, List<String> arguments, Map<String, String> environment) {

  /** Copies what may change. */
  public GuestProgram {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }

  /** With an empty environment. */
  public static GuestProgram of(Path executable, String... arguments) {
    return new GuestProgram(executable, List.of(arguments), Map.of());
  }
}
