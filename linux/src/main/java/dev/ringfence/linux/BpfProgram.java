// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A classic BPF program for seccomp(2), written in the order in which it runs.
 *
 * <p>Every test stands directly before what it decides about, so that no jump goes further than
 * over that: a classic jump reaches 255 instructions, and only forward.
 */
public final class BpfProgram {

  /** linux/bpf_common.h: load a word at a fixed offset; and with a constant; compare; return. */
  static final int LOAD_WORD = 0x20;

  static final int AND = 0x54;
  static final int JUMP_IF_EQUAL = 0x15;
  static final int JUMP_IF_AT_LEAST = 0x35;
  static final int RETURN = 0x06;

  /** {@code struct seccomp_data}: the call's number, the table it is of, six arguments. */
  public static final int DATA_NUMBER = 0;

  public static final int DATA_ARCHITECTURE = 4;
  static final int DATA_ARGUMENTS = 16;

  /** {@code struct sock_filter}: u16 code, u8 jt, u8 jf, u32 k. */
  static final int INSTRUCTION_SIZE = 8;

  /** {@code struct sock_fprog}: u16 length, then a pointer; the instructions follow it here. */
  static final int PROGRAM_SIZE = 16;

  static final int PROGRAM_FILTER = 8;

  private record Instruction(int code, int ifTrue, int ifFalse, int constant) {}

  private final List<Instruction> instructions = new ArrayList<>();

  /** Loads a word of {@code struct seccomp_data}. */
  public BpfProgram load(int offset) {
    return add(LOAD_WORD, 0, 0, offset);
  }

  /**
   * Loads the low half of an argument.
   *
   * @param index 0 to 5
   */
  public BpfProgram loadArgument(int index) {
    return load(DATA_ARGUMENTS + index * Long.BYTES);
  }

  /** Loads the high half of an argument. */
  public BpfProgram loadArgumentHigh(int index) {
    return load(DATA_ARGUMENTS + index * Long.BYTES + Integer.BYTES);
  }

  /** Keeps these bits of what is loaded. */
  public BpfProgram and(int bits) {
    return add(AND, 0, 0, bits);
  }

  /** Passes over the next {@code count} instructions unless what is loaded equals this. */
  public BpfProgram unlessEqualSkip(int value, int count) {
    return add(JUMP_IF_EQUAL, 0, count, value);
  }

  /** Passes over the next {@code count} instructions if what is loaded equals this. */
  public BpfProgram ifEqualSkip(int value, int count) {
    return add(JUMP_IF_EQUAL, count, 0, value);
  }

  /** Passes over the next {@code count} instructions unless what is loaded is this or more, u32. */
  public BpfProgram unlessAtLeastSkip(int value, int count) {
    return add(JUMP_IF_AT_LEAST, 0, count, value);
  }

  /** Ends with an action of {@link SeccompFilter}. */
  public BpfProgram answer(int action) {
    return add(RETURN, 0, 0, action);
  }

  private BpfProgram add(int code, int ifTrue, int ifFalse, int constant) {
    instructions.add(new Instruction(code, ifTrue, ifFalse, constant));
    return this;
  }

  /** Bytes that {@link #write} needs. */
  public long size() {
    return PROGRAM_SIZE + (long) instructions.size() * INSTRUCTION_SIZE;
  }

  /**
   * Writes a {@code struct sock_fprog} with its instructions behind it.
   *
   * @param base where in {@code memory}, a multiple of 8
   * @param address what {@code base} is to whoever installs the program
   */
  public void write(MemorySegment memory, long base, long address) {
    memory.asSlice(base, size()).fill((byte) 0);
    memory.set(JAVA_SHORT, base, (short) instructions.size());
    memory.set(JAVA_LONG, base + PROGRAM_FILTER, address + PROGRAM_SIZE);
    long at = base + PROGRAM_SIZE;
    for (Instruction instruction : instructions) {
      memory.set(JAVA_SHORT, at, (short) instruction.code());
      memory.set(JAVA_BYTE, at + 2, (byte) instruction.ifTrue());
      memory.set(JAVA_BYTE, at + 3, (byte) instruction.ifFalse());
      memory.set(JAVA_INT, at + 4, instruction.constant());
      at += INSTRUCTION_SIZE;
    }
  }
}
