// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.NetworkPolicy;

/**
 * A network that the command line grants: {@code NAME=HOST:PORT} or {@code NAME=RULES}.
 *
 * @param petname how the program knows it
 * @param policy which addresses it is for
 * @param rights what its sockets may do
 */
record NetworkOption(String petname, NetworkPolicy policy, long rights) {

  /** All that a socket can do, for {@code --net}. */
  private static final long BOTH = Rights.SOCKET_CLIENT | Rights.SOCKET_SERVER;

  private static NetworkOption parse(String text, String prefix, long rights) {
    int equals = text.indexOf('=');
    if (equals <= 0 || equals == text.length() - 1) {
      throw new UsageException(
          "`" + text + "` is not of the form NAME=" + (prefix.isEmpty() ? "RULES" : "HOST:PORT"));
    }
    try {
      NetworkPolicy policy = NetworkPolicy.parse(prefix + text.substring(equals + 1));
      return new NetworkOption(text.substring(0, equals), policy, rights);
    } catch (SyscallException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** {@code --connect}. */
  static NetworkOption connect(String text) {
    return parse(text, "tcp-connect:", Rights.SOCKET_CLIENT);
  }

  /** {@code --listen}. */
  static NetworkOption listen(String text) {
    return parse(text, "tcp-listen:", Rights.SOCKET_SERVER);
  }

  /** {@code --net}. */
  static NetworkOption rules(String text) {
    return parse(text, "", BOTH);
  }
}
