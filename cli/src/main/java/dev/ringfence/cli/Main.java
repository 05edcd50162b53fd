// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.abi.SyscallException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The command {@code ringfence}.
 *
 * <p>Exit status: the program's own for {@code run}; otherwise 0 for success, 1 when something was
 * refused or failed (said in one line), 2 when the command line is wrong.
 */
@Command(
    name = "ringfence",
    version = "ringfence 0.1.0",
    mixinStandardHelpOptions = true,
    description = "Runs programs whose only I/O is the V2 system call interface.",
    subcommands = {RunCommand.class, DoctorCommand.class, AbiCommand.class},
    footer = {
      "",
      "Examples:",
      "  ringfence run --dir in=/usr/share:r --dir out=copy:rw,create copy in/doc out/doc",
      "  ringfence run --file log=/var/log/syslog count log",
      "  ringfence doctor"
    })
public final class Main {

  static final int FAILED = 1;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where in the code an error comes from.")
  private boolean debug;

  private Main() {}

  /** Runs one command and ends the process with its status. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /**
   * Runs one command in this process.
   *
   * @return the exit status
   */
  static int run(String... arguments) {
    Main main = new Main();
    return new CommandLine(main)
        .setStopAtPositional(true)
        .setExecutionExceptionHandler((failure, command, parsed) -> main.explain(failure))
        .execute(arguments);
  }

  private int explain(Exception failure) {
    if (debug || System.getenv("RINGFENCE_DEBUG") != null) {
      failure.printStackTrace();
    } else if (failure instanceof SyscallException e) {
      System.err.println("ringfence: " + e.getMessage() + " (" + e.error().displayName() + ")");
    } else {
      System.err.println("ringfence: " + failure + "; --debug shows where");
    }
    return FAILED;
  }
}
