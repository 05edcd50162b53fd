// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Options of GET_OPTION and SET_OPTION: {@code auxiliary[0]}. */
public final class SocketOption {
  /** 1: send small pieces at once. Setting needs NET_SEND. */
  public static final int NODELAY = 1;

  /** 1: find out about a peer that is gone. Setting needs NET_SEND. */
  public static final int KEEP_ALIVE = 2;

  /** 1: bind although old connections linger. Setting needs NET_BIND. */
  public static final int REUSE_ADDRESS = 3;

  /** 1: several sockets share the address. Setting needs NET_BIND. */
  public static final int REUSE_PORT = 4;

  /** Bytes that are kept for sending. Setting needs NET_SEND. */
  public static final int SEND_BUFFER = 5;

  /** Bytes that are kept for receiving. Setting needs NET_RECV. */
  public static final int RECEIVE_BUFFER = 6;

  /** Seconds that closing waits for what is unsent; -1: none. Setting needs NET_SEND. */
  public static final int LINGER = 7;

  /** 1: an IPv6 socket does not take IPv4. Setting needs NET_BIND. */
  public static final int IPV6_ONLY = 8;

  /** 1: datagrams may go to everyone. Setting needs NET_SEND. */
  public static final int BROADCAST = 9;

  /** The code of the error that is pending, 0 if none; reading clears it. */
  public static final int ERROR = 10;

  private SocketOption() {}
}
