// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/**
 * One of the words that may follow {@code ringfence}: what is written behind it, and what it does.
 *
 * <p>One command is made for each process, so that the options of the others cost nothing.
 */
interface Command {

  /** What it does, in a line. */
  String summary();

  /** What follows the options, as the usage shows it; empty: nothing may. */
  String operands();

  /** What may be given; {@link Main} adds its own. */
  Options options();

  /** What to know beyond the options, a paragraph each. */
  List<String> notes();

  /**
   * Does it.
   *
   * @return the exit status
   * @throws UsageException if the command line is wrong
   * @throws Exception whatever a program throws that is run here
   */
  int run(Arguments arguments) throws Exception;

  /** An option with a value, which {@code form} describes. */
  static Option valued(String name, String form, String description) {
    return Option.builder().longOpt(name).hasArg().argName(form).desc(description).get();
  }

  /** An option that is there or not. */
  static Option flag(String name, String description) {
    return Option.builder().longOpt(name).desc(description).get();
  }
}
