// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SocketOption;
import dev.ringfence.abi.SyscallException;
import org.jspecify.annotations.Nullable;

/**
 * The authority to talk to certain addresses: the only source of sockets.
 *
 * <p>Methods without an address use the one that was granted, so that a program need not know it. A
 * connection to an address outside the grant is {@code PermissionDenied}, and nothing is sent.
 */
public final class Network extends Capability {

  private static final int KIND_SHIFT = 16;

  Network(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /** Connects a stream to the granted address. Needs NET_CONNECT. */
  public StreamSocket connect() {
    return connectTo(null);
  }

  /**
   * Connects a stream: TCP with an {@link java.net.InetSocketAddress}, Unix with a {@link
   * java.net.UnixDomainSocketAddress}, whose path is a name. Needs NET_CONNECT.
   *
   * @throws SyscallException among others with {@code ConnectionRefused}, {@code PermissionDenied}
   */
  public StreamSocket connect(java.net.SocketAddress address) {
    return connectTo(address);
  }

  private StreamSocket connectTo(java.net.@Nullable SocketAddress address) {
    long wanted = rights() & (Rights.SOCKET_CLIENT | Rights.TRANSFER);
    StreamSocket socket =
        new StreamSocket(
            calls(),
            authority(),
            label(address),
            create(Endpoints.family(address), SocketKind.STREAM, wanted),
            wanted);
    try {
      socket.address(OpCode.CONNECT, "connect", address);
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Listens at the granted address. Needs NET_BIND, NET_LISTEN and NET_ACCEPT. */
  public Listener listen() {
    return listen(0);
  }

  /**
   * {@link #listen()}.
   *
   * @param backlog how many connections may wait to be accepted; 0: as the host likes
   */
  public Listener listen(int backlog) {
    return listenAt(null, backlog);
  }

  /**
   * Listens.
   *
   * @param address where; port 0 is any that is free, if the grant permits that
   * @param backlog how many connections may wait to be accepted; 0: as the host likes
   */
  public Listener listen(java.net.SocketAddress address, int backlog) {
    return listenAt(address, backlog);
  }

  private Listener listenAt(java.net.@Nullable SocketAddress address, int backlog) {
    long wanted = rights() & (Rights.SOCKET_SERVER | Rights.TRANSFER);
    int family = Endpoints.family(address);
    Listener listener =
        new Listener(
            calls(),
            authority(),
            label(address),
            create(family, SocketKind.STREAM, wanted),
            wanted);
    try {
      if (family != SocketAddress.FAMILY_UNIX) {
        // a server that starts again must not wait for its old connections to be forgotten
        listener.tryOption(SocketOption.REUSE_ADDRESS, 1);
      }
      listener.address(OpCode.BIND, "listen at", address);
      listener.listen(backlog);
      return listener;
    } catch (RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  /** A socket for datagrams that has no address yet: the first send gives it one. */
  public DatagramSocket datagrams() {
    return datagrams(SocketAddress.FAMILY_GRANTED);
  }

  /** A socket for datagrams at an address. Needs NET_BIND. */
  public DatagramSocket datagrams(java.net.SocketAddress address) {
    DatagramSocket socket = datagrams(Endpoints.family(address));
    try {
      socket.address(OpCode.BIND, "bind to", address);
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private DatagramSocket datagrams(int family) {
    long wanted = rights() & CapabilityType.SOCKET.applicableRights();
    return new DatagramSocket(
        calls(), authority(), name(), create(family, SocketKind.DATAGRAM, wanted), wanted);
  }

  private long create(int family, int kind, long wanted) {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.SOCKET_CREATE, id())
          .auxiliary(family | (long) kind << KIND_SHIFT, wanted)
          .run("make a socket from", this, null);
      return slot.value();
    }
  }

  private String label(java.net.@Nullable SocketAddress address) {
    return address == null ? name() : name() + " " + address;
  }

  /** A second capability with fewer or the same rights; revoking this one ends both. Needs DUP. */
  public Network dup(long fewer) {
    return new Network(calls(), authority(), name(), duplicateId(fewer), fewer);
  }

  /** {@link #dup} with limits, which hold for what is derived from it too. Needs DUP. */
  public Network derive(long fewer, Limits limits) {
    return new Network(calls(), authority(), name(), limits.derive(this, fewer), fewer);
  }
}
