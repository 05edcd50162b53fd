// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.OpCode;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A socket for single messages: UDP, or Unix datagrams. Any thread, several at once. */
public final class DatagramSocket extends Socket {

  DatagramSocket(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /**
   * A message that was received.
   *
   * @param length bytes that were received, at the beginning of the buffer
   * @param fullLength bytes that were sent: more than {@code length} if the buffer was too small
   * @param sender who sent it; null if it has no address
   */
  public record Datagram(int length, int fullLength, java.net.@Nullable SocketAddress sender) {

    /** Whether the buffer was too small. */
    public boolean isCut() {
      return fullLength > length;
    }
  }

  /** Waits for a message. Needs NET_RECV. */
  public Datagram receive(Buffer target) {
    Lease lease = target.lease();
    lease.beginUse();
    try (Slot slot = calls().slot()) {
      int length =
          slot.begin(OpCode.RECV_MESSAGE, id())
              .memory(target.segment().address(), target.sizeBytes())
              .auxiliary(slot.answerAddress(), 0)
              .run("receive from", this, null);
      return new Datagram(
          length, (int) slot.value(), Endpoints.read(slot.shared(), slot.answerOffset()));
    } finally {
      lease.endUse();
    }
  }

  /** Sends the beginning of the buffer as one message. Needs NET_SEND, and the address granted. */
  public void send(Buffer source, int length, java.net.SocketAddress receiver) {
    Lease lease = source.lease();
    lease.beginUse();
    try (Slot slot = calls().slot()) {
      send(slot, source.segment().address(), length, receiver);
    } finally {
      lease.endUse();
    }
  }

  /** Sends what remains of the byte buffer, at most 64 KiB, as one message. */
  public void send(ByteBuffer source, java.net.SocketAddress receiver) {
    try (Buffer buffer = calls().transfers().acquire()) {
      int length = source.remaining();
      buffer.byteBuffer().put(source);
      send(buffer, length, receiver);
    }
  }

  /** Sends the array as one message. */
  public void send(byte[] source, java.net.SocketAddress receiver) {
    send(ByteBuffer.wrap(source), receiver);
  }

  private void send(Slot slot, long address, int length, java.net.SocketAddress receiver) {
    slot.begin(OpCode.SEND_MESSAGE, id()).memory(address, length);
    Endpoints.write(slot.shared(), slot.answerOffset(), receiver);
    slot.auxiliary(slot.answerAddress(), 0).run("send to", this, null);
  }

  /** Sends to and receives from this address only, from now on. Needs NET_CONNECT. */
  public void connect(java.net.SocketAddress peer) {
    address(OpCode.CONNECT, "connect", peer);
  }

  /** A second capability with fewer or the same rights; revoking this one ends both. Needs DUP. */
  public DatagramSocket dup(long fewer) {
    return new DatagramSocket(calls(), authority(), name(), duplicateId(fewer), fewer);
  }
}
