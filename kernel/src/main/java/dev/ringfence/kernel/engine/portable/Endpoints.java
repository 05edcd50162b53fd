// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Between the addresses of the kernel and those of java.nio. */
final class Endpoints {

  private static final int IPV4_SIZE = 4;
  private static final byte[] NO_NAME = {};

  /** What an IPv4 address begins with on an IPv6 socket (RFC 4291, 2.5.5.2). */
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private Endpoints() {}

  /** The family of java.nio that a number of the ABI means. */
  static StandardProtocolFamily family(int family) throws Refusal {
    return switch (family) {
      case SocketAddress.FAMILY_IPV4 -> StandardProtocolFamily.INET;
      case SocketAddress.FAMILY_IPV6 -> StandardProtocolFamily.INET6;
      case SocketAddress.FAMILY_UNIX -> StandardProtocolFamily.UNIX;
      default -> throw new Refusal(SyscallError.INVALID_ARGUMENT);
    };
  }

  /** An IP address for java.nio; {@code InvalidArgument} if it is of another family. */
  static InetSocketAddress inet(@Nullable Endpoint endpoint, ProtocolFamily family)
      throws IOException {
    int size = family == StandardProtocolFamily.INET ? IPV4_SIZE : SocketAddress.IP_SIZE;
    if (!(endpoint instanceof Endpoint.Ip ip) || ip.address().length != size) {
      throw new Refusal(SyscallError.INVALID_ARGUMENT);
    }
    return new InetSocketAddress(address(ip), ip.port());
  }

  private static InetAddress address(Endpoint.Ip ip) throws UnknownHostException {
    byte[] bytes = ip.address();
    return ip.scope() == 0
        ? InetAddress.getByAddress(bytes)
        : Inet6Address.getByAddress(null, bytes, ip.scope());
  }

  /**
   * The address of an IP socket for the kernel.
   *
   * @param address null for a socket that has none yet
   */
  static Endpoint.Ip ip(java.net.@Nullable SocketAddress address, ProtocolFamily family) {
    int size = family == StandardProtocolFamily.INET ? IPV4_SIZE : SocketAddress.IP_SIZE;
    if (!(address instanceof InetSocketAddress known) || known.getAddress() == null) {
      return new Endpoint.Ip(new byte[size], 0, 0);
    }
    byte[] bytes = known.getAddress().getAddress();
    if (bytes.length < size) {
      byte[] mapped = Arrays.copyOf(MAPPED, size);
      System.arraycopy(bytes, 0, mapped, MAPPED.length, bytes.length);
      bytes = mapped;
    }
    int scope = known.getAddress() instanceof Inet6Address six ? six.getScopeId() : 0;
    return new Endpoint.Ip(bytes, known.getPort(), scope);
  }

  /**
   * The name of a Unix socket for the kernel: only if it lies in {@code directory}, so that no path
   * of the host is ever told.
   *
   * @param self stands for the directory of a socket without a name
   */
  static Endpoint.Unix unix(
      java.net.@Nullable SocketAddress address,
      @Nullable DirectoryResource directory,
      Resource self) {
    if (directory == null) {
      return new Endpoint.Unix(self, NO_NAME);
    }
    byte[] name = NO_NAME;
    if (address instanceof UnixDomainSocketAddress known) {
      Path path = known.getPath();
      Path last = path.getFileName();
      if (last != null && directory.place().path().equals(path.getParent())) {
        byte[] bytes = directory.names().nameBytes(last);
        name = bytes != null && bytes.length <= SocketAddress.NAME_MAX ? bytes : NO_NAME;
      }
    }
    return new Endpoint.Unix(directory, name);
  }
}
