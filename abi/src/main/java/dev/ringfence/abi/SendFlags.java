// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of SEND, SEND_MESSAGE and SEND_ZERO_COPY: {@code auxiliary[1]}. */
public final class SendFlags {
  /** More follows at once: do not send a short packet. */
  public static final int MORE = 1;

  /** On a stream: complete when all of it was taken, or with an error. */
  public static final int WAIT_ALL = 1 << 2;

  /** WouldBlock if there is no room. */
  public static final int DO_NOT_WAIT = 1 << 3;

  private SendFlags() {}
}
