// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of POLL: {@code auxiliary[1]}. */
public final class PollFlags {
  /** Go on telling, a completion each time that an event comes. */
  public static final int MULTISHOT = 1;

  private PollFlags() {}
}
