// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/**
 * Flags of CANCEL: {@code auxiliary[1]}. Without one, the first match by {@code user_data} counts.
 */
public final class CancelFlags {
  /** Every match, not only the first; the result is their count. */
  public static final int ALL = 1;

  /** Match what runs through {@code capability_id}, not {@code user_data}. */
  public static final int CAPABILITY = 1 << 1;

  /** Match everything in this ring; implies ALL. */
  public static final int ANY = 1 << 2;

  /** With {@link #CAPABILITY}: match {@code user_data} as well. */
  public static final int USER_DATA = 1 << 3;

  /** Every flag there is; another bit is an invalid argument. */
  public static final int KNOWN = ALL | CAPABILITY | ANY | USER_DATA;

  private CancelFlags() {}
}
