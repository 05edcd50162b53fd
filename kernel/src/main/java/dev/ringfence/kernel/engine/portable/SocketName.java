// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * The name of a Unix socket in a directory.
 *
 * <p>java.nio knows such sockets by path only, so the directory is checked to be still where it was
 * opened just before, and the name not to be a symbolic link; another process that wins the race
 * after that redirects the one call.
 */
final class SocketName {

  private final DirectoryResource directory;
  private final Path name;

  private SocketName(DirectoryResource directory, Path name) {
    this.directory = directory;
    this.name = name;
  }

  /** {@code InvalidArgument} if {@code endpoint} is no name; {@code NotImplemented} elsewhere. */
  static SocketName of(@Nullable Endpoint endpoint) throws Refusal {
    if (!(endpoint instanceof Endpoint.Unix unix)
        || !(unix.directory() instanceof DirectoryResource directory)
        || unix.name().length == 0) {
      throw new Refusal(SyscallError.INVALID_ARGUMENT);
    }
    if (!directory.place().path().getFileSystem().equals(FileSystems.getDefault())) {
      throw new Refusal(SyscallError.NOT_IMPLEMENTED);
    }
    String text = new String(unix.name(), StandardCharsets.UTF_8);
    return new SocketName(directory, directory.names().name(text));
  }

  DirectoryResource directory() {
    return directory;
  }

  /** Where the name is free. {@code AddressInUse} if it is taken. */
  UnixDomainSocketAddress toBind() throws IOException {
    return underLock(() -> {
      if (directory.place().find(name) != null) {
        throw new Refusal(SyscallError.ADDRESS_IN_USE);
      }
      return address();
    });
  }

  /** Where a socket is. {@code ConnectionRefused} if something else is there. */
  UnixDomainSocketAddress toConnect() throws IOException {
    return underLock(() -> {
      BasicFileAttributes found = directory.place().find(name);
      if (found == null) {
        throw new Refusal(SyscallError.NOT_FOUND);
      }
      if (found.isSymbolicLink()) {
        throw new Refusal(SyscallError.PERMISSION_DENIED);
      }
      if (!found.isOther()) {
        throw new Refusal(SyscallError.CONNECTION_REFUSED); // as connect(2) has it
      }
      return address();
    });
  }

  /** What is there now, to be compared later; null if nothing. */
  @Nullable BasicFileAttributes found() throws IOException {
    return directory.place().find(name);
  }

  /** Removes the name if it still means what {@link #found} told. */
  void remove(@Nullable BasicFileAttributes bound) throws IOException {
    Lock naming = directory.engine().naming().writeLock();
    naming.lock();
    try {
      BasicFileAttributes there = directory.place().find(name);
      if (there == null || bound == null || !Identity.maySame(bound, there)) {
        throw new Refusal(SyscallError.ADDRESS_IN_USE);
      }
      directory.place().remove(name, false);
    } finally {
      naming.unlock();
    }
  }

  private UnixDomainSocketAddress address() throws IOException {
    return UnixDomainSocketAddress.of(directory.place().vouch(name));
  }

  private UnixDomainSocketAddress underLock(Lookup lookup) throws IOException {
    Lock naming = directory.engine().naming().readLock();
    naming.lock();
    try {
      return lookup.run();
    } finally {
      naming.unlock();
    }
  }

  private interface Lookup {
    UnixDomainSocketAddress run() throws IOException;
  }
}
