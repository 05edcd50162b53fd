// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The name that BIND gave a Unix socket. A listener of java.nio has to make the name itself, so
 * LISTEN takes it away first, if it is still the one that was made.
 */
final class BoundName {

  private final SocketName name;
  private final @Nullable BasicFileAttributes made;

  /** Of a socket that was bound to {@code name} just now. */
  BoundName(SocketName name) throws IOException {
    this.name = name;
    this.made = name.found();
  }

  /** Removes the name and tells where it was, to be bound again. */
  UnixDomainSocketAddress free() throws IOException {
    name.remove(made);
    return name.toBind();
  }
}
