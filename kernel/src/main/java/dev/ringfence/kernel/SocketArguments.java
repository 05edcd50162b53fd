// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.AcceptFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.ShutdownFlags;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SocketOption;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.NetworkRule.Direction;
import org.jspecify.annotations.Nullable;

/** Turns the words of a socket operation into what an engine works with. */
final class SocketArguments {

  private static final int INVALID = SyscallError.INVALID_ARGUMENT.result();
  private static final int BUFFER_BYTES_MAX = 1 << 30;
  private static final int LINGER_SECONDS_MAX = 65_535;
  private static final int KIND_SHIFT = 16;
  private static final long SHUTDOWN_KNOWN = ShutdownFlags.READ | ShutdownFlags.WRITE;

  private SocketArguments() {}

  /** 0, or a negative result. */
  static int prepare(InFlight operation, OpCode code, Domain domain) {
    Capability capability = operation.capability;
    if (capability == null) {
      return SyscallError.INTERNAL_ERROR.result();
    }
    if (code == OpCode.SOCKET_CREATE) {
      return create(operation, capability.held);
    }
    SocketHold socket = capability.held.socket;
    if (socket == null) {
      return SyscallError.INTERNAL_ERROR.result();
    }
    return switch (code) {
      case BIND -> address(operation, domain, socket, Direction.LISTEN);
      case CONNECT -> address(operation, domain, socket, Direction.CONNECT);
      case ACCEPT -> accept(operation, domain, socket);
      case LISTEN -> listen(operation);
      case SHUTDOWN -> shutdown(operation);
      case SEND, SEND_ZERO_COPY -> send(operation, domain);
      case SEND_MESSAGE -> sendMessage(operation, domain, socket);
      case RECV -> receive(operation, domain);
      case RECV_MESSAGE -> receiveMessage(operation, domain);
      case SOCKET_NAME, PEER_NAME -> name(operation, domain);
      case GET_OPTION, SET_OPTION -> option(operation, code);
      default -> SyscallError.INVALID_OP_CODE.result();
    };
  }

  private static int create(InFlight operation, HeldResource held) {
    if (!(held.resource instanceof Network network)) {
      return SyscallError.INTERNAL_ERROR.result();
    }
    int family = (int) operation.auxiliary0 & 0xffff;
    int kind = (int) operation.auxiliary0 >>> KIND_SHIFT;
    if (operation.auxiliary0 >>> 32 != 0
        || family > SocketAddress.FAMILY_UNIX
        || kind > SocketKind.DATAGRAM) {
      return INVALID;
    }
    int meantFamily = family == SocketAddress.FAMILY_GRANTED ? network.family() : family;
    int meantKind = kind == SocketKind.GRANTED ? network.kind(meantFamily) : kind;
    if (meantFamily == 0 || meantKind == 0) {
      return network.permitsSocket(meantFamily, SocketKind.STREAM)
          ? INVALID
          : SyscallError.PERMISSION_DENIED.result();
    }
    if (!network.permitsSocket(meantFamily, meantKind)) {
      return SyscallError.PERMISSION_DENIED.result();
    }
    operation.flags = meantFamily;
    operation.mode = meantKind;
    operation.requestedRights = operation.auxiliary1;
    operation.objectState = new SocketHold(held, network, meantFamily, meantKind);
    return 0;
  }

  /** The hold of a resource that an operation opened: a socket's knows its network. */
  static HeldResource hold(
      InFlight operation, HeldResource from, dev.ringfence.kernel.engine.Resource resource) {
    @Nullable SocketHold socket =
        operation.objectState instanceof SocketHold made ? made : from.socket;
    return new HeldResource(resource, socket);
  }

  private static int address(
      InFlight operation, Domain domain, SocketHold socket, Direction direction) {
    if (operation.len != SocketAddress.SIZE) {
      return INVALID;
    }
    if ((operation.addr & 7) != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    long offset = domain.memory().arenaOffset(operation.addr, SocketAddress.SIZE);
    return offset == DomainMemory.NOWHERE
        ? SyscallError.INVALID_ADDRESS.result()
        : Addresses.read(operation, socket, direction, offset);
  }

  private static int accept(InFlight operation, Domain domain, SocketHold socket) {
    long flags = operation.auxiliary0 >>> 32;
    boolean multishot = (flags & AcceptFlags.MULTISHOT) != 0;
    boolean tells = operation.len != 0;
    if ((int) operation.auxiliary0 != 0
        || (flags & ~AcceptFlags.MULTISHOT) != 0
        || multishot && tells
        || tells && operation.len != SocketAddress.SIZE) {
      return INVALID;
    }
    operation.multishot = multishot;
    operation.requestedRights = operation.auxiliary1;
    operation.objectState = socket;
    return tells ? addressOut(operation, domain, operation.addr) : 0;
  }

  private static int addressOut(InFlight operation, Domain domain, long address) {
    if ((address & 7) != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    operation.addressOffset = domain.memory().arenaOffset(address, SocketAddress.SIZE);
    return operation.addressOffset == DomainMemory.NOWHERE
        ? SyscallError.INVALID_ADDRESS.result()
        : 0;
  }

  private static int listen(InFlight operation) {
    operation.length = operation.len;
    return operation.len < 0 ? INVALID : 0;
  }

  private static int shutdown(InFlight operation) {
    operation.flags = operation.len;
    return operation.len == 0 || (operation.len & ~SHUTDOWN_KNOWN) != 0 ? INVALID : 0;
  }

  private static int data(InFlight operation, Domain domain) {
    long length = Integer.toUnsignedLong(operation.len);
    if (length > Arguments.LENGTH_MAX) {
      return INVALID;
    }
    operation.length = (int) length;
    operation.flags = (int) operation.auxiliary1;
    return Arguments.place(operation, domain, operation.addr, length);
  }

  private static int send(InFlight operation, Domain domain) {
    return operation.auxiliary0 != 0 ? INVALID : data(operation, domain);
  }

  private static int sendMessage(InFlight operation, Domain domain, SocketHold socket) {
    int placed = data(operation, domain);
    if (placed != 0 || operation.auxiliary0 == 0) {
      return placed;
    }
    if ((operation.auxiliary0 & 7) != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    long offset = domain.memory().arenaOffset(operation.auxiliary0, SocketAddress.SIZE);
    return offset == DomainMemory.NOWHERE
        ? SyscallError.INVALID_ADDRESS.result()
        : Addresses.read(operation, socket, Direction.CONNECT, offset);
  }

  private static int receive(InFlight operation, Domain domain) {
    return operation.auxiliary0 != 0 ? INVALID : receiveData(operation, domain);
  }

  private static int receiveData(InFlight operation, Domain domain) {
    long flags = operation.auxiliary1;
    boolean multishot = (flags & ReceiveFlags.MULTISHOT) != 0;
    boolean selects = operation.has(SubmissionFlags.BUFFER_SELECT);
    boolean contradicts =
        multishot && (!selects || (flags & (ReceiveFlags.PEEK | ReceiveFlags.DO_NOT_WAIT)) != 0);
    if (contradicts || selects && (flags & ReceiveFlags.WAIT_ALL) != 0) {
      return INVALID;
    }
    if (!selects) {
      return data(operation, domain);
    }
    operation.multishot = multishot;
    // who has found that there is something must not wait with a buffer in hand
    operation.flags = (int) flags & ~ReceiveFlags.MULTISHOT | ReceiveFlags.DO_NOT_WAIT;
    return BufferGroups.select(operation);
  }

  private static int receiveMessage(InFlight operation, Domain domain) {
    int placed = receiveData(operation, domain);
    if (placed != 0 || operation.auxiliary0 == 0) {
      return placed;
    }
    return operation.multishot ? INVALID : addressOut(operation, domain, operation.auxiliary0);
  }

  private static int name(InFlight operation, Domain domain) {
    return operation.len == SocketAddress.SIZE
        ? addressOut(operation, domain, operation.addr)
        : INVALID;
  }

  private static int option(InFlight operation, OpCode code) {
    long option = operation.auxiliary0;
    long value = operation.auxiliary1;
    boolean sets = code == OpCode.SET_OPTION;
    long last = sets ? SocketOption.BROADCAST : SocketOption.ERROR;
    if (option < SocketOption.NODELAY || option > last) {
      return INVALID;
    }
    operation.flags = (int) option;
    operation.offset = value;
    boolean inRange =
        switch ((int) option) {
          case SocketOption.SEND_BUFFER, SocketOption.RECEIVE_BUFFER ->
              value >= 1 && value <= BUFFER_BYTES_MAX;
          case SocketOption.LINGER -> value >= -1 && value <= LINGER_SECONDS_MAX;
          default -> value == 0 || value == 1;
        };
    return !sets || inRange ? 0 : INVALID;
  }
}
