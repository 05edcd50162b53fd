// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SubmissionFlags;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The place in the arena where one direct submission happens. Used by one thread at a time:
 *
 * <pre>
 *   0        64          96        192               512
 *   +--------+-----------+---------+-----------------+
 *   | entry  | completion| answer  | text            |
 *   +--------+-----------+---------+-----------------+
 * </pre>
 *
 * The answer is where STAT and QUERY write to; the text holds paths and short data, so that the
 * common operations need no other memory. An operation without text may use the answer on into it.
 */
final class Slot implements AutoCloseable {

  static final int SIZE = 512;
  static final int TEXT_BYTES = 320;

  /** More operations than a slot will see. */
  private static final int SEQUENCE_BITS = 48;

  private static final int COMPLETION_OFFSET = SubmissionEntry.SIZE;
  private static final int ANSWER_OFFSET = COMPLETION_OFFSET + CompletionEntry.SIZE;
  private static final int TEXT_OFFSET = SIZE - TEXT_BYTES;

  static final int ANSWER_BYTES = TEXT_OFFSET - ANSWER_OFFSET;

  private final DirectSubmission owner;
  private final MemorySegment shared;
  private final long entry;
  private final int index;
  private @Nullable Buffer longText;

  /** The next operation's user data: slot and running number, so that CANCEL hits nothing else. */
  private long sequence;

  Slot(DirectSubmission owner, MemorySegment shared, long offset, int index) {
    this.owner = owner;
    this.shared = shared;
    this.entry = offset;
    this.index = index;
    this.sequence = (long) index << SEQUENCE_BITS;
  }

  int index() {
    return index;
  }

  /** Starts over: an entry with this code and capability, and everything else zero. */
  Slot begin(OpCode code, long capabilityId) {
    SubmissionEntry.clear(shared, entry);
    SubmissionEntry.setOpcode(shared, entry, code.code());
    SubmissionEntry.setCapabilityId(shared, entry, capabilityId);
    SubmissionEntry.setUserData(shared, entry, sequence++);
    return this;
  }

  /** Memory by its address. */
  Slot memory(long address, int length) {
    SubmissionEntry.setAddr(shared, entry, address);
    return length(length);
  }

  /** A number in the place of an address. */
  Slot address(long number) {
    SubmissionEntry.setAddr(shared, entry, number);
    return this;
  }

  Slot length(int length) {
    SubmissionEntry.setLen(shared, entry, length);
    return this;
  }

  /** A part of a pool's buffer, as a registered one where it is. The caller holds the lease. */
  Slot memory(Lease lease, int offset, int length) {
    int registered = lease.pool.registeredIndex(lease);
    if (registered < 0) {
      return memory(lease.segment.address() + offset, length);
    }
    SubmissionEntry.setFlags(shared, entry, SubmissionFlags.FIXED_BUFFER);
    return registered(registered).memory(lease.pool.registeredOffset(lease) + offset, length);
  }

  Slot registered(int bufferIndex) {
    SubmissionEntry.setBufIndex(shared, entry, bufferIndex);
    return this;
  }

  /** Text as memory: in this slot if it is short, else in a borrowed buffer. */
  Slot text(byte[] text) {
    return text(text, EMPTY);
  }

  /** Two texts, one after the other; the operation says where the first one ends. */
  Slot text(byte[] first, byte[] second) {
    int length = first.length + second.length;
    if (length <= TEXT_BYTES) {
      copy(first, entry + TEXT_OFFSET);
      copy(second, entry + TEXT_OFFSET + first.length);
      return memory(textAddress(), length);
    }
    Buffer buffer = owner.transfers().acquire();
    longText = buffer;
    long start = buffer.segment().address() - shared.address();
    copy(first, start);
    copy(second, start + first.length);
    return memory(buffer.segment().address(), length);
  }

  Slot auxiliary(long first, long second) {
    SubmissionEntry.setAuxiliary0(shared, entry, first);
    SubmissionEntry.setAuxiliary1(shared, entry, second);
    return this;
  }

  /** Executes the entry and returns the result: 0 or more, or minus the code of an error. */
  int submit() {
    long completion = entry + COMPLETION_OFFSET;
    long register =
        owner.calls().enterRegister(shared.address() + entry, shared.address() + completion);
    if (register < 0) {
      // Refused before it became an operation: nobody wrote a completion.
      CompletionEntry.write(shared, completion, index, (int) register, 0, 0);
      return (int) register;
    }
    return CompletionEntry.result(shared, completion);
  }

  /** {@link #submit}, with a failure as an exception that names what was tried. */
  int run(String verb, Capability on, @Nullable String path) {
    Cancellation cancellation = Cancellation.current();
    int result = cancellation == null ? submit() : submit(cancellation);
    if (result < 0) {
      throw Failures.of(result, missingRights(), verb, on, path);
    }
    return result;
  }

  private int submit(Cancellation cancellation) {
    cancellation.begin(owner, SubmissionEntry.userData(shared, entry));
    try {
      return submit();
    } finally {
      cancellation.end();
    }
  }

  /** The second result of the last operation: an id, an address, a cookie. */
  long value() {
    return CompletionEntry.reserved(shared, entry + COMPLETION_OFFSET);
  }

  /** Whether {@link #value} means something. */
  boolean hasValue() {
    long completion = entry + COMPLETION_OFFSET;
    return (CompletionEntry.flags(shared, completion) & CompletionFlags.VALUE) != 0;
  }

  long answerAddress() {
    return shared.address() + entry + ANSWER_OFFSET;
  }

  /** The answer, for the accessors of its layout, at {@link #answerOffset}. */
  MemorySegment shared() {
    return shared;
  }

  long answerOffset() {
    return entry + ANSWER_OFFSET;
  }

  long textAddress() {
    return shared.address() + entry + TEXT_OFFSET;
  }

  /** The text space as memory for short data. */
  MemorySegment textSegment() {
    return shared.asSlice(entry + TEXT_OFFSET, TEXT_BYTES);
  }

  @Override
  public void close() {
    if (longText != null) {
      longText.close();
      longText = null;
    }
    owner.release(this);
  }

  private static final byte[] EMPTY = {};

  /** The rights that the last operation was denied for, or 0. */
  long missingRights() {
    return hasValue() ? value() : 0;
  }

  private void copy(byte[] text, long offset) {
    MemorySegment.copy(text, 0, shared, ValueLayout.JAVA_BYTE, offset, text.length);
  }
}
