// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Bits of a ring header's {@code features}: what the kernel does on this ring. */
public final class Features {
  /** Resources are named by capabilities. Always set. */
  public static final int CAPABILITY = 1;

  /** Entries that move data must use FIXED_BUFFER. */
  public static final int FIXED_BUFFERS_ONLY = 1 << 1;

  /** Results are SyscallError codes, never errno. Always set. */
  public static final int TYPED_RESULT = 1 << 2;

  /** A kernel thread polls this ring; see {@link Doorbell}. */
  public static final int SQPOLL = 1 << 3;

  private Features() {}
}
