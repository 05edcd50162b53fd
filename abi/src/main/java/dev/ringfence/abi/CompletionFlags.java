// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of a completion entry. */
public final class CompletionFlags {
  /** The upper 16 bits are the id of the provided buffer that was used. */
  public static final int BUFFER = 1;

  /** Not the last completion of this operation. */
  public static final int MORE = 1 << 1;

  /** The socket has more to receive. */
  public static final int SOCKET_NONEMPTY = 1 << 2;

  /** The kernel is done with the memory of a zero-copy send. */
  public static final int NOTIFICATION = 1 << 3;

  /** {@code reserved} is a new CapabilityID. */
  public static final int CAPABILITY = 1 << 4;

  /** {@code reserved} is a value: an address, a cookie, a mask of missing rights. */
  public static final int VALUE = 1 << 5;

  /** How far the id of a provided buffer is shifted. */
  public static final int BUFFER_SHIFT = 16;

  private CompletionFlags() {}
}
