// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityReceived;
import dev.ringfence.abi.CapabilityTransfer;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One end of a channel: messages of bytes and capabilities go to the other end, which is often in
 * another domain.
 *
 * <p>A message arrives whole and once. Any thread may send and receive; of several that receive at
 * one object, one waits at the channel and the others for their turn.
 */
public final class Channel extends Capability {

  /** The most bytes of one message. */
  public static final int BYTES_MAX = CapabilityTransfer.MESSAGE_MAX;

  /** The most capabilities of one message. */
  public static final int CAPABILITIES_MAX = CapabilityTransfer.COUNT_MAX;

  /** The elements that fit beside a short text in a slot. */
  private static final int LIST_SHORT = Slot.ANSWER_BYTES / CapabilityTransfer.SIZE;

  static {
    assert CAPABILITIES_MAX * CapabilityTransfer.SIZE <= Slot.ANSWER_BYTES + Slot.TEXT_BYTES;
    assert BYTES_MAX <= DirectSubmission.TRANSFER_BYTES;
  }

  private final Turn receivers = new Turn();

  Channel(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /**
   * Sends a message; waits while too many wait at the other end. Needs WRITE, and TRANSFER on each
   * capability. If this throws, nothing was sent and nothing was moved.
   *
   * @param bytes at most {@link #BYTES_MAX}
   * @param transfers at most {@link #CAPABILITIES_MAX}
   * @throws SyscallException among others with {@code BrokenPipe} if the other end is closed,
   *     {@code CannotTransfer}
   */
  public void send(byte[] bytes, Transfer... transfers) {
    check(bytes.length, transfers.length);
    if (transfers.length <= LIST_SHORT) {
      try (Slot slot = calls().slot()) {
        send(slot.begin(OpCode.CHANNEL_SEND, id()).text(bytes), transfers);
      }
      return;
    }
    try (Buffer buffer = calls().transfers().acquire()) {
      MemorySegment.copy(bytes, 0, buffer.segment(), ValueLayout.JAVA_BYTE, 0, bytes.length);
      send(buffer, 0, bytes.length, transfers);
    }
  }

  /**
   * Sends {@code length} bytes of the buffer from {@code offset} on; see {@link #send(byte[],
   * Transfer...)}.
   */
  public void send(Buffer source, int offset, int length, Transfer... transfers) {
    Objects.checkFromIndexSize(offset, length, source.sizeBytes());
    check(length, transfers.length);
    Lease lease = source.lease();
    lease.beginUse();
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.CHANNEL_SEND, id()).memory(lease.segment.address() + offset, length);
      send(slot, transfers);
    } finally {
      lease.endUse();
    }
  }

  /** Sends text as UTF-8; see {@link #send(byte[], Transfer...)}. */
  public void sendText(String text, Transfer... transfers) {
    send(text.getBytes(StandardCharsets.UTF_8), transfers);
  }

  private void send(Slot slot, Transfer... transfers) {
    long at = slot.answerOffset();
    for (Transfer transfer : transfers) {
      transfer.write(slot.shared(), at);
      at += CapabilityTransfer.SIZE;
    }
    long list = transfers.length == 0 ? 0 : slot.answerAddress();
    slot.auxiliary(list, transfers.length).run("send through", this, null);
    for (Transfer transfer : transfers) {
      transfer.sent();
    }
  }

  private static void check(int bytes, int capabilities) {
    if (bytes > BYTES_MAX || capabilities > CAPABILITIES_MAX) {
      throw new IllegalArgumentException(
          "a message has at most %d bytes and %d capabilities, not %d and %d"
              .formatted(BYTES_MAX, CAPABILITIES_MAX, bytes, capabilities));
    }
  }

  /**
   * Waits for a message, of whatever size. Needs READ.
   *
   * @return null when the other end is closed and no message is left
   */
  public @Nullable Message receive() {
    receivers.take(this);
    try {
      // Most messages are short, and a slot is no burden while it waits; a buffer would be.
      return receiveShort();
    } catch (SyscallException e) {
      if (e.error() != SyscallError.NAME_TOO_LONG) {
        throw e;
      }
      return receiveLong();
    } finally {
      receivers.end();
    }
  }

  private @Nullable Message receiveShort() {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.CHANNEL_RECEIVE, id()).memory(slot.textAddress(), Slot.TEXT_BYTES);
      return receive(slot, slot.textSegment(), LIST_SHORT);
    }
  }

  private @Nullable Message receiveLong() {
    try (Buffer buffer = calls().transfers().acquire();
        Slot slot = calls().slot()) {
      MemorySegment bytes = buffer.segment();
      slot.begin(OpCode.CHANNEL_RECEIVE, id()).memory(bytes.address(), buffer.sizeBytes());
      return receive(slot, bytes, CAPABILITIES_MAX);
    }
  }

  private @Nullable Message receive(Slot slot, MemorySegment bytes, int listRoom) {
    slot.auxiliary(slot.answerAddress(), listRoom);
    int length = slot.run("receive from", this, null);
    if (!slot.hasValue()) {
      return null;
    }
    int count = (int) slot.value();
    List<Capability> capabilities = new ArrayList<>(count);
    for (int index = 0; index < count; index++) {
      long at = slot.answerOffset() + (long) index * CapabilityReceived.SIZE;
      capabilities.add(received(slot.shared(), at, index));
    }
    return new Message(bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), capabilities);
  }

  private Capability received(MemorySegment shared, long at, int index) {
    CapabilityType type = CapabilityType.of(CapabilityReceived.type(shared, at));
    long id = CapabilityReceived.capabilityId(shared, at);
    long rights = CapabilityReceived.rights(shared, at);
    String label = "%s #%d".formatted(name(), index);
    // What was revoked on the way has no type; of whatever else is unknown here, little is said.
    Grant grant = new Grant(label, type == null ? CapabilityType.DOMAIN : type, rights, id);
    return Typed.of(calls(), Authority.received(grant), label, type, id, rights);
  }

  /**
   * {@link #receive}; empty when the other end is closed and no message is left. Cancelling loses
   * no message: either the wait ends before it took one, or {@code cancel} answers false and the
   * future has it.
   */
  public CompletableFuture<Optional<Message>> receiveAsync() {
    return Async.take(() -> Optional.ofNullable(receive()));
  }

  /** A second capability with fewer or the same rights; revoking this one ends both. Needs DUP. */
  public Channel dup(long fewer) {
    return new Channel(calls(), authority(), name(), duplicateId(fewer), fewer);
  }

  /** {@link #dup} with limits. Needs DUP. */
  public Channel derive(long fewer, Limits limits) {
    return new Channel(calls(), authority(), name(), limits.derive(this, fewer), fewer);
  }
}
