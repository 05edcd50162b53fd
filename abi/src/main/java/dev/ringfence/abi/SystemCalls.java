// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/**
 * The door between a program and the kernel: the call gate and the memory that both see. A program
 * needs nothing else, and gets nothing else.
 *
 * <p>Any thread of the domain may call; a ring, however, is used by one thread at a time.
 */
public interface SystemCalls {

  /**
   * Makes one system call.
   *
   * @param number one of {@link SystemCall#number()}; another one is answered with {@link
   *     SyscallError#NOT_IMPLEMENTED}
   * @param argument0 the first argument (register rdi)
   * @param argument1 the second argument (register rsi); 0 for calls that have one only
   * @return the result register: 0 or more is success, below 0 is minus a {@link
   *     SyscallError#code()}
   */
  long invoke(int number, long argument0, long argument1);

  /**
   * The whole shared region of the domain: its rings and its arena. Address {@code a} of the ABI is
   * at offset {@code a - sharedMemory().address()} of this segment.
   */
  MemorySegment sharedMemory();
}
