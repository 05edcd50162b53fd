// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.help.OptionFormatter;
import org.apache.commons.cli.help.TableDefinition;
import org.apache.commons.cli.help.TextHelpAppendable;
import org.apache.commons.cli.help.TextStyle;

/** What {@code --help} prints. */
final class Help {

  private static final int WIDTH = 100;
  private static final int INDENT = 2;

  private static final String[] EXAMPLES = {
    "ringfence run --dir in=/usr/share:r --dir out=copy:rw,create copy in/doc out/doc",
    "ringfence run --file log=/var/log/syslog count log",
    "ringfence run --dir www=site:r --listen web=127.0.0.1:8080 serve www web",
    "ringfence doctor"
  };

  private Help() {}

  /** Of one command; an empty name: of all. */
  static void print(String name) {
    StringBuilder text = new StringBuilder();
    TextHelpAppendable out = new TextHelpAppendable(text);
    out.setMaxWidth(WIDTH);
    out.setIndent(0);
    out.setLeftPad(0);
    try {
      Command command = name.isEmpty() ? null : Main.command(name);
      if (command == null) {
        overview(out);
      } else {
        of(name, command, out);
      }
    } catch (IOException e) {
      throw new AssertionError("a string builder throws nothing", e);
    }
    // the formatter fills columns with blanks to their end
    text.toString().strip().lines().map(String::stripTrailing).forEach(System.out::println);
    System.out.flush();
  }

  private static void overview(TextHelpAppendable out) throws IOException {
    List<List<String>> commands = new ArrayList<>();
    for (String name : Main.COMMANDS) {
      Command command = Main.command(name);
      commands.add(List.of(name, command == null ? "" : command.summary()));
    }
    out.append("Usage: ringfence [OPTION...] COMMAND ...\n");
    out.append("Runs programs whose only I/O is the V2 system call interface.\n");
    table(rows(Main.common()), out);
    table(commands, out);
    out.append("`ringfence COMMAND --help` says more. Examples:\n");
    for (String example : EXAMPLES) {
      out.append("  " + example + "\n");
    }
  }

  private static void of(String name, Command command, TextHelpAppendable out) throws IOException {
    out.append(("Usage: ringfence " + name + " [OPTION...] " + command.operands()).strip() + "\n");
    out.append(command.summary() + "\n");
    table(rows(command.options().addOptions(Main.common())), out);
    for (String note : command.notes()) {
      out.appendParagraph(note);
    }
  }

  private static List<List<String>> rows(Options options) {
    List<List<String>> rows = new ArrayList<>();
    for (Option option : options.getOptions()) {
      OptionFormatter text = OptionFormatter.from(option);
      rows.add(
          List.of((text.getBothOpt() + " " + text.getArgName()).strip(), option.getDescription()));
    }
    return rows;
  }

  private static void table(List<List<String>> rows, TextHelpAppendable out) throws IOException {
    TextStyle.Builder left = TextStyle.builder().setLeftPad(INDENT).setIndent(0);
    TextStyle written = left.setScalable(false).get();
    TextStyle meant = left.setScalable(true).get();
    out.appendTable(TableDefinition.from("", List.of(written, meant), List.of("", ""), rows));
  }
}
