// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SubmissionFlags;
import java.lang.foreign.MemorySegment;

/**
 * A submission entry as a test writes it: every word can be set, so malformed ones can be written
 * too. Setters return the entry itself.
 */
final class Entry {

  private int opcode;
  private int flags;
  private int reserved1;
  private int bufIndex;
  private long capability;
  private long addr;
  private int len;
  private int reserved2;
  private long userData;
  private boolean tagged;
  private long auxiliary0;
  private long auxiliary1;
  private long padding;

  private Entry(int opcode) {
    this.opcode = opcode;
  }

  static Entry of(OpCode code) {
    return new Entry(code.code());
  }

  /** An entry with any number as its code. */
  static Entry ofCode(int code) {
    return new Entry(code);
  }

  /** Makes it another operation with the same words. */
  Entry code(OpCode code) {
    this.opcode = code.code();
    return this;
  }

  /** Adds flags of {@link SubmissionFlags}, or any bits. */
  Entry with(int moreFlags) {
    this.flags |= moreFlags;
    return this;
  }

  Entry link() {
    return with(SubmissionFlags.LINK);
  }

  Entry hardlink() {
    return with(SubmissionFlags.HARDLINK);
  }

  Entry drain() {
    return with(SubmissionFlags.DRAIN);
  }

  Entry skipSuccess() {
    return with(SubmissionFlags.SKIP_SUCCESS);
  }

  Entry reserved1(int value) {
    this.reserved1 = value;
    return this;
  }

  Entry bufIndex(int value) {
    this.bufIndex = value;
    return this;
  }

  Entry capability(long value) {
    this.capability = value;
    return this;
  }

  Entry addr(long value) {
    this.addr = value;
    return this;
  }

  Entry len(int value) {
    this.len = value;
    return this;
  }

  Entry range(Range value) {
    return addr(value.address()).len(value.length());
  }

  Entry reserved2(int value) {
    this.reserved2 = value;
    return this;
  }

  /** Sets user_data; without this the client gives each entry its own. */
  Entry tag(long value) {
    this.userData = value;
    this.tagged = true;
    return this;
  }

  Entry auxiliary0(long value) {
    this.auxiliary0 = value;
    return this;
  }

  Entry auxiliary1(long value) {
    this.auxiliary1 = value;
    return this;
  }

  /** Sets the offset of a READ or WRITE. */
  Entry at(long offset) {
    return auxiliary0(offset);
  }

  /** Has a READ or WRITE use the current position. */
  Entry atPosition() {
    return auxiliary0(SubmissionEntry.CURRENT_POSITION);
  }

  /** Has a READ or WRITE use a part of a registered buffer. */
  Entry fixed(int index, long offset, int length) {
    return with(SubmissionFlags.FIXED_BUFFER).bufIndex(index).addr(offset).len(length);
  }

  Entry padding(long value) {
    this.padding = value;
    return this;
  }

  int code() {
    return opcode;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Whether a word that must be 0 is not. */
  boolean hasReservedWord() {
    return has(16) || reserved1 != 0 || reserved2 != 0 || padding != 0;
  }

  long tag() {
    return userData;
  }

  boolean isTagged() {
    return tagged;
  }

  void writeTo(MemorySegment segment, long base) {
    SubmissionEntry.write(
        segment,
        base,
        opcode,
        flags,
        bufIndex,
        capability,
        addr,
        len,
        userData,
        auxiliary0,
        auxiliary1);
    SubmissionEntry.setReserved1(segment, base, reserved1);
    SubmissionEntry.setReserved2(segment, base, reserved2);
    SubmissionEntry.setPadding(segment, base, padding);
  }

  @Override
  public String toString() {
    OpCode known = OpCode.of(opcode);
    return (known == null ? "code " + opcode : known.name())
        + "[capability="
        + Long.toHexString(capability)
        + " addr="
        + Long.toHexString(addr)
        + " len="
        + len
        + " flags="
        + flags
        + " auxiliary="
        + Long.toHexString(auxiliary0)
        + ","
        + Long.toHexString(auxiliary1)
        + " tag="
        + userData
        + "]";
  }
}
