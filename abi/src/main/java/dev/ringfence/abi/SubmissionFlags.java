// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of a submission entry: byte 1. Bit 16 is reserved. */
public final class SubmissionFlags {
  /** The next entry starts when this one succeeded; a failure cancels the rest of the chain. */
  public static final int LINK = 1;

  /** Like LINK, but the next entry starts however this one ends. */
  public static final int HARDLINK = 1 << 1;

  /** Do not try to finish at once; hand to a worker. */
  public static final int ASYNC = 1 << 2;

  /** {@code buf_index} names a registered buffer, {@code addr} is an offset into it. */
  public static final int FIXED_BUFFER = 1 << 3;

  /** Start when all earlier entries of the ring are complete, and hold later ones back. */
  public static final int DRAIN = 1 << 5;

  /** The kernel picks a provided buffer of the group {@code buf_index}. */
  public static final int BUFFER_SELECT = 1 << 6;

  /** Post no completion if the result is success. */
  public static final int SKIP_SUCCESS = 1 << 7;

  /** Every flag there is; another bit is an invalid argument. */
  public static final int KNOWN =
      LINK | HARDLINK | ASYNC | FIXED_BUFFER | DRAIN | BUFFER_SELECT | SKIP_SUCCESS;

  private SubmissionFlags() {}
}
