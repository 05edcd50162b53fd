// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of STAT: {@code auxiliary[1]}. */
public final class StatFlags {
  /** If the last name is a symbolic link: the link itself. */
  public static final int NO_FOLLOW = 1;

  private StatFlags() {}
}
