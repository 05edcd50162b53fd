// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.SendFlags;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.IoVector;
import dev.ringfence.linux.MessageHeader;
import dev.ringfence.linux.SocketCalls;
import dev.ringfence.linux.UnixAddress;
import dev.ringfence.linux.uring.SubmissionQueue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Socket operations that may wait, as entries of the Linux ring.
 *
 * <p>WAIT_ALL is a loop of ours, not MSG_WAITALL: what an entry had moved when it was cancelled
 * would be lost in kernels before 5.19, and with MSG_PEEK it would be there twice.
 */
final class SocketRequests {

  private final SubmissionQueue submission;
  private final UnixNames names;
  private final boolean zeroCopy;

  /**
   * Makes requests for a queue.
   *
   * @param zeroCopy whether this Linux can send without a copy
   */
  SocketRequests(SubmissionQueue submission, UnixNames names, boolean zeroCopy) {
    this.submission = submission;
    this.names = names;
    this.zeroCopy = zeroCopy;
  }

  /** Whether an operation is carried out here. */
  static boolean handles(OpCode code) {
    return switch (code) {
      case CONNECT, ACCEPT, SEND, RECV, SEND_MESSAGE, RECV_MESSAGE, SEND_ZERO_COPY -> true;
      default -> false;
    };
  }

  /** Whether an operation would rather fail than wait. */
  static boolean mustNotWait(Operation operation) {
    return switch (operation.code) {
      case SEND, SEND_MESSAGE, SEND_ZERO_COPY -> (operation.flags & SendFlags.DO_NOT_WAIT) != 0;
      case RECV, RECV_MESSAGE -> (operation.flags & ReceiveFlags.DO_NOT_WAIT) != 0;
      default -> false;
    };
  }

  /** Writes the entry; false if the queue is full. */
  boolean push(Slot slot) {
    Operation operation = slot.operation;
    LinuxSocket socket = LinuxSocket.of(operation);
    return switch (operation.code) {
      case CONNECT -> {
        int length = writeAddress(slot);
        long address = slot.memory().address() + Slot.ADDRESS;
        yield submission.connect(socket.descriptor, address, length, 0, slot.index);
      }
      case ACCEPT -> accept(slot, socket);
      case RECV, RECV_MESSAGE -> receive(slot, socket);
      default -> send(slot, socket);
    };
  }

  private boolean accept(Slot slot, LinuxSocket socket) {
    MemorySegment memory = slot.memory();
    memory.set(ValueLayout.JAVA_INT, Slot.ADDRESS_BYTES, Slot.ADDRESS_ROOM);
    return submission.accept(
        socket.descriptor,
        memory.address() + Slot.ADDRESS,
        memory.address() + Slot.ADDRESS_BYTES,
        SocketCalls.SOCK_CLOEXEC,
        0,
        slot.index);
  }

  /** Writes where to; the address's length. */
  private static int writeAddress(Slot slot) {
    if (slot.handle >= 0) {
      byte[] path = UnixNames.throughDescriptor(slot.handle, "");
      return UnixAddress.write(slot.memory(), Slot.ADDRESS, path);
    }
    return slot.operation.endpoint instanceof Endpoint.Ip ip
        ? HostAddress.write(ip, slot.memory(), Slot.ADDRESS)
        : 0;
  }

  private boolean send(Slot slot, LinuxSocket socket) {
    Operation operation = slot.operation;
    int flags = SocketCalls.MSG_NOSIGNAL;
    flags |= (operation.flags & SendFlags.MORE) != 0 ? SocketCalls.MSG_MORE : 0;
    flags |= mustNotWait(operation) ? SocketCalls.MSG_DONTWAIT : 0;
    long address = operation.memory.address() + operation.memoryOffset + slot.done;
    int length = operation.length - slot.done;
    if (operation.code == OpCode.SEND_MESSAGE && operation.endpoint != null) {
      int nameBytes = writeAddress(slot);
      long header = writeHeader(slot, nameBytes, address, length);
      return submission.sendMessage(socket.descriptor, header, flags, 0, slot.index);
    }
    boolean inPlace = operation.code == OpCode.SEND_ZERO_COPY && zeroCopy && !slot.copies;
    return inPlace
        ? submission.sendZeroCopy(socket.descriptor, address, length, flags, 0, slot.index)
        : submission.send(socket.descriptor, address, length, flags, 0, slot.index);
  }

  private boolean receive(Slot slot, LinuxSocket socket) {
    Operation operation = slot.operation;
    int flags = mustNotWait(operation) ? SocketCalls.MSG_DONTWAIT : 0;
    flags |= (operation.flags & ReceiveFlags.PEEK) != 0 ? SocketCalls.MSG_PEEK : 0;
    long address = operation.memory.address() + operation.memoryOffset + slot.done;
    int length = operation.length - slot.done;
    if (operation.code == OpCode.RECV) {
      return submission.receive(socket.descriptor, address, length, flags, 0, slot.index);
    }
    // on a stream of TCP the flag would throw data away
    flags |= socket.datagrams ? SocketCalls.MSG_TRUNC : 0;
    long header = writeHeader(slot, Slot.ADDRESS_ROOM, address, length);
    return submission.receiveMessage(socket.descriptor, header, flags, 0, slot.index);
  }

  private static long writeHeader(Slot slot, int nameBytes, long address, int length) {
    MemorySegment memory = slot.memory();
    long at = memory.address();
    IoVector.write(memory, Slot.VECTOR, address, length);
    MessageHeader.write(memory, Slot.HEADER, at + Slot.ADDRESS, nameBytes, at + Slot.VECTOR, 1);
    return at + Slot.HEADER;
  }

  // ---- what an entry's result means ------------------------------------------------------------

  /** Whether Linux cannot send this without a copy, and would with one. */
  static boolean refusedInPlace(Slot slot, int result) {
    return slot.operation.code == OpCode.SEND_ZERO_COPY
        && !slot.copies
        && (result == Errno.EOPNOTSUPP.result()
            || result == Errno.EINVAL.result()
            || result == Errno.ENOMEM.result()
            || result == Errno.ENOBUFS.result());
  }

  /** Takes in what a send or receive moved; whether the operation wants more of it. */
  boolean movedAndGoesOn(Slot slot, int result) {
    Operation operation = slot.operation;
    LinuxSocket socket = LinuxSocket.of(operation);
    int moved = Math.min(result, operation.length - slot.done);
    slot.done += moved;
    boolean receives = operation.code == OpCode.RECV || operation.code == OpCode.RECV_MESSAGE;
    if (operation.code == OpCode.RECV_MESSAGE) {
      operation.value = socket.datagrams ? result : slot.done;
      operation.endpoint = sender(slot, socket);
    }
    boolean waitsForAll =
        receives
            ? (operation.flags & (ReceiveFlags.WAIT_ALL | ReceiveFlags.PEEK))
                == ReceiveFlags.WAIT_ALL
            : (operation.flags & SendFlags.WAIT_ALL) != 0;
    return waitsForAll
        && !socket.datagrams
        && moved > 0
        && slot.done < operation.length
        && !slot.cancelAsked;
  }

  /** A stream names no sender in a message: it is the peer. */
  private @Nullable Endpoint sender(Slot slot, LinuxSocket socket) {
    MemorySegment memory = slot.memory();
    int length = MessageHeader.nameBytes(memory, Slot.HEADER);
    if (socket.family == SocketCalls.AF_UNIX) {
      return length == 0 ? socket.peer : names.of(memory, Slot.ADDRESS, length);
    }
    Endpoint.Ip named = HostAddress.read(memory, Slot.ADDRESS, length);
    return named != null ? named : SocketOperations.peerAddress(socket);
  }

  /** The socket that an ACCEPT made; the operation's endpoint is its peer. */
  LinuxSocket accepted(Slot slot, int descriptor) {
    LinuxSocket made = LinuxSocket.of(slot.operation).accepted(descriptor);
    MemorySegment memory = slot.memory();
    int length = memory.get(ValueLayout.JAVA_INT, Slot.ADDRESS_BYTES);
    if (made.family == SocketCalls.AF_UNIX) {
      made.peer = names.of(memory, Slot.ADDRESS, length);
      slot.operation.endpoint = made.peer;
    } else {
      slot.operation.endpoint = HostAddress.read(memory, Slot.ADDRESS, length);
    }
    return made;
  }

  /** A CONNECT succeeded. */
  static void connected(Operation operation) {
    LinuxSocket socket = LinuxSocket.of(operation);
    socket.connected = true;
    if (operation.endpoint instanceof Endpoint.Unix unix) {
      socket.peer = unix;
    }
  }
}
