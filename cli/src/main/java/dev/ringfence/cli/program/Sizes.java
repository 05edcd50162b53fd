// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

/** Numbers of bytes for people. */
final class Sizes {

  private static final String UNITS = "KMGTPE";

  private Sizes() {}

  /** {@code 512 B}, {@code 1.5 KiB}, {@code 4.0 GiB}. */
  static String words(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 1024) {
      value /= 1024;
      unit++;
    }
    return "%.1f %siB".formatted(value, UNITS.charAt(unit));
  }
}
