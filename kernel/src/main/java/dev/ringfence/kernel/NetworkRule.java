// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.kernel.engine.Endpoint;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One thing that a NETWORK permits: a direction, a kind of socket, and addresses. */
sealed interface NetworkRule {

  /** Which way it permits. */
  enum Direction {
    /** Connect or send to the addresses. */
    CONNECT,
    /** Take one of the addresses as the socket's own, and listen there. */
    LISTEN
  }

  Direction direction();

  /** {@link SocketKind#STREAM} or {@link SocketKind#DATAGRAM}. */
  int kind();

  /** {@link SocketAddress#FAMILY_IPV4} and its siblings. */
  int family();

  boolean permits(Endpoint endpoint);

  /** The one address that it permits, or null if it permits several. */
  @Nullable Endpoint only();

  /**
   * A range of IP addresses and ports.
   *
   * @param prefix 4 or 16 bytes, of which the first {@code bits} bits count
   * @param portFirst 0 to 65535
   * @param portLast the last port that is permitted
   * @param scope of an IPv6 address, 0 for any
   */
  record Ip(
      Direction direction,
      int kind,
      byte[] prefix,
      int bits,
      int portFirst,
      int portLast,
      int scope)
      implements NetworkRule {

    @Override
    public int family() {
      return prefix.length == SocketAddress.IP_SIZE
          ? SocketAddress.FAMILY_IPV6
          : SocketAddress.FAMILY_IPV4;
    }

    @Override
    public boolean permits(Endpoint endpoint) {
      return endpoint instanceof Endpoint.Ip ip
          && ip.address().length == prefix.length
          && permitsPort(ip.port())
          && (scope == 0 || scope == ip.scope())
          && matches(ip.address());
    }

    /** Port 0 is any that the host likes: only a rule that begins with it permits that. */
    private boolean permitsPort(int port) {
      return port >= portFirst && port <= portLast;
    }

    private boolean matches(byte[] address) {
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >>> (bit & 7);
        if (((address[bit >>> 3] ^ prefix[bit >>> 3]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }

    @Override
    public @Nullable Endpoint only() {
      boolean one = bits == prefix.length * Byte.SIZE && portFirst == portLast;
      return one ? new Endpoint.Ip(prefix, portFirst, scope) : null;
    }
  }

  /**
   * Names of Unix sockets in one directory, as the host says it; an engine opens it for a {@link
   * Local}.
   *
   * @param name the only name that is permitted; empty: every name
   */
  record Unix(Direction direction, int kind, Path directory, byte[] name) implements NetworkRule {

    @Override
    public int family() {
      return SocketAddress.FAMILY_UNIX;
    }

    @Override
    public boolean permits(Endpoint endpoint) {
      throw new IllegalStateException("a rule is asked before its directory is open");
    }

    @Override
    public @Nullable Endpoint only() {
      throw new IllegalStateException("a rule is asked before its directory is open");
    }
  }

  /**
   * Names of Unix sockets in one open directory.
   *
   * @param directory without a name: where every name is permitted
   */
  record Local(Direction direction, int kind, Endpoint.Unix directory) implements NetworkRule {

    @Override
    public int family() {
      return SocketAddress.FAMILY_UNIX;
    }

    @Override
    public boolean permits(Endpoint endpoint) {
      return endpoint instanceof Endpoint.Unix unix
          && unix.directory() == directory.directory()
          && (directory.name().length == 0 || Arrays.equals(unix.name(), directory.name()));
    }

    @Override
    public @Nullable Endpoint only() {
      return directory.name().length == 0 ? null : directory;
    }
  }
}
