// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

/** Where the command {@code ringfence} begins. */
public final class Main {

  private Main() {}

  /** Runs one command and ends the process with its status. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /**
   * Runs one command in this process.
   *
   * @return the exit status, 0 for success
   */
  static int run(String... arguments) {
    System.out.println("ringfence 0.1.0 (" + arguments.length + " arguments)");
    return 0;
  }
}
