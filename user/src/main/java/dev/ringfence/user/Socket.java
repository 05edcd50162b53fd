// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.ShutdownFlags;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketOption;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A socket of any kind: its addresses and options. */
public abstract sealed class Socket extends Capability
    permits StreamSocket, Listener, DatagramSocket, ReceivedSocket {

  Socket(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /** Its own address, or null if it has none yet. */
  public final java.net.@Nullable SocketAddress localAddress() {
    return addressBy(OpCode.SOCKET_NAME);
  }

  /** The address of its peer, or null if it has none. */
  public final java.net.@Nullable SocketAddress remoteAddress() {
    try {
      return addressBy(OpCode.PEER_NAME);
    } catch (SyscallException e) {
      if (e.error() == SyscallError.NOT_CONNECTED) {
        return null;
      }
      throw e;
    }
  }

  private java.net.@Nullable SocketAddress addressBy(OpCode code) {
    try (Slot slot = calls().slot()) {
      slot.begin(code, id())
          .memory(slot.answerAddress(), SocketAddress.SIZE)
          .run("tell the address of", this, null);
      return Endpoints.read(slot.shared(), slot.answerOffset());
    }
  }

  /** Sends small pieces at once instead of gathering them. Streams of IP only. */
  public final void setNoDelay(boolean on) {
    setOption(SocketOption.NODELAY, on ? 1 : 0);
  }

  /** Finds out about a peer that is gone although nothing is sent. */
  public final void setKeepAlive(boolean on) {
    setOption(SocketOption.KEEP_ALIVE, on ? 1 : 0);
  }

  /** How many bytes the host keeps for sending, 1 to 2^30; it may round. */
  public final void setSendBuffer(int bytes) {
    setOption(SocketOption.SEND_BUFFER, bytes);
  }

  /** How many bytes the host keeps for receiving, 1 to 2^30; it may round. */
  public final void setReceiveBuffer(int bytes) {
    setOption(SocketOption.RECEIVE_BUFFER, bytes);
  }

  /** How long closing waits for what is unsent, in whole seconds; null: it does not wait. */
  public final void setLinger(@Nullable Duration wait) {
    setOption(SocketOption.LINGER, wait == null ? -1 : wait.toSeconds());
  }

  /**
   * An option by its number.
   *
   * @param option one of {@link SocketOption}
   */
  public final long option(int option) {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.GET_OPTION, id()).auxiliary(option, 0).run("look at", this, null);
      return slot.value();
    }
  }

  /**
   * Sets an option by its number.
   *
   * @param option one of {@link SocketOption}
   */
  public final void setOption(int option, long value) {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.SET_OPTION, id()).auxiliary(option, value).run("set up", this, null);
    }
  }

  /** Sets an option where the engine has it. */
  final void tryOption(int option, long value) {
    try {
      setOption(option, value);
    } catch (SyscallException e) {
      if (e.error() != SyscallError.NOT_IMPLEMENTED) {
        throw e;
      }
    }
  }

  /** CONNECT or BIND. */
  final void address(OpCode code, String verb, java.net.@Nullable SocketAddress address) {
    try (Slot slot = calls().slot()) {
      slot.begin(code, id());
      Endpoints.write(slot.shared(), slot.answerOffset(), address);
      slot.memory(slot.answerAddress(), SocketAddress.SIZE).run(verb, this, null);
    }
  }

  /** Nothing more is sent: the peer reads the end. Needs CLOSE. */
  public final void shutdownOutput() {
    shutdown(ShutdownFlags.WRITE);
  }

  /** Nothing more is received. Needs CLOSE. */
  public final void shutdownInput() {
    shutdown(ShutdownFlags.READ);
  }

  private void shutdown(int directions) {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.SHUTDOWN, id()).length(directions).run("shut down", this, null);
    }
  }
}
