// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.linux.InternetAddress;
import dev.ringfence.linux.InternetAddress6;
import dev.ringfence.linux.SocketCalls;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** IP addresses between an {@link Endpoint} and Linux's own layout. */
final class HostAddress {

  private static final int IPV4_BYTES = 4;

  private HostAddress() {}

  /** Whether an address is of the socket's family: no other can be asked for. */
  static boolean fits(LinuxSocket socket, @Nullable Endpoint endpoint) {
    return switch (endpoint) {
      case Endpoint.Ip ip -> socket.family == familyOf(ip);
      case Endpoint.Unix ignored -> socket.family == SocketCalls.AF_UNIX;
      case null -> false;
    };
  }

  private static int familyOf(Endpoint.Ip ip) {
    return ip.address().length == IPV4_BYTES ? SocketCalls.AF_INET : SocketCalls.AF_INET6;
  }

  /** Writes an address; its length. */
  static int write(Endpoint.Ip ip, MemorySegment out, long base) {
    if (familyOf(ip) == SocketCalls.AF_INET) {
      InternetAddress.write(out, base, ip.address(), ip.port());
      return InternetAddress.SIZE;
    }
    InternetAddress6.write(out, base, ip.address(), ip.port(), ip.scope());
    return InternetAddress6.SIZE;
  }

  /** Reads what a call wrote; null if it is no IP address. */
  static Endpoint.@Nullable Ip read(MemorySegment from, long base, int length) {
    if (length < InternetAddress.SIZE) {
      return null;
    }
    int family = SocketCalls.family(from, base);
    if (family == SocketCalls.AF_INET) {
      return new Endpoint.Ip(
          InternetAddress.address(from, base), InternetAddress.port(from, base), 0);
    }
    if (family != SocketCalls.AF_INET6 || length < InternetAddress6.SIZE) {
      return null;
    }
    return new Endpoint.Ip(
        InternetAddress6.address(from, base),
        InternetAddress6.port(from, base),
        InternetAddress6.scope(from, base));
  }
}
