// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import dev.ringfence.user.PipeSink;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What did not work, and what is worth a note, collected by many threads, shown at the end. */
final class Problems {

  private final Queue<String> messages = new ConcurrentLinkedQueue<>();
  private final Queue<String> notes = new ConcurrentLinkedQueue<>();

  void add(String message) {
    messages.add(message);
  }

  /** Something that a person should know, though nothing failed. */
  void note(String message) {
    notes.add(message);
  }

  int count() {
    return messages.size();
  }

  /** A name in a message must not be able to move a terminal's cursor or fake a line. */
  private static String harmless(String message) {
    StringBuilder line = new StringBuilder(message.length());
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      if (Character.isISOControl(c)) {
        line.append("\\x%02x".formatted((int) c));
      } else {
        line.append(c);
      }
    }
    return line.toString();
  }

  /** Shows them, and gives the exit status of a program that went on: 0 without any, else 1. */
  int show(PipeSink stderr) {
    notes.forEach(note -> stderr.println(harmless(note)));
    messages.forEach(message -> stderr.println(harmless(message)));
    return messages.isEmpty() ? 0 : 1;
  }
}
