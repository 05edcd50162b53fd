// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

/** Where random tests begin: {@code -Dringfence.seed=} replays a failure. */
final class Seeds {

  private Seeds() {}

  /** The seed that was asked for, or a fresh one; the test says it when it fails. */
  static long next() {
    Long asked = Long.getLong("ringfence.seed");
    return asked != null ? asked : System.nanoTime() & 0xff_ffff_ffffL;
  }
}
