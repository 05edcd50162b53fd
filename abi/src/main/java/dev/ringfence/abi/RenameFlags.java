// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of RENAME: the high 32 bits of {@code auxiliary[1]}. */
public final class RenameFlags {
  /** AlreadyExists if the new name is taken. */
  public static final int NO_REPLACE = 1;

  /** Both names exist and change places. */
  public static final int EXCHANGE = 1 << 1;

  /** How far the flags are shifted in {@code auxiliary[1]}. */
  public static final int SHIFT = 32;

  private RenameFlags() {}
}
