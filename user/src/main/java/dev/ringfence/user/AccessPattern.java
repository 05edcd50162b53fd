// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.Advice;

/** How a range of a file will be used: changes no result, only speed. */
public enum AccessPattern {
  /** Nothing special. */
  NORMAL(Advice.NORMAL),
  /** From front to back. */
  SEQUENTIAL(Advice.SEQUENTIAL),
  /** Here and there. */
  RANDOM(Advice.RANDOM),
  /** Soon. */
  WILL_NEED(Advice.WILL_NEED),
  /** Not soon. */
  DONT_NEED(Advice.DONT_NEED);

  final int advice;

  AccessPattern(int advice) {
    this.advice = advice;
  }
}
