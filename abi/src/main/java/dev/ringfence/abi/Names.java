// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.util.Locale;

/** Spelling of one name in the styles of its readers. */
final class Names {
  private Names() {}

  /** {@code NOT_A_DIRECTORY} becomes {@code NotADirectory}. */
  static String camel(String constant) {
    StringBuilder name = new StringBuilder(constant.length());
    for (String word : constant.split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return name.toString();
  }

  /** {@code net_send} becomes {@code NET_SEND}, whatever the machine's language. */
  static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }
}
