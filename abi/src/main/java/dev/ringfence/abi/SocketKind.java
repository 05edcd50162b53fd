// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** What kind of socket SOCKET_CREATE makes: bits 16 to 31 of {@code auxiliary[0]}. */
public final class SocketKind {
  /** As the grant says. */
  public static final int GRANTED = 0;

  /** Connected, a stream of bytes. */
  public static final int STREAM = 1;

  /** Single messages. */
  public static final int DATAGRAM = 2;

  private SocketKind() {}
}
