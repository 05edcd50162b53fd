// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of ALLOCATE: {@code auxiliary[1]}. */
public final class AllocateFlags {
  /** The size of the file stays; always so with PUNCH_HOLE. */
  public static final int KEEP_SIZE = 1;

  /** Free the range: it reads as zeros. */
  public static final int PUNCH_HOLE = 1 << 1;

  /** The range reads as zeros and has room on the device. */
  public static final int ZERO_RANGE = 1 << 2;

  private AllocateFlags() {}
}
