// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A TCP or Unix stream socket: fresh, then connecting and connected, or listening.
 *
 * <p>java.nio has one class for sockets that connect and another for those that listen, and that
 * one binds and listens in a single step. So BIND binds a channel that could connect, which tells
 * at once whether the address is free; LISTEN closes it and takes the same address again with the
 * other class. Somebody else may be quicker in between: then LISTEN says {@code AddressInUse}.
 *
 * <p>java.nio closes a channel whose connecting failed. A fresh one takes its place, with the same
 * options; an address that BIND gave it is lost.
 */
final class StreamSocket extends SocketResource {

  /** How long to wait until a Unix listener with a full queue is tried again. */
  private static final long RETRY_MILLIS = 5;

  private static final Executor LATER =
      CompletableFuture.delayedExecutor(
          RETRY_MILLIS, TimeUnit.MILLISECONDS, Thread::startVirtualThread);

  private enum State {
    FRESH,
    CONNECTING,
    CONNECTED,
    LISTENING
  }

  private final StandardProtocolFamily family;
  private final SocketOptions options;
  private SocketChannel channel;
  private State state = State.FRESH;
  private boolean bound;

  /** Of a Unix socket: the directory of its own name or its peer's. */
  private @Nullable DirectoryResource directory;

  private @Nullable BoundName boundName;
  private @Nullable Connection connection;
  private @Nullable Listener listener;

  /** The Unix listener to try again, whose queue was full. */
  private @Nullable SocketName retried;

  private volatile boolean retryNow;

  private StreamSocket(
      Readiness readiness,
      StandardProtocolFamily family,
      SocketOptions options,
      SocketChannel channel) {
    super(readiness);
    this.family = family;
    this.options = options;
    this.channel = channel;
  }

  /** A fresh socket of {@code family}, a number of the ABI. */
  static StreamSocket create(Readiness readiness, int family) throws IOException {
    StandardProtocolFamily known = Endpoints.family(family);
    return new StreamSocket(readiness, known, new SocketOptions(), open(known));
  }

  /** The socket of an accepted connection; takes over {@code accepted}. */
  static StreamSocket connected(
      Readiness readiness,
      StandardProtocolFamily family,
      SocketOptions options,
      SocketChannel accepted,
      @Nullable DirectoryResource directory) {
    StreamSocket socket = new StreamSocket(readiness, family, options, accepted);
    socket.directory = directory;
    socket.becomeConnected();
    return socket;
  }

  private static SocketChannel open(StandardProtocolFamily family) throws IOException {
    SocketChannel opened = SocketChannel.open(family);
    opened.configureBlocking(false);
    return opened;
  }

  private boolean unix() {
    return family == StandardProtocolFamily.UNIX;
  }

  @Override
  boolean usesPath(Work work) {
    return super.usesPath(work) || unix() && work.operation.code == OpCode.LISTEN;
  }

  @Override
  SelectableChannel channel() {
    return listener == null ? channel : listener.channel();
  }

  @Override
  long transfer(Work work) throws IOException {
    if (work.operation.code == OpCode.ACCEPT) {
      return listener == null
          ? SyscallError.INVALID_STATE.result()
          : listener.accept(work, readiness, options, directory, this);
    }
    boolean receives =
        switch (work.operation.code) {
          case RECV, RECV_MESSAGE -> true;
          default -> false;
        };
    if (connection != null) {
      if (receives) {
        return connection.receive(work);
      }
      if (unix() && work.operation.endpoint != null) {
        return SyscallError.INVALID_STATE.result(); // as sendto(2); TCP takes no notice of it
      }
      return connection.send(work);
    }
    if (state == State.CONNECTING) {
      return WOULD_BLOCK;
    }
    // as recv(2) and send(2) have it
    return receives || unix()
        ? SyscallError.NOT_CONNECTED.result()
        : SyscallError.BROKEN_PIPE.result();
  }

  @Override
  long connect(Work work) throws IOException {
    if (state == State.CONNECTING && retried != null) {
      state = State.FRESH; // the one before was cancelled
      retried = null;
    }
    return switch (state) {
      case FRESH -> unix() ? connectUnix(work) : connectIp(work);
      case CONNECTING -> SyscallError.BUSY.result();
      case CONNECTED, LISTENING -> SyscallError.INVALID_STATE.result();
    };
  }

  private long connectIp(Work work) throws IOException {
    SocketAddress address = Endpoints.inet(work.operation.endpoint, family);
    if (!connectChannel(address)) {
      state = State.CONNECTING;
      return WOULD_BLOCK;
    }
    becomeConnected();
    return 0;
  }

  private boolean connectChannel(SocketAddress address) throws IOException {
    try {
      return channel.connect(address);
    } catch (IOException e) {
      reopen();
      if (unix() && Failures.errorOf(e) == SyscallError.WOULD_BLOCK) {
        return false;
      }
      throw e;
    }
  }

  private long connectUnix(Work work) throws IOException {
    SocketName name = SocketName.of(work.operation.endpoint);
    return connectUnix(name);
  }

  /**
   * No host tells when the listener's queue has room again, so it is tried from time to time, with
   * a new channel each time.
   */
  private long connectUnix(SocketName name) throws IOException {
    if (connectChannel(name.toConnect())) {
      directory = directory == null ? name.directory() : directory;
      retried = null;
      becomeConnected();
      return 0;
    }
    if (channel.isConnectionPending()) {
      reopen();
    }
    state = State.CONNECTING;
    retried = name;
    LATER.execute(this::retry);
    return WOULD_BLOCK;
  }

  private void retry() {
    retryNow = true;
    served(0);
  }

  @Override
  long connected() throws IOException {
    if (state != State.CONNECTING) {
      return 0;
    }
    if (retried != null) {
      return connectedAfterRetry(retried);
    }
    try {
      if (!channel.finishConnect()) {
        return WOULD_BLOCK;
      }
    } catch (IOException e) {
      reopen();
      throw e;
    }
    becomeConnected();
    return 0;
  }

  private long connectedAfterRetry(SocketName name) throws IOException {
    if (!retryNow) {
      return WOULD_BLOCK;
    }
    retryNow = false;
    if (!connecting()) { // it was cancelled
      state = State.FRESH;
      retried = null;
      return 0;
    }
    try {
      return connectUnix(name);
    } catch (IOException e) {
      state = State.FRESH;
      retried = null;
      throw e;
    }
  }

  private void becomeConnected() {
    state = State.CONNECTED;
    connection = new Connection(channel, unix());
  }

  private void reopen() throws IOException {
    leaveChannel();
    channel.close();
    state = State.FRESH;
    bound = false;
    boundName = null;
    channel = open(family);
    options.applyTo(channel);
  }

  @Override
  long control(Operation operation) throws IOException {
    return switch (operation.code) {
      case BIND -> bind(operation);
      case LISTEN -> listen(operation.length);
      case SHUTDOWN -> shutdown(operation.flags);
      case SOCKET_NAME -> {
        operation.endpoint = endpoint(network().getLocalAddress());
        yield 0;
      }
      case PEER_NAME -> {
        if (connection == null) {
          yield SyscallError.NOT_CONNECTED.result();
        }
        operation.endpoint = endpoint(channel.getRemoteAddress());
        yield 0;
      }
      case GET_OPTION -> {
        operation.value = options.get(network(), operation.flags);
        yield 0;
      }
      case SET_OPTION -> options.set(network(), operation.flags, operation.offset);
      default -> SyscallError.WRONG_CAPABILITY_TYPE.result();
    };
  }

  private NetworkChannel network() {
    return listener == null ? channel : listener.channel();
  }

  dev.ringfence.kernel.engine.Endpoint endpoint(@Nullable SocketAddress address) {
    return unix() ? Endpoints.unix(address, directory, this) : Endpoints.ip(address, family);
  }

  private long bind(Operation operation) throws IOException {
    if (state != State.FRESH || bound) {
      return SyscallError.INVALID_STATE.result();
    }
    if (unix()) {
      SocketName name = SocketName.of(operation.endpoint);
      channel.bind(name.toBind());
      boundName = new BoundName(name);
      directory = name.directory();
    } else {
      channel.bind(Endpoints.inet(operation.endpoint, family));
    }
    bound = true;
    return 0;
  }

  private long listen(int backlog) throws IOException {
    if (state == State.LISTENING) {
      return 0; // java.nio cannot change how many may wait
    }
    if (state != State.FRESH || !bound) {
      return SyscallError.INVALID_STATE.result();
    }
    SocketAddress local = channel.getLocalAddress();
    Listener opened = Listener.open(family, channel, options);
    try {
      channel.close();
      if (boundName != null) {
        local = boundName.free();
      }
      opened.listen(local, backlog);
    } catch (IOException | RuntimeException e) {
      opened.channel().close();
      reopen();
      throw e;
    }
    listener = opened;
    state = State.LISTENING;
    return 0;
  }

  private long shutdown(int directions) throws IOException {
    if (connection == null) {
      return SyscallError.NOT_CONNECTED.result();
    }
    connection.shutdown(directions);
    return 0;
  }

  @Override
  int events(int ready) {
    return switch (state) {
      case FRESH -> PollEvents.OUT | PollEvents.HUP; // as poll(2) has it
      case CONNECTING -> 0;
      case CONNECTED -> connection == null ? 0 : connection.events(ready);
      case LISTENING -> (ready & SelectionKey.OP_ACCEPT) == 0 ? 0 : PollEvents.IN;
    };
  }

  @Override
  int interest(int waiting) {
    return switch (state) {
      case FRESH -> 0;
      case CONNECTING -> retried == null ? SelectionKey.OP_CONNECT : 0;
      case CONNECTED -> connection == null ? 0 : connection.interest(waiting);
      case LISTENING -> (waiting & (RECEIVERS | POLLS_IN)) == 0 ? 0 : SelectionKey.OP_ACCEPT;
    };
  }
}
