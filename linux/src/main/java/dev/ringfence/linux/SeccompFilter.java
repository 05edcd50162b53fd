// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A seccomp(2) filter: named system calls answer an errno, all others pass.
 *
 * <p>Installed, it holds for the calling thread, for the threads and processes that it starts, and
 * for ever; NO_NEW_PRIVS is set with it. A container's profile works the same way, which makes this
 * the means to see how a program does without a call.
 */
public final class SeccompFilter {

  public static final int SECCOMP_SET_MODE_FILTER = 1;
  public static final int SECCOMP_RET_ERRNO = 0x00050000;
  public static final int SECCOMP_RET_ALLOW = 0x7fff0000;
  public static final int PR_SET_NO_NEW_PRIVS = 38;

  /** linux/bpf_common.h: load a word at a fixed offset; jump if equal; return a constant. */
  static final int LOAD_WORD = 0x20;

  static final int JUMP_IF_EQUAL = 0x15;
  static final int RETURN = 0x06;

  /** A jump of a classic BPF program reaches 255 instructions ahead. */
  public static final int NUMBERS_MAX = 200;

  /** {@code struct sock_filter}: u16 code, u8 jt, u8 jf, u32 k. */
  static final int INSTRUCTION_SIZE = 8;

  /** {@code struct sock_fprog}: u16 length, then a pointer. */
  static final int PROGRAM_SIZE = 16;

  static final int PROGRAM_FILTER = 8;

  private final Errno errno;
  private final long[] numbers;

  private SeccompFilter(Errno errno, long[] numbers) {
    this.errno = errno;
    this.numbers = numbers;
  }

  /**
   * Makes a filter.
   *
   * @param errno what the refused calls answer
   * @param numbers the refused calls, from {@link SystemCallNumber}; at most {@link #NUMBERS_MAX}
   */
  public static SeccompFilter refusing(Errno errno, long... numbers) {
    if (numbers.length > NUMBERS_MAX) {
      throw new IllegalArgumentException(
          "too many calls: count=%d, max=%d".formatted(numbers.length, NUMBERS_MAX));
    }
    return new SeccompFilter(errno, numbers.clone());
  }

  /**
   * Puts the filter on the calling platform thread. It cannot be taken off again.
   *
   * @return 0, or minus the errno
   */
  public long install() {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("a filter belongs to a platform thread, not to a carrier");
    }
    try (Arena arena = Arena.ofConfined()) {
      int count = numbers.length + 3;
      MemorySegment code = arena.allocate((long) count * INSTRUCTION_SIZE, Long.BYTES);
      // Offset 0 of struct seccomp_data is the call's number.
      instruction(code, 0, LOAD_WORD, 0, 0);
      for (int i = 0; i < numbers.length; i++) {
        int toRefusal = numbers.length - i;
        instruction(code, 1 + i, JUMP_IF_EQUAL, toRefusal, (int) numbers[i]);
      }
      instruction(code, count - 2, RETURN, 0, SECCOMP_RET_ALLOW);
      instruction(code, count - 1, RETURN, 0, SECCOMP_RET_ERRNO | errno.number());

      MemorySegment program = arena.allocate(PROGRAM_SIZE, Long.BYTES);
      program.set(JAVA_SHORT, 0, (short) count);
      program.set(JAVA_LONG, PROGRAM_FILTER, code.address());
      long result = SystemCall.call(SystemCallNumber.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
      if (result < 0) {
        return result;
      }
      return SystemCall.call(
          SystemCallNumber.SECCOMP, SECCOMP_SET_MODE_FILTER, 0, program.address());
    }
  }

  private static void instruction(MemorySegment code, int index, int operation, int jump, int k) {
    long base = (long) index * INSTRUCTION_SIZE;
    code.set(JAVA_SHORT, base, (short) operation);
    code.set(JAVA_BYTE, base + 2, (byte) jump);
    code.set(JAVA_INT, base + 4, k);
  }
}
