// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.ShutdownFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket. POLL and PEEK take a datagram ahead, which whoever receives next gets first.
 *
 * <p>java.nio has no datagrams of Unix sockets; a connected channel sends to its peer only, and
 * sends no empty datagrams.
 */
final class DatagramSocket extends SocketResource {

  private final StandardProtocolFamily family;
  private final DatagramChannel channel;
  private final DatagramBuffers buffers;
  private final SocketOptions options = new SocketOptions();

  private @Nullable Datagram ahead;

  /** Seen when looking ahead, to be told to the next one that receives. */
  private @Nullable IOException failure;

  private boolean receivingShut;
  private boolean sendingShut;

  /** One message and where it came from. */
  private record Datagram(ByteBuffer content, SocketAddress source) {}

  private DatagramSocket(
      Readiness readiness,
      DatagramBuffers buffers,
      StandardProtocolFamily family,
      DatagramChannel channel) {
    super(readiness);
    this.buffers = buffers;
    this.family = family;
    this.channel = channel;
  }

  /** A socket of {@code family}, a number of the ABI; {@code NotImplemented} for Unix. */
  static DatagramSocket create(Readiness readiness, DatagramBuffers buffers, int family)
      throws IOException {
    StandardProtocolFamily known = Endpoints.family(family);
    if (known == StandardProtocolFamily.UNIX) {
      throw new Refusal(SyscallError.NOT_IMPLEMENTED);
    }
    DatagramChannel opened = DatagramChannel.open(known);
    opened.configureBlocking(false);
    return new DatagramSocket(readiness, buffers, known, opened);
  }

  @Override
  SelectableChannel channel() {
    return channel;
  }

  @Override
  long transfer(Work work) throws IOException {
    return switch (work.operation.code) {
      case RECV, RECV_MESSAGE -> receive(work);
      case SEND, SEND_MESSAGE, SEND_ZERO_COPY -> send(work);
      default -> SyscallError.INVALID_STATE.result(); // it never listens
    };
  }

  private long send(Work work) throws IOException {
    if (sendingShut) {
      return SyscallError.BROKEN_PIPE.result();
    }
    Operation operation = work.operation;
    SocketAddress peer = channel.getRemoteAddress();
    SocketAddress target =
        operation.endpoint == null ? peer : Endpoints.inet(operation.endpoint, family);
    if (target == null) {
      return SyscallError.NOT_CONNECTED.result(); // EDESTADDRREQ of send(2)
    }
    if (peer != null && !peer.equals(target)) {
      return SyscallError.NOT_IMPLEMENTED.result();
    }
    int sent = channel.send(work.rest(), target);
    return sent == 0 && operation.length != 0 ? WOULD_BLOCK : sent;
  }

  private long receive(Work work) throws IOException {
    Operation operation = work.operation;
    operation.endpoint = null;
    operation.nonEmpty = false;
    operation.value = 0;
    throwFailure();
    boolean peeks = (operation.flags & ReceiveFlags.PEEK) != 0;
    if (peeks) {
      look();
      throwFailure();
    }
    Datagram waiting = ahead;
    if (waiting != null) {
      if (!peeks) {
        ahead = null;
      }
      operation.nonEmpty = peeks;
      return deliver(operation, waiting.content().duplicate(), waiting.source());
    }
    ByteBuffer buffer = buffers.take();
    try {
      SocketAddress source = channel.receive(buffer);
      if (source == null) {
        return receivingShut ? 0 : WOULD_BLOCK;
      }
      return deliver(operation, buffer.flip(), source);
    } finally {
      buffers.giveBack(buffer);
    }
  }

  private long deliver(Operation operation, ByteBuffer content, SocketAddress source) {
    int length = content.remaining();
    int copied = Math.min(length, operation.length);
    MemorySegment.copy(
        MemorySegment.ofBuffer(content), 0, operation.memory, operation.memoryOffset, copied);
    operation.value = length;
    operation.endpoint = Endpoints.ip(source, family);
    return copied;
  }

  private void throwFailure() throws IOException {
    IOException seen = failure;
    if (seen != null) {
      failure = null;
      throw seen;
    }
  }

  /** Takes a datagram ahead, if there is one. */
  private void look() {
    if (ahead != null || failure != null) {
      return;
    }
    ByteBuffer buffer = buffers.take();
    try {
      SocketAddress source = channel.receive(buffer);
      if (source != null) {
        ByteBuffer content = ByteBuffer.allocate(buffer.position());
        ahead = new Datagram(content.put(buffer.flip()).flip(), source);
      }
    } catch (IOException e) {
      failure = e;
    } finally {
      buffers.giveBack(buffer);
    }
  }

  /** Connects at once; connected, it takes another peer, as connect(2) has it. */
  @Override
  long connect(Work work) throws IOException {
    SocketAddress address = Endpoints.inet(work.operation.endpoint, family);
    channel.disconnect();
    channel.connect(address);
    return 0;
  }

  @Override
  long connected() {
    return 0;
  }

  @Override
  long control(Operation operation) throws IOException {
    return switch (operation.code) {
      case BIND -> {
        if (channel.getLocalAddress() != null) {
          yield SyscallError.INVALID_STATE.result();
        }
        channel.bind(Endpoints.inet(operation.endpoint, family));
        yield 0;
      }
      case LISTEN -> SyscallError.INVALID_STATE.result();
      case SHUTDOWN -> shutdown(operation.flags);
      case SOCKET_NAME -> {
        operation.endpoint = Endpoints.ip(channel.getLocalAddress(), family);
        yield 0;
      }
      case PEER_NAME -> {
        SocketAddress peer = channel.getRemoteAddress();
        operation.endpoint = peer == null ? null : Endpoints.ip(peer, family);
        yield peer == null ? SyscallError.NOT_CONNECTED.result() : 0;
      }
      case GET_OPTION -> {
        operation.value = options.get(channel, operation.flags);
        yield 0;
      }
      case SET_OPTION -> options.set(channel, operation.flags, operation.offset);
      default -> SyscallError.WRONG_CAPABILITY_TYPE.result();
    };
  }

  private long shutdown(int directions) {
    if (!channel.isConnected()) {
      return SyscallError.NOT_CONNECTED.result();
    }
    receivingShut |= (directions & ShutdownFlags.READ) != 0;
    sendingShut |= (directions & ShutdownFlags.WRITE) != 0;
    return 0;
  }

  @Override
  int events(int ready) {
    look();
    return (ahead != null || failure != null || receivingShut ? PollEvents.IN : 0)
        | (failure != null ? PollEvents.ERR : 0)
        | (receivingShut && sendingShut ? PollEvents.HUP : 0)
        | ((ready & SelectionKey.OP_WRITE) != 0 || sendingShut ? PollEvents.OUT : 0);
  }

  @Override
  int interest(int waiting) {
    boolean receives =
        (waiting & RECEIVERS) != 0 || (waiting & POLLS) != 0 && ahead == null && failure == null;
    return ((waiting & (SENDERS | POLLS_OUT)) != 0 ? SelectionKey.OP_WRITE : 0)
        | (receives ? SelectionKey.OP_READ : 0);
  }
}
