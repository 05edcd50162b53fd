// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Events of POLL: {@code len} asks for them, {@code result} tells which came. */
public final class PollEvents {
  /** A read would not wait. */
  public static final int IN = 1;

  /** A write would not wait. */
  public static final int OUT = 1 << 2;

  /** The resource has failed. Reported always, asked for or not. */
  public static final int ERR = 1 << 3;

  /** The other end is gone. Reported always, asked for or not. */
  public static final int HUP = 1 << 4;

  private PollEvents() {}
}
