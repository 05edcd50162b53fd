// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import dev.ringfence.user.PipeSink;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What did not work, collected by many threads, shown at the end. */
final class Problems {

  private final Queue<String> messages = new ConcurrentLinkedQueue<>();

  void add(String message) {
    messages.add(message);
  }

  int count() {
    return messages.size();
  }

  /** Shows them, and gives the exit status of a program that went on: 0 without any, else 1. */
  int show(PipeSink stderr) {
    messages.forEach(stderr::println);
    return messages.isEmpty() ? 0 : 1;
  }
}
