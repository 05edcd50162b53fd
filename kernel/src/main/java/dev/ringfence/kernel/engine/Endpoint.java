// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine;

/** An address of a socket, judged and allowed. Immutable; nobody changes the arrays. */
public sealed interface Endpoint {

  /**
   * An IP address and a port.
   *
   * @param address 4 or 16 bytes in network order
   * @param port 0 to 65535
   * @param scope of an IPv6 address, else 0
   */
  record Ip(byte[] address, int port, int scope) implements Endpoint {}

  /**
   * A name in a directory of the host's; empty for a socket without a name.
   *
   * @param directory a DIRECTORY resource of the same engine
   * @param name 1 to 64 bytes without a slash, not {@code .} or {@code ..}; or none
   */
  record Unix(Resource directory, byte[] name) implements Endpoint {}
}
