// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.SocketCalls;
import dev.ringfence.linux.Statx;
import dev.ringfence.linux.UnixAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names of Unix sockets, between an {@link Endpoint} and the path that Linux is given.
 *
 * <p>bind(2) and connect(2) know no directory to be relative to, so the path goes through the
 * descriptor of one. Linux keeps that text as the socket's name and shows it to peers; it is turned
 * back here, and a name that was not given here is not shown: it may be a path of the host's.
 */
final class UnixNames {

  /** The directory of a socket without a name; nobody opens anything in it. */
  private static final LinuxFile NOWHERE = new LinuxFile(CapabilityType.DIRECTORY, -1, 0);

  /** The address of a socket without a name, or with one that is not to be seen. */
  static final Endpoint.Unix NAMELESS = new Endpoint.Unix(NOWHERE, Operation.NO_PATH);

  private final ConcurrentHashMap<String, Endpoint.Unix> given = new ConcurrentHashMap<>();

  /** The path of a name to be made in its directory. */
  static byte[] pathOf(Endpoint.Unix endpoint) {
    LinuxFile directory = LinuxFile.of(endpoint.directory());
    byte[] above = throughDescriptor(directory.descriptor, "/");
    byte[] name = endpoint.name();
    byte[] path = new byte[above.length + name.length];
    System.arraycopy(above, 0, path, 0, above.length);
    System.arraycopy(name, 0, path, above.length, name.length);
    return path;
  }

  /** The path of what a descriptor is open on. */
  static byte[] throughDescriptor(int descriptor, String behind) {
    return ("/proc/self/fd/" + descriptor + behind).getBytes(StandardCharsets.US_ASCII);
  }

  /** A socket was bound to a path of {@link #pathOf}. */
  void remember(byte[] path, Endpoint.Unix endpoint) {
    given.put(text(path), endpoint);
  }

  /** The socket that was bound to a path is closed. */
  void forget(byte[] path) {
    given.remove(text(path));
  }

  /** The endpoint of an address that Linux wrote. */
  Endpoint.Unix of(MemorySegment from, long base, int length) {
    int bytes = Math.min(length, UnixAddress.SIZE) - UnixAddress.SUN_PATH;
    boolean named = bytes > 0 && SocketCalls.family(from, base) == SocketCalls.AF_UNIX;
    if (!named) {
      return NAMELESS;
    }
    byte[] path = from.asSlice(base + UnixAddress.SUN_PATH, bytes).toArray(ValueLayout.JAVA_BYTE);
    int end = 0;
    while (end < path.length && path[end] != 0) {
      end++;
    }
    return given.getOrDefault(new String(path, 0, end, StandardCharsets.ISO_8859_1), NAMELESS);
  }

  private static String text(byte[] path) {
    return new String(path, StandardCharsets.ISO_8859_1);
  }

  /**
   * Opens a handle of the socket that has a name, without a look at symbolic links: none can lead
   * out of the directory.
   *
   * @return an O_PATH descriptor, or minus the code of a {@link SyscallError}
   */
  static long open(Endpoint.Unix endpoint) {
    if (endpoint.name().length == 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    LinuxFile directory = LinuxFile.of(endpoint.directory());
    long handle =
        Beneath.open(directory, endpoint.name(), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0);
    if (handle < 0) {
      return Errors.typed(handle);
    }
    long kind = Status.kind((int) handle);
    if (kind == Statx.S_IFSOCK) {
      return handle;
    }
    Descriptors.close((int) handle);
    if (kind < 0) {
      return Errors.typed(kind);
    }
    boolean link = kind == Statx.S_IFLNK;
    return (link ? SyscallError.PERMISSION_DENIED : SyscallError.CONNECTION_REFUSED).result();
  }
}
