// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Directions of SHUTDOWN: {@code len}. */
public final class ShutdownFlags {
  /** Nothing more is received. */
  public static final int READ = 1;

  /** Nothing more is sent; the peer reads the end. */
  public static final int WRITE = 1 << 1;

  private ShutdownFlags() {}
}
