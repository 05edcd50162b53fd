// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Operation;
import org.jspecify.annotations.Nullable;

/** A socket, and what Linux would not tell about it, or not in our words. */
final class LinuxSocket extends LinuxFile {

  /** Linux's number: AF_INET, AF_INET6 or AF_UNIX. */
  final int family;

  /** Single messages, not a stream. */
  final boolean datagrams;

  /** It has an address of its own, given by BIND; Linux would listen without one. */
  volatile boolean bound;

  /** It has, or had, a peer. */
  volatile boolean connected;

  /** Closing it may wait for what is unsent. */
  volatile boolean lingers;

  /** Of a Unix socket: its own name and its peer's, as far as they are known here. */
  volatile Endpoint.Unix local = UnixNames.NAMELESS;

  volatile Endpoint.Unix peer = UnixNames.NAMELESS;

  private final UnixNames names;
  private volatile byte @Nullable [] boundPath;

  LinuxSocket(int descriptor, int family, boolean datagrams, UnixNames names) {
    super(CapabilityType.SOCKET, descriptor, 0);
    this.family = family;
    this.datagrams = datagrams;
    this.names = names;
  }

  /** The socket that an operation works on. */
  static LinuxSocket of(Operation operation) {
    if (operation.resource instanceof LinuxSocket socket) {
      return socket;
    }
    throw new IllegalArgumentException("not a socket of this engine: " + operation.resource);
  }

  /** Takes note of a name that this socket was bound to. */
  void named(Endpoint.Unix endpoint, byte[] path) {
    local = endpoint;
    boundPath = path;
    names.remember(path, endpoint);
  }

  /** A socket that came from this listening one. */
  LinuxSocket accepted(int descriptor) {
    LinuxSocket made = new LinuxSocket(descriptor, family, datagrams, names);
    made.bound = true;
    made.connected = true;
    made.lingers = lingers;
    made.local = local;
    return made;
  }

  @Override
  public @Nullable SyscallError close() {
    byte[] path = boundPath;
    if (path != null) {
      names.forget(path);
    }
    if (!lingers) {
      return super.close();
    }
    // close(2) would keep this thread, which may be one that serves others, for as long as asked
    Thread.ofPlatform().daemon(true).name("ringfence-closer").start(super::close);
    return null;
  }
}
