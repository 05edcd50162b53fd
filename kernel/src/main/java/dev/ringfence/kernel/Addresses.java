// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.NetworkRule.Direction;
import dev.ringfence.kernel.engine.Endpoint;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of sockets between the arena and an engine. What a program wrote is copied once, then
 * judged, then looked for in what its NETWORK permits: an engine sees allowed addresses only.
 */
final class Addresses {

  private static final int IPV4_BYTES = 4;

  private Addresses() {}

  /**
   * Reads the address that a program wrote.
   *
   * @param offset of a whole {@link SocketAddress} in the domain's memory
   * @return 0 and {@code operation.endpoint}, or a negative result
   */
  static int read(InFlight operation, SocketHold socket, Direction direction, long offset) {
    byte[] copied =
        operation
            .memory
            .asSlice(offset, SocketAddress.SIZE)
            .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    MemorySegment copy = aligned(copied);
    int family = SocketAddress.family(copy, 0);
    if (family == SocketAddress.FAMILY_GRANTED) {
      operation.endpoint = socket.network().granted(direction, socket.family(), socket.kind());
      return operation.endpoint == null || !isZero(copied)
          ? SyscallError.INVALID_ARGUMENT.result()
          : 0;
    }
    if (family != socket.family()) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    return family == SocketAddress.FAMILY_UNIX
        ? readName(operation, socket, direction, copy)
        : readIp(operation, socket, direction, copy, family);
  }

  private static MemorySegment aligned(byte[] copied) {
    // an array of bytes has no alignment that the layout's words would accept
    MemorySegment words = MemorySegment.ofArray(new long[copied.length / Long.BYTES]);
    words.copyFrom(MemorySegment.ofArray(copied));
    return words;
  }

  private static boolean isZero(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private static int readIp(
      InFlight operation, SocketHold socket, Direction direction, MemorySegment copy, int family) {
    byte[] ip = SocketAddress.ip(copy, 0);
    boolean six = family == SocketAddress.FAMILY_IPV6;
    boolean restIsZero =
        isZero(rest(copy, SocketAddress.NAME_LENGTH_OFFSET))
            && (six || isZero(Arrays.copyOfRange(ip, IPV4_BYTES, ip.length)));
    int scope = SocketAddress.scope(copy, 0);
    if (!restIsZero || !six && scope != 0 || six && isMapped(ip)) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    byte[] address = six ? ip : Arrays.copyOf(ip, IPV4_BYTES);
    return permit(
        operation, socket, direction, new Endpoint.Ip(address, SocketAddress.port(copy, 0), scope));
  }

  /** An IPv4 address in an IPv6 one (RFC 4291, 2.5.5.2) would get past the rules about IPv4. */
  private static boolean isMapped(byte[] ip) {
    return isZero(Arrays.copyOf(ip, 10)) && ip[10] == -1 && ip[11] == -1;
  }

  private static byte[] rest(MemorySegment copy, long from) {
    return copy.asSlice(from).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }

  private static int readName(
      InFlight operation, SocketHold socket, Direction direction, MemorySegment copy) {
    int length = SocketAddress.nameLength(copy, 0);
    byte[] name = SocketAddress.name(copy, 0);
    boolean elsewhereZero =
        isZero(rest(copy, SocketAddress.NAME_OFFSET + (long) name.length))
            && SocketAddress.port(copy, 0) == 0
            && SocketAddress.scope(copy, 0) == 0
            && isZero(SocketAddress.ip(copy, 0));
    if (length == 0 || length > SocketAddress.NAME_MAX || !elsewhereZero || !isName(name)) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    Endpoint.Unix meant = socket.network().unix(direction, socket.kind(), name);
    if (meant == null) {
      return SyscallError.PERMISSION_DENIED.result();
    }
    operation.endpoint = meant;
    return 0;
  }

  private static boolean isName(byte[] name) {
    for (byte b : name) {
      if (b == 0 || b == '/') {
        return false;
      }
    }
    boolean dots = name[0] == '.' && (name.length == 1 || name.length == 2 && name[1] == '.');
    return !dots && Paths.judge(name) == 0;
  }

  private static int permit(
      InFlight operation, SocketHold socket, Direction direction, Endpoint endpoint) {
    if (!socket.network().permits(direction, socket.kind(), endpoint)) {
      return SyscallError.PERMISSION_DENIED.result();
    }
    operation.endpoint = endpoint;
    return 0;
  }

  /**
   * What a receiving operation's engine found, told as the program wants it.
   *
   * @return the completion's result
   */
  static long tell(InFlight operation, long result) {
    if (result < 0 || operation.opcode == OpCode.POLL) {
      return result;
    }
    if (operation.nonEmpty) {
      operation.completionFlags |= CompletionFlags.SOCKET_NONEMPTY;
    }
    if (operation.addressOffset >= 0) {
      write(operation.memory, operation.addressOffset, operation.endpoint);
    }
    if (operation.opcode != OpCode.RECV_MESSAGE) {
      return result;
    }
    operation.completionFlags |= CompletionFlags.VALUE;
    operation.completionValue = operation.value;
    if (!Selection.carriesAddress(operation)) {
      return result;
    }
    write(operation.memory, operation.memoryOffset - SocketAddress.SIZE, operation.endpoint);
    return result + SocketAddress.SIZE;
  }

  /** SOCKET_NAME and PEER_NAME: the completion's result. */
  static long answer(InFlight operation, long result) {
    if (result < 0) {
      return result;
    }
    write(operation.memory, operation.addressOffset, operation.endpoint);
    return SocketAddress.SIZE;
  }

  private static void write(MemorySegment memory, long offset, @Nullable Endpoint endpoint) {
    switch (endpoint) {
      case Endpoint.Ip ip ->
          SocketAddress.writeIp(memory, offset, ip.address(), ip.port(), ip.scope());
      case Endpoint.Unix unix -> SocketAddress.writeName(memory, offset, unix.name());
      case null -> SocketAddress.writeName(memory, offset, new byte[0]);
    }
  }
}
