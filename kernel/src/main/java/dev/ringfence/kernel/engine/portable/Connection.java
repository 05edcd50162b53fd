// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.SendFlags;
import dev.ringfence.abi.ShutdownFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connected stream: what its bytes do. Under the socket's lock.
 *
 * <p>A selector cannot tell bytes from the end or from a failure, POLL must; and PEEK leaves what
 * it shows. So both read ahead, and who receives next gets that first.
 */
final class Connection {

  private final SocketChannel channel;

  /** Whether the host ends both ways when receiving is shut down, as with a Unix socket. */
  private final boolean tellsPeer;

  private final Ahead ahead = new Ahead();

  /** Seen when looking ahead, to be told to the next one that receives. */
  private @Nullable IOException failure;

  private boolean failed;
  private boolean ended;
  private boolean receivingShut;
  private boolean sendingShut;

  /** Begins with a connected {@code channel} that does not block. */
  Connection(SocketChannel channel, boolean tellsPeer) {
    this.channel = channel;
    this.tellsPeer = tellsPeer;
  }

  /** As {@link SocketResource#transfer}. */
  long send(Work work) throws IOException {
    if (sendingShut) {
      return SyscallError.BROKEN_PIPE.result();
    }
    Operation operation = work.operation;
    if (operation.length == 0) {
      return 0;
    }
    work.moved += channel.write(work.rest());
    boolean all = (operation.flags & SendFlags.WAIT_ALL) != 0;
    boolean waits = work.moved == 0 || all && work.moved < operation.length;
    return waits ? WaitingResource.WOULD_BLOCK : work.moved;
  }

  /** As {@link SocketResource#transfer}. */
  long receive(Work work) throws IOException {
    Operation operation = work.operation;
    operation.endpoint = null;
    operation.nonEmpty = false;
    operation.value = 0;
    if (operation.length == 0) {
      return 0;
    }
    if ((operation.flags & ReceiveFlags.PEEK) != 0) {
      return peek(work);
    }
    ByteBuffer buffer = work.rest();
    work.moved += ahead.moveTo(buffer);
    if (buffer.hasRemaining()) {
      if (work.moved == 0) {
        throwFailure();
      }
      work.moved += read(buffer, work.moved > 0);
    }
    if (work.moved == 0) {
      return ended ? 0 : WaitingResource.WOULD_BLOCK;
    }
    boolean all = (operation.flags & ReceiveFlags.WAIT_ALL) != 0;
    if (all && work.moved < operation.length && !ended && !failed) {
      return WaitingResource.WOULD_BLOCK;
    }
    operation.nonEmpty = !buffer.hasRemaining() && look(1);
    operation.value = work.moved;
    return work.moved;
  }

  private long peek(Work work) throws IOException {
    Operation operation = work.operation;
    int wanted = Math.min(operation.length, Ahead.LOOK_MAX);
    boolean any = look(wanted);
    boolean all = (operation.flags & ReceiveFlags.WAIT_ALL) != 0;
    if (!any) {
      throwFailure();
      return ended ? 0 : WaitingResource.WOULD_BLOCK;
    }
    if (all && ahead.size() < wanted && !ended && !failed) {
      return WaitingResource.WOULD_BLOCK;
    }
    operation.nonEmpty = true;
    operation.value = ahead.copyTo(work.rest());
    return operation.value;
  }

  /** Looks {@code size} bytes ahead, or as far as possible; whether there is anything. */
  private boolean look(int size) {
    while (ahead.size() < size && !ended && !failed) {
      int read;
      try {
        read = read(ahead.room(size), true);
      } catch (IOException e) {
        break; // cannot be: a failure is kept
      }
      if (read == 0) {
        break;
      }
      ahead.added(read);
    }
    return !ahead.isEmpty();
  }

  /**
   * Reads what is there; 0 also at the end.
   *
   * @param keeps whether a failure is kept for the next one instead of thrown
   */
  private int read(ByteBuffer buffer, boolean keeps) throws IOException {
    if (ended || failed) {
      return 0;
    }
    try {
      int read = channel.read(buffer);
      ended = read < 0 || read == 0 && receivingShut;
      return Math.max(0, read);
    } catch (IOException e) {
      failed = true;
      if (!keeps) {
        ended = true; // told now; the next one finds the end
        throw e;
      }
      failure = e;
      return 0;
    }
  }

  private void throwFailure() throws IOException {
    IOException seen = failure;
    if (seen != null) {
      failure = null;
      ended = true;
      throw seen;
    }
  }

  /** As {@link SocketResource#events}, with what poll(2) reports for such a socket on Linux. */
  int events(int ready) {
    boolean any = look(1);
    boolean ends = ended || receivingShut;
    int events = any || ends || failed ? PollEvents.IN : 0;
    if (failure != null) {
      events |= PollEvents.ERR;
    }
    if (failed || ends && sendingShut) {
      events |= PollEvents.HUP;
    }
    boolean writable = (ready & SelectionKey.OP_WRITE) != 0 || sendingShut || failed;
    return events | (writable ? PollEvents.OUT : 0);
  }

  /** As {@link SocketResource#interest}. */
  int interest(int waiting) {
    boolean sends = (waiting & (SocketResource.SENDERS | SocketResource.POLLS_OUT)) != 0;
    boolean receives =
        (waiting & SocketResource.RECEIVERS) != 0
            || (waiting & SocketResource.POLLS) != 0 && ahead.isEmpty() && !ended && !failed;
    return (sends ? SelectionKey.OP_WRITE : 0) | (receives ? SelectionKey.OP_READ : 0);
  }

  /** Ends directions, as shutdown(2): what has arrived is still received. */
  void shutdown(int directions) throws IOException {
    if ((directions & ShutdownFlags.READ) != 0 && !receivingShut) {
      receivingShut = true;
      if (tellsPeer) {
        look(Ahead.LOOK_MAX); // java.nio drops what is not received by then
        channel.shutdownInput();
      }
    }
    if ((directions & ShutdownFlags.WRITE) != 0 && !sendingShut) {
      sendingShut = true;
      channel.shutdownOutput();
    }
  }
}
