// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

/** The one table of what engines may do differently, each with the reason. */
@SuppressWarnings("UnusedMethod") // for the first difference that has a reason
enum Difference {
  ;

  final String engine;
  final String reason;

  Difference(String engine, String reason) {
    this.engine = engine;
    this.reason = reason;
  }

  /** Whether an engine differs in this. */
  boolean appliesTo(Setting setting) {
    return setting.engine().equals(engine);
  }
}
