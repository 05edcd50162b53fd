// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.process;

import dev.ringfence.linux.SystemCall;
import dev.ringfence.linux.SystemCallNumber;
import java.lang.foreign.MemorySegment;

/**
 * ptrace(2) of one stopped thread, by the platform thread that traces it.
 *
 * <p>Every method answers 0 or more, or minus the errno; ESRCH means that the thread is gone or not
 * stopped.
 */
public final class Ptrace {

  public static final int PTRACE_TRACEME = 0;
  public static final int PTRACE_PEEKTEXT = 1;
  public static final int PTRACE_POKETEXT = 4;
  public static final int PTRACE_CONT = 7;
  public static final int PTRACE_SINGLESTEP = 9;
  public static final int PTRACE_GETREGS = 12;
  public static final int PTRACE_SETREGS = 13;
  public static final int PTRACE_DETACH = 17;
  public static final int PTRACE_SYSCALL = 24;
  public static final int PTRACE_SETOPTIONS = 0x4200;

  /** The end of the tracer kills the traced. */
  public static final int PTRACE_O_EXITKILL = 0x100000;

  public static final int PTRACE_O_TRACESYSGOOD = 1;

  private Ptrace() {}

  private static long call(int request, int pid, long address, long data) {
    return SystemCall.call(SystemCallNumber.PTRACE, request, pid, address, data, 0, 0);
  }

  public static long setOptions(int pid, int options) {
    return call(PTRACE_SETOPTIONS, pid, 0, options);
  }

  /** Copies the registers, {@link UserRegisters#SIZE} bytes. */
  public static long getRegisters(int pid, MemorySegment registers) {
    return call(PTRACE_GETREGS, pid, 0, registers.asSlice(0, UserRegisters.SIZE).address());
  }

  /** Sets the registers, {@link UserRegisters#SIZE} bytes. */
  public static long setRegisters(int pid, MemorySegment registers) {
    return call(PTRACE_SETREGS, pid, 0, registers.asSlice(0, UserRegisters.SIZE).address());
  }

  /**
   * Reads a word of the thread's memory.
   *
   * @param word where the kernel puts it: the raw call, unlike libc's, does not return it
   */
  public static long peek(int pid, long address, MemorySegment word) {
    return call(PTRACE_PEEKTEXT, pid, address, word.asSlice(0, Long.BYTES).address());
  }

  /** Writes a word of the thread's memory, its code included. */
  public static long poke(int pid, long address, long word) {
    return call(PTRACE_POKETEXT, pid, address, word);
  }

  /** Lets the thread run one instruction; it then stops with SIGTRAP. */
  public static long singleStep(int pid) {
    return call(PTRACE_SINGLESTEP, pid, 0, 0);
  }

  /** Lets the thread go, with its next instruction. */
  public static long detach(int pid) {
    return call(PTRACE_DETACH, pid, 0, 0);
  }
}
