// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.abi.SyscallException;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code ringfence}.
 *
 * <p>Exit status: the program's own for {@code run}; otherwise 0 for success, 1 when something was
 * refused or failed (said in one line), 2 when the command line is wrong (said in two).
 */
public final class Main {

  static final String NAME = "ringfence";
  static final List<String> COMMANDS = List.of("run", "doctor", "abi");

  private static final String VERSION = "ringfence 0.1.0";
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private boolean debug = System.getenv("RINGFENCE_DEBUG") != null;

  private Main() {}

  /** Runs one command and ends the process with its status. */
  public static void main(String[] words) {
    System.exit(new Main().run(List.of(words)));
  }

  /** Options that every command has, and that may also stand before it. */
  static Options common() {
    return new Options()
        .addOption(Command.flag("debug", "Show where in the code an error comes from."))
        .addOption(Option.builder("h").longOpt("help").desc("Show this and end.").get())
        .addOption(Option.builder("V").longOpt("version").desc("Show the version and end.").get());
  }

  static @Nullable Command command(String name) {
    return switch (name) {
      case "run" -> new RunCommand();
      case "doctor" -> new DoctorCommand();
      case "abi" -> new AbiCommand();
      default -> null;
    };
  }

  private int run(List<String> words) {
    String name = "";
    try {
      Arguments before = Arguments.parse(common(), words);
      if (answered(before, name)) {
        return 0;
      }
      List<String> rest = before.operands();
      if (rest.isEmpty()) {
        throw new UsageException("a command is missing: " + String.join(", ", COMMANDS));
      }
      Command command = command(rest.getFirst());
      if (command == null) {
        throw new UsageException(
            "no command `" + rest.getFirst() + "`: use " + String.join(", ", COMMANDS));
      }
      name = rest.getFirst();
      Arguments arguments =
          Arguments.parse(common().addOptions(command.options()), rest.subList(1, rest.size()));
      if (answered(arguments, name)) {
        return 0;
      }
      if (command.operands().isEmpty() && !arguments.operands().isEmpty()) {
        throw new UsageException("unexpected `" + arguments.operands().getFirst() + "`");
      }
      return command.run(arguments);
    } catch (UsageException e) {
      String asked = name.isEmpty() ? NAME : NAME + " " + name;
      System.err.println(asked + ": " + e.getMessage());
      System.err.println("`" + asked + " --help` shows what can be written");
      return MISUSED;
    } catch (Exception e) {
      return explain(e);
    }
  }

  /** Whether all that was asked for is the help or the version. */
  private boolean answered(Arguments arguments, String name) {
    debug |= arguments.has("debug");
    if (arguments.has("help")) {
      Help.print(name);
    } else if (arguments.has("version")) {
      System.out.println(VERSION);
    } else {
      return false;
    }
    return true;
  }

  private int explain(Exception failure) {
    if (debug) {
      failure.printStackTrace();
    } else if (failure instanceof SyscallException e) {
      System.err.println("ringfence: " + e.getMessage() + " (" + e.error().displayName() + ")");
    } else {
      System.err.println("ringfence: " + failure + "; --debug shows where");
    }
    return FAILED;
  }
}
