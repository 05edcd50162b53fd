// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of EVENT_AWAIT: {@code auxiliary[1]}. */
public final class EventFlags {
  /** Take one from the counter, not all of it. */
  public static final int ONE = 1;

  /** {@code WouldBlock} if the counter is 0. */
  public static final int DO_NOT_WAIT = 2;

  private EventFlags() {}
}
