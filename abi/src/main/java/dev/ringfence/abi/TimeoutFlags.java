// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of TIMEOUT and LINK_TIMEOUT: {@code auxiliary[1]}. */
public final class TimeoutFlags {
  /** The time is a reading of the monotonic clock, not a duration. */
  public static final int ABSOLUTE = 1;

  /** TIMEOUT alone: go on, a completion each time that the duration has passed. */
  public static final int MULTISHOT = 1 << 1;

  private TimeoutFlags() {}
}
