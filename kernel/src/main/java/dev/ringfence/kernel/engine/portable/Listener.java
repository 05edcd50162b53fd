// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A listening stream socket: where connections are accepted. Under the socket's lock. */
final class Listener {

  /** How many may wait if the program leaves it to the host; java.nio's own number is lower. */
  private static final int BACKLOG = 128;

  private final StandardProtocolFamily family;
  private final ServerSocketChannel channel;

  private Listener(StandardProtocolFamily family, ServerSocketChannel channel) {
    this.family = family;
    this.channel = channel;
  }

  /** Opens one that does not listen yet, with the options of {@code before}. */
  static Listener open(StandardProtocolFamily family, NetworkChannel before, SocketOptions options)
      throws IOException {
    ServerSocketChannel opened = ServerSocketChannel.open(family);
    try {
      opened.configureBlocking(false);
      if (family != StandardProtocolFamily.UNIX) {
        // java.nio presets it for those that listen only: BIND was judged without
        opened.setOption(
            StandardSocketOptions.SO_REUSEADDR,
            before.getOption(StandardSocketOptions.SO_REUSEADDR));
      }
      options.applyTo(opened);
      return new Listener(family, opened);
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  void listen(SocketAddress local, int backlog) throws IOException {
    channel.bind(local, backlog <= 0 ? BACKLOG : backlog);
  }

  ServerSocketChannel channel() {
    return channel;
  }

  /** As {@link SocketResource#transfer}; {@code own} is the socket that this one is of. */
  long accept(
      Work work,
      Readiness readiness,
      SocketOptions options,
      @Nullable DirectoryResource directory,
      StreamSocket own)
      throws IOException {
    SocketChannel accepted = channel.accept();
    if (accepted == null) {
      return WaitingResource.WOULD_BLOCK;
    }
    try {
      accepted.configureBlocking(false);
      SocketOptions inherited = options.inherited();
      inherited.applyTo(accepted);
      work.operation.endpoint = own.endpoint(accepted.getRemoteAddress());
      work.opened(StreamSocket.connected(readiness, family, inherited, accepted, directory));
      return 0;
    } catch (IOException | RuntimeException e) {
      accepted.close();
      throw e;
    }
  }
}
