// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of RECV and RECV_MESSAGE: {@code auxiliary[1]}. */
public final class ReceiveFlags {
  /** Go on receiving, a completion for each piece. */
  public static final int MULTISHOT = 1;

  /** Leave what is received where it is. */
  public static final int PEEK = 1 << 1;

  /** On a stream: wait until {@code len} bytes are there, or the stream ends. */
  public static final int WAIT_ALL = 1 << 2;

  /** WouldBlock if nothing is there. */
  public static final int DO_NOT_WAIT = 1 << 3;

  private ReceiveFlags() {}
}
