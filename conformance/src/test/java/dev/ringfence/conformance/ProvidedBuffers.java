// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.BufferRing;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.ProvidedBuffer;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.SubmissionFlags;

/** A group of a program's ring with buffers of one size, and the words to receive into them. */
final class ProvidedBuffers {

  private final Client program;
  private final int count;
  private final int bytes;
  private final Range ring;
  private final Range memory;
  private final int group;
  private int tail;

  /**
   * Registers a group and provides all of its buffers.
   *
   * @param count how many, a power of two; their ids are 0 and up
   * @param bytes the size of each
   */
  ProvidedBuffers(Client program, int count, int bytes) {
    this.program = program;
    this.count = count;
    this.bytes = bytes;
    this.ring = program.memory().take(Math.toIntExact(BufferRing.sizeFor(count)));
    this.memory = program.memory().take(count * bytes);
    for (int id = 0; id < count; id++) {
      provide(id);
    }
    this.group = registerIn(program, -1);
  }

  /**
   * Registers the same buffers in another ring of the program's domain.
   *
   * @param index the group, or -1 for any
   * @return the group
   */
  int registerIn(Client other, int index) {
    Entry register =
        Entry.of(OpCode.REGISTER_GROUP).addr(ring.address()).len(count).bufIndex(index);
    Completion made = other.run(register);
    CompletionAssert.assertThat(made).succeeded();
    return made.result();
  }

  int group() {
    return group;
  }

  /** Provides a buffer that is not provided, also again. */
  void provide(int id) {
    long base = program.memory().offsetOf(ring.address());
    long entry = base + BufferRing.ENTRIES_OFFSET + (long) (tail & count - 1) * ProvidedBuffer.SIZE;
    ProvidedBuffer.setAddr(program.segment(), entry, buffer(id).address());
    ProvidedBuffer.setLen(program.segment(), entry, bytes);
    ProvidedBuffer.setId(program.segment(), entry, id);
    BufferRing.setTailRelease(program.segment(), base, ++tail);
  }

  Range buffer(int id) {
    return new Range(memory.address() + (long) id * bytes, bytes);
  }

  /** The text that a completion put into its buffer. */
  String textOf(Completion completion) {
    assertThat(completion.flags() & CompletionFlags.BUFFER).as("used a buffer").isNotZero();
    int id = SocketConformance.bufferOf(completion);
    return program.memory().text(buffer(id).first(completion.result()));
  }

  /** A receive from a socket that goes on, a buffer for each piece. */
  Entry receiveAll(long socket) {
    return Entry.of(OpCode.RECV)
        .capability(socket)
        .with(SubmissionFlags.BUFFER_SELECT)
        .bufIndex(group)
        .auxiliary1(ReceiveFlags.MULTISHOT);
  }
}
