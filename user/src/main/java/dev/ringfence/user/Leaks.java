// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import org.jspecify.annotations.Nullable;

/**
 * Where forgotten resources are reported. The logger is made at the first report: most never come.
 */
final class Leaks {

  private Leaks() {}

  static void report(String message, @Nullable Throwable origin) {
    System.Logger logger = System.getLogger("dev.ringfence.user");
    if (origin == null) {
      logger.log(System.Logger.Level.WARNING, message);
    } else {
      logger.log(System.Logger.Level.WARNING, message, origin);
    }
  }
}
