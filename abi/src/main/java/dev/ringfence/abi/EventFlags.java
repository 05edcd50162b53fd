// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of EVENT_AWAIT: {@code auxiliary[1]}. */
public final class EventFlags {
  /** Take one from the counter, not all of it. */
  public static final int ONE = 1;

  private EventFlags() {}
}
