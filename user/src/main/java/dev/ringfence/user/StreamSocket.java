// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.SendFlags;
import dev.ringfence.abi.SyscallError;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * A connected stream of bytes: TCP or Unix.
 *
 * <p>Receiving waits until there is something and returns what is there, -1 at the end; sending
 * sends everything or throws. One thread may send while another receives; two that do the same
 * would mix their bytes. A {@link Buffer} takes part directly; byte buffers and arrays are copied
 * through the arena, and hold none of it while they wait.
 */
public final class StreamSocket extends Socket {

  StreamSocket(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /** Receives into the buffer from its beginning. */
  public int receive(Buffer target) {
    return receive(target, 0, target.sizeBytes());
  }

  /** Receives into {@code length} bytes of the buffer from {@code offset} on. */
  public int receive(Buffer target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.sizeBytes());
    if (length == 0) {
      return 0;
    }
    Lease lease = target.lease();
    lease.beginUse();
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.RECV, id()).memory(target.segment().address() + offset, length);
      return count(slot.run("receive from", this, null));
    } finally {
      lease.endUse();
    }
  }

  /** Receives into what remains of the byte buffer, at most 64 KiB. */
  public int receive(ByteBuffer target) {
    if (!target.hasRemaining()) {
      return 0;
    }
    int count = receive(MemorySegment.ofBuffer(target));
    target.position(target.position() + Math.max(0, count));
    return count;
  }

  /** Receives into the array from its beginning, at most 64 KiB. */
  public int receive(byte[] target) {
    return receive(ByteBuffer.wrap(target));
  }

  private int receive(MemorySegment target) {
    int count = 0;
    while (count == 0) {
      awaitReadable();
      try (Buffer buffer = calls().transfers().acquire()) {
        int most = (int) Math.min(target.byteSize(), buffer.sizeBytes());
        count = receiveNow(buffer, 0, most);
        MemorySegment.copy(buffer.segment(), 0, target, 0, Math.max(0, count));
      }
    }
    return count;
  }

  /** Waits until there is something to receive, or the stream has ended; holds no memory. */
  public void awaitReadable() {
    await(PollEvents.IN, "receive from");
  }

  /** Waits until there is room to send, or the stream is broken; holds no memory. */
  public void awaitWritable() {
    await(PollEvents.OUT, "send to");
  }

  private void await(int event, String verb) {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.POLL, id()).length(event).run(verb, this, null);
    }
  }

  /** Receives what is there, without waiting: 0 if there is nothing, -1 at the end. */
  public int receiveNow(Buffer target, int offset, int length) {
    int result = moveNow(OpCode.RECV, target, offset, length, "receive from");
    return result == SyscallError.WOULD_BLOCK.result() ? 0 : count(result);
  }

  /** Sends what there is room for, without waiting: 0 if there is none. */
  public int sendNow(Buffer source, int offset, int length) {
    int result = moveNow(OpCode.SEND, source, offset, length, "send to");
    return result == SyscallError.WOULD_BLOCK.result() ? 0 : result;
  }

  private int moveNow(OpCode code, Buffer buffer, int offset, int length, String verb) {
    Objects.checkFromIndexSize(offset, length, buffer.sizeBytes());
    Lease lease = buffer.lease();
    lease.beginUse();
    try (Slot slot = calls().slot()) {
      int result =
          slot.begin(code, id())
              .memory(buffer.segment().address() + offset, length)
              .auxiliary(0, code == OpCode.RECV ? ReceiveFlags.DO_NOT_WAIT : SendFlags.DO_NOT_WAIT)
              .submit();
      if (result < 0 && result != SyscallError.WOULD_BLOCK.result()) {
        throw Failures.of(result, slot.missingRights(), verb, this, null);
      }
      return result;
    } finally {
      lease.endUse();
    }
  }

  /** Sends {@code length} bytes of the buffer from {@code offset} on. */
  public void send(Buffer source, int offset, int length) {
    send(OpCode.SEND, source, offset, length, 0);
  }

  /**
   * {@link #send(Buffer, int, int)} from where the bytes are: the host copies nothing. Worth it for
   * many kilobytes; it returns only when the host no longer reads the buffer.
   *
   * @throws dev.ringfence.abi.SyscallException with {@code NotImplemented} where the engine cannot
   */
  public void sendZeroCopy(Buffer source, int offset, int length) {
    send(OpCode.SEND_ZERO_COPY, source, offset, length, 0);
  }

  /** {@link #send(Buffer, int, int)}; more follows at once, so no short packet is sent now. */
  public void sendMore(Buffer source, int offset, int length) {
    send(OpCode.SEND, source, offset, length, SendFlags.MORE);
  }

  private void send(OpCode code, Buffer source, int offset, int length, int flags) {
    Objects.checkFromIndexSize(offset, length, source.sizeBytes());
    Lease lease = source.lease();
    lease.beginUse();
    try {
      for (int done = 0; done < length; ) {
        long address = source.segment().address() + offset + done;
        done += sendSome(code, address, length - done, flags);
      }
    } finally {
      lease.endUse();
    }
  }

  private int sendSome(OpCode code, long address, int length, int flags) {
    try (Slot slot = calls().slot()) {
      return slot.begin(code, id())
          .memory(address, length)
          .auxiliary(0, flags | SendFlags.WAIT_ALL)
          .run("send to", this, null);
    }
  }

  /** Sends what remains of the byte buffer. */
  public void send(ByteBuffer source) {
    MemorySegment from = MemorySegment.ofBuffer(source);
    if (from.byteSize() <= Slot.TEXT_BYTES) {
      sendShort(from);
    } else {
      try (Buffer buffer = calls().transfers().acquire()) {
        for (long done = 0; done < from.byteSize(); ) {
          int length = (int) Math.min(from.byteSize() - done, buffer.sizeBytes());
          MemorySegment.copy(from, done, buffer.segment(), 0, length);
          send(buffer, 0, length);
          done += length;
        }
      }
    }
    source.position(source.limit());
  }

  private void sendShort(MemorySegment from) {
    int length = (int) from.byteSize();
    try (Slot slot = calls().slot()) {
      MemorySegment.copy(from, 0, slot.textSegment(), 0, length);
      for (int done = 0; done < length; ) {
        done +=
            slot.begin(OpCode.SEND, id())
                .memory(slot.textAddress() + done, length - done)
                .auxiliary(0, SendFlags.WAIT_ALL)
                .run("send to", this, null);
      }
    }
  }

  /** Sends the array. */
  public void send(byte[] source) {
    send(ByteBuffer.wrap(source));
  }

  /** Sends text as UTF-8. */
  public void sendText(String text) {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * {@link #receive(Buffer)}; the buffer may be closed meanwhile. Cancelling loses no byte: either
   * the wait ends before it took something, or {@code cancel} answers false and the future tells
   * what is in the buffer.
   */
  public CompletableFuture<Integer> receiveAsync(Buffer target) {
    return Async.takeInto(target, () -> receive(target));
  }

  /** {@link #send(Buffer, int, int)}; the buffer may be closed meanwhile. */
  public CompletableFuture<Void> sendAsync(Buffer source, int offset, int length) {
    return Async.using(
        source,
        () -> {
          send(source, offset, length);
          return null;
        });
  }

  /** A second capability with fewer or the same rights; revoking this one ends both. Needs DUP. */
  public StreamSocket dup(long fewer) {
    return new StreamSocket(calls(), authority(), name(), duplicateId(fewer), fewer);
  }

  /** {@link #dup} with limits, which hold for what is derived from it too. Needs DUP. */
  public StreamSocket derive(long fewer, Limits limits) {
    return new StreamSocket(calls(), authority(), name(), limits.derive(this, fewer), fewer);
  }

  private static int count(int bytes) {
    return bytes == 0 ? -1 : bytes;
  }
}
