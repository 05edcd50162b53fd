// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.ShutdownFlags;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SocketOption;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.SocketCalls;
import dev.ringfence.linux.UnixAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Socket operations that never wait: a system call or two each, on the calling thread. */
final class SocketOperations {

  private static final int LINGER_SECONDS_MAX = 0xffff;

  private final UnixNames names;

  SocketOperations(UnixNames names) {
    this.names = names;
  }

  Outcome run(Operation operation) {
    return switch (operation.code) {
      case SOCKET_CREATE -> create(operation);
      case BIND -> new Outcome.Ended(bind(operation, LinuxSocket.of(operation)));
      case LISTEN -> new Outcome.Ended(listen(operation, LinuxSocket.of(operation)));
      case SHUTDOWN -> new Outcome.Ended(shutdown(operation, LinuxSocket.of(operation)));
      case SOCKET_NAME -> new Outcome.Ended(socketName(operation, LinuxSocket.of(operation)));
      case PEER_NAME -> new Outcome.Ended(peerName(operation, LinuxSocket.of(operation)));
      case GET_OPTION -> new Outcome.Ended(getOption(operation, LinuxSocket.of(operation)));
      default -> new Outcome.Ended(setOption(operation, LinuxSocket.of(operation)));
    };
  }

  private Outcome create(Operation operation) {
    int family =
        switch (operation.flags) {
          case SocketAddress.FAMILY_IPV4 -> SocketCalls.AF_INET;
          case SocketAddress.FAMILY_IPV6 -> SocketCalls.AF_INET6;
          case SocketAddress.FAMILY_UNIX -> SocketCalls.AF_UNIX;
          default -> -1;
        };
    boolean datagrams = operation.mode == SocketKind.DATAGRAM;
    if (family < 0 || !datagrams && operation.mode != SocketKind.STREAM) {
      return new Outcome.Ended(SyscallError.INVALID_ARGUMENT.result());
    }
    long made =
        SocketCalls.socket(family, datagrams ? SocketCalls.SOCK_DGRAM : SocketCalls.SOCK_STREAM);
    return made < 0
        ? new Outcome.Ended(Errors.typed(made))
        : new Outcome.Opened(new LinuxSocket((int) made, family, datagrams, names));
  }

  // ---- addresses -------------------------------------------------------------------------------

  private static long bind(Operation operation, LinuxSocket socket) {
    Endpoint endpoint = operation.endpoint;
    if (endpoint == null || !HostAddress.fits(socket, endpoint)) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    if (socket.bound) {
      return SyscallError.INVALID_STATE.result();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(Slot.ADDRESS_ROOM, Long.BYTES);
      long result =
          switch (endpoint) {
            case Endpoint.Ip ip ->
                SocketCalls.bind(socket.descriptor, address, HostAddress.write(ip, address, 0));
            case Endpoint.Unix unix -> bindUnix(socket, unix, address);
          };
      if (result == Errno.EINVAL.result()) {
        // bound by a CONNECT, or an address that nobody could have
        boolean named = localPort(socket, address) != 0;
        return (named ? SyscallError.INVALID_STATE : SyscallError.INVALID_ARGUMENT).result();
      }
      socket.bound = result == 0;
      return Errors.typed(result);
    }
  }

  private static long bindUnix(LinuxSocket socket, Endpoint.Unix unix, MemorySegment address) {
    if (unix.name().length == 0) {
      return Errno.EINVAL.result();
    }
    byte[] path = UnixNames.pathOf(unix);
    int length = UnixAddress.write(address, 0, path);
    long result = SocketCalls.bind(socket.descriptor, address, length);
    if (result == 0) {
      socket.named(unix, path);
    }
    return result;
  }

  private static int localPort(LinuxSocket socket, MemorySegment room) {
    long length = SocketCalls.getsockname(socket.descriptor, room);
    Endpoint.Ip found = length < 0 ? null : HostAddress.read(room, 0, (int) length);
    return found == null ? 0 : found.port();
  }

  private static long listen(Operation operation, LinuxSocket socket) {
    if (!socket.bound) {
      // Linux would choose a port, which nobody has permitted
      return SyscallError.INVALID_STATE.result();
    }
    int backlog = operation.length == 0 ? SocketCalls.SOMAXCONN : operation.length;
    long result = SocketCalls.listen(socket.descriptor, backlog);
    return SocketErrors.typed(operation, socket, result);
  }

  private static long shutdown(Operation operation, LinuxSocket socket) {
    int how =
        switch (operation.flags) {
          case ShutdownFlags.READ -> SocketCalls.SHUT_RD;
          case ShutdownFlags.WRITE -> SocketCalls.SHUT_WR;
          case ShutdownFlags.READ | ShutdownFlags.WRITE -> SocketCalls.SHUT_RDWR;
          default -> -1;
        };
    return how < 0
        ? SyscallError.INVALID_ARGUMENT.result()
        : Errors.typed(SocketCalls.shutdown(socket.descriptor, how));
  }

  private static long socketName(Operation operation, LinuxSocket socket) {
    if (socket.family == SocketCalls.AF_UNIX) {
      operation.endpoint = socket.local;
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment room = arena.allocate(Slot.ADDRESS_ROOM, Long.BYTES);
      long length = SocketCalls.getsockname(socket.descriptor, room);
      operation.endpoint = length < 0 ? null : HostAddress.read(room, 0, (int) length);
      return length < 0 ? Errors.typed(length) : 0;
    }
  }

  private static long peerName(Operation operation, LinuxSocket socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment room = arena.allocate(Slot.ADDRESS_ROOM, Long.BYTES);
      long length = SocketCalls.getpeername(socket.descriptor, room);
      if (length < 0) {
        return Errors.typed(length);
      }
      operation.endpoint =
          socket.family == SocketCalls.AF_UNIX
              ? socket.peer
              : HostAddress.read(room, 0, (int) length);
      return 0;
    }
  }

  /** The peer of an IP socket, or null. */
  static Endpoint.@Nullable Ip peerAddress(LinuxSocket socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment room = arena.allocate(Slot.ADDRESS_ROOM, Long.BYTES);
      long length = SocketCalls.getpeername(socket.descriptor, room);
      return length < 0 ? null : HostAddress.read(room, 0, (int) length);
    }
  }

  // ---- options ---------------------------------------------------------------------------------

  /** Where an option is, in Linux's numbers. */
  private record Place(int level, int name) {}

  private static @Nullable Place place(int option) {
    int level = SocketCalls.SOL_SOCKET;
    return switch (option) {
      case SocketOption.NODELAY -> new Place(SocketCalls.IPPROTO_TCP, SocketCalls.TCP_NODELAY);
      case SocketOption.KEEP_ALIVE -> new Place(level, SocketCalls.SO_KEEPALIVE);
      case SocketOption.REUSE_ADDRESS -> new Place(level, SocketCalls.SO_REUSEADDR);
      case SocketOption.REUSE_PORT -> new Place(level, SocketCalls.SO_REUSEPORT);
      case SocketOption.SEND_BUFFER -> new Place(level, SocketCalls.SO_SNDBUF);
      case SocketOption.RECEIVE_BUFFER -> new Place(level, SocketCalls.SO_RCVBUF);
      case SocketOption.IPV6_ONLY -> new Place(SocketCalls.IPPROTO_IPV6, SocketCalls.IPV6_V6ONLY);
      case SocketOption.BROADCAST -> new Place(level, SocketCalls.SO_BROADCAST);
      case SocketOption.ERROR -> new Place(level, SocketCalls.SO_ERROR);
      default -> null;
    };
  }

  private static boolean isSize(int option) {
    return option == SocketOption.SEND_BUFFER || option == SocketOption.RECEIVE_BUFFER;
  }

  private static long getOption(Operation operation, LinuxSocket socket) {
    int option = operation.flags;
    if (option == SocketOption.LINGER) {
      long seconds = SocketCalls.linger(socket.descriptor);
      operation.value = seconds == Integer.MAX_VALUE ? -1 : seconds;
      return seconds < 0 ? SocketErrors.typed(operation, socket, seconds) : 0;
    }
    Place place = place(option);
    if (place == null) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    long value = SocketCalls.option(socket.descriptor, place.level(), place.name());
    if (value < 0) {
      return SocketErrors.typed(operation, socket, value);
    }
    if (option == SocketOption.ERROR && value != 0) {
      value = Errors.of(-value).code();
    } else if (isSize(option)) {
      // Linux keeps twice what was asked for, for its own records, and tells that
      value /= 2;
    }
    operation.value = value;
    return 0;
  }

  private static long setOption(Operation operation, LinuxSocket socket) {
    int option = operation.flags;
    long value = operation.offset;
    Place place = place(option);
    boolean known = option == SocketOption.LINGER || place != null;
    if (!known || option == SocketOption.ERROR || !inRange(option, value)) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    long result;
    if (place == null) {
      socket.lingers |= value > 0;
      result = SocketCalls.setLinger(socket.descriptor, (int) value);
    } else {
      result = SocketCalls.setOption(socket.descriptor, place.level(), place.name(), (int) value);
    }
    return SocketErrors.typed(operation, socket, result);
  }

  private static boolean inRange(int option, long value) {
    if (option == SocketOption.LINGER) {
      return value >= -1 && value <= LINGER_SECONDS_MAX;
    }
    return isSize(option) ? value > 0 && value <= Integer.MAX_VALUE : value == 0 || value == 1;
  }
}
