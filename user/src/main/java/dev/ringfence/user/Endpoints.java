// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.SocketAddress;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Addresses of sockets between Java's classes and the ABI's structure. */
final class Endpoints {

  private static final int IPV4_BYTES = 4;

  private Endpoints() {}

  /** The family of an address; {@link SocketAddress#FAMILY_GRANTED} for null. */
  static int family(java.net.@Nullable SocketAddress address) {
    return switch (address) {
      case null -> SocketAddress.FAMILY_GRANTED;
      case InetSocketAddress inet ->
          resolved(inet) instanceof Inet6Address
              ? SocketAddress.FAMILY_IPV6
              : SocketAddress.FAMILY_IPV4;
      case UnixDomainSocketAddress unix -> SocketAddress.FAMILY_UNIX;
      default -> throw unknown(address);
    };
  }

  /** Writes an address; all zero for null, which stands for the granted one. */
  static void write(MemorySegment shared, long offset, java.net.@Nullable SocketAddress address) {
    switch (address) {
      case null -> shared.asSlice(offset, SocketAddress.SIZE).fill((byte) 0);
      case InetSocketAddress inet -> {
        InetAddress ip = resolved(inet);
        int scope = ip instanceof Inet6Address six ? six.getScopeId() : 0;
        SocketAddress.writeIp(shared, offset, ip.getAddress(), inet.getPort(), scope);
      }
      case UnixDomainSocketAddress unix -> {
        byte[] name = unix.getPath().toString().getBytes(StandardCharsets.UTF_8);
        if (name.length > SocketAddress.NAME_MAX) {
          throw new IllegalArgumentException(
              "the name of a Unix socket has at most %d bytes: %s"
                  .formatted(SocketAddress.NAME_MAX, unix));
        }
        SocketAddress.writeName(shared, offset, name);
      }
      default -> throw unknown(address);
    }
  }

  /** Names are looked up by the kernel when it grants, never by a program. */
  private static InetAddress resolved(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    if (ip == null) {
      throw new IllegalArgumentException(
          "the address `%s` is not resolved: a program has no names of hosts, only addresses"
              .formatted(address.getHostString()));
    }
    return ip;
  }

  private static IllegalArgumentException unknown(java.net.SocketAddress address) {
    return new IllegalArgumentException(
        "neither an IP address nor the name of a Unix socket: " + address);
  }

  /** Reads an address that the kernel wrote; null for a peer without one. */
  static java.net.@Nullable SocketAddress read(MemorySegment shared, long offset) {
    int family = SocketAddress.family(shared, offset);
    return switch (family) {
      case SocketAddress.FAMILY_IPV4, SocketAddress.FAMILY_IPV6 -> inet(shared, offset, family);
      case SocketAddress.FAMILY_UNIX -> {
        byte[] name = SocketAddress.name(shared, offset);
        yield name.length == 0
            ? null
            : UnixDomainSocketAddress.of(new String(name, StandardCharsets.UTF_8));
      }
      default -> null;
    };
  }

  private static InetSocketAddress inet(MemorySegment shared, long offset, int family) {
    byte[] ip = SocketAddress.ip(shared, offset);
    int scope = SocketAddress.scope(shared, offset);
    int port = SocketAddress.port(shared, offset);
    try {
      InetAddress address;
      if (family == SocketAddress.FAMILY_IPV4) {
        address = InetAddress.getByAddress(Arrays.copyOf(ip, IPV4_BYTES));
      } else if (scope != 0) {
        address = Inet6Address.getByAddress(null, ip, scope);
      } else {
        address = InetAddress.getByAddress(ip);
      }
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of 4 or 16 bytes is always legal", e);
    }
  }
}
