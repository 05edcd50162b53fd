// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of a {@link CapabilityTransfer}. */
public final class TransferFlags {
  /** The sender gives it up, instead of keeping the original. */
  public static final int MOVE = 1;

  private TransferFlags() {}
}
