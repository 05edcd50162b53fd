// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.abi.Rights;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A grant as it is written: {@code NAME=PATH[:RIGHTS]}.
 *
 * <p>What follows the last colon are rights if it reads as rights, and otherwise a part of the
 * path; a path that ends like that is written with {@code :r} behind it.
 *
 * @param petname how the program will know it
 * @param path on the host
 * @param rights bits of {@link Rights}
 */
record GrantOption(String petname, Path path, long rights) {

  /** For the usage. */
  static final String FORM = "NAME=PATH[:RIGHTS]";

  static GrantOption parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1 || equals == text.length() - 1) {
      throw new UsageException(
          "`" + text + "` is no grant: write NAME=PATH[:RIGHTS], such as data=/srv/data:rw");
    }
    String petname = text.substring(0, equals);
    String rest = text.substring(equals + 1);
    int colon = rest.lastIndexOf(':');
    if (colon <= 0 || Files.exists(Path.of(rest))) {
      return new GrantOption(petname, Path.of(rest), Rights.READ_ONLY);
    }
    String words = rest.substring(colon + 1);
    try {
      return new GrantOption(petname, Path.of(rest.substring(0, colon)), Rights.parse(words));
    } catch (IllegalArgumentException e) {
      throw new UsageException("in `" + text + "`: " + e.getMessage());
    }
  }
}
