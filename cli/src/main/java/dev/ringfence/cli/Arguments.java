// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.jspecify.annotations.Nullable;

/** What was written behind a command: options first, then operands, which are its program's own. */
final class Arguments {

  private final CommandLine line;

  private Arguments(CommandLine line) {
    this.line = line;
  }

  /**
   * Options end at the first word that is none, or behind {@code --}.
   *
   * @throws UsageException for an option that is unknown or lacks its value
   */
  static Arguments parse(Options options, List<String> words) {
    DefaultParser parser =
        DefaultParser.builder()
            .setAllowPartialMatching(false)
            .setStripLeadingAndTrailingQuotes(false)
            .get();
    CommandLine line;
    try {
      line = parser.parse(options, words.toArray(String[]::new), true);
    } catch (MissingArgumentException e) {
      throw new UsageException(
          "--" + e.getOption().getLongOpt() + " needs a value: " + e.getOption().getArgName());
    } catch (UnrecognizedOptionException e) {
      throw new UsageException("unknown option `" + e.getOption() + "`");
    } catch (ParseException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    List<String> operands = line.getArgList();
    // the parser takes an option that it does not know for the first operand
    int first = words.size() - operands.size();
    boolean ended = first > 0 && words.get(first - 1).equals("--");
    if (!ended && !operands.isEmpty() && operands.getFirst().startsWith("-")) {
      throw new UsageException("unknown option `" + operands.getFirst() + "`");
    }
    return new Arguments(line);
  }

  boolean has(String option) {
    return line.hasOption(option);
  }

  /** The value of an option that may be given once. */
  @Nullable String one(String option) {
    String[] values = line.getOptionValues(option);
    if (values != null && values.length > 1) {
      throw new UsageException("--" + option + " is there twice");
    }
    return values == null ? null : values[0];
  }

  /** The values of an option that may be given several times, in order. */
  <T> List<T> all(String option, Function<String, T> parse) {
    String[] values = line.getOptionValues(option);
    return values == null ? List.of() : Stream.of(values).map(parse).toList();
  }

  List<String> operands() {
    return line.getArgList();
  }
}
