// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of ACCEPT: the high 32 bits of {@code auxiliary[0]}. */
public final class AcceptFlags {
  /** Go on accepting, a completion for each connection. */
  public static final int MULTISHOT = 1;

  private AcceptFlags() {}
}
