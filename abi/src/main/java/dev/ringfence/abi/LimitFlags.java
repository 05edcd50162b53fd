// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of {@link CapabilityLimits}. */
public final class LimitFlags {
  /** Beyond a rate an operation waits, instead of failing with QuotaExceeded. */
  public static final int DELAY = 1;

  private LimitFlags() {}
}
