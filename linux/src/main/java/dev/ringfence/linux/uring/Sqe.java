// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

/**
 * {@code struct io_uring_sqe}: where the fields lie in a submission queue entry.
 *
 * <pre>
 * 0      1     2      4    8          16        24   28       32
 * |opcode|flags|ioprio| fd | off      | addr    | len|op_flags|
 * 32          40        42          44         48        56     64
 * | user_data | buf_index|personality|file_index| addr3   | pad |
 * </pre>
 *
 * <p>The C structure has unions where operations differ; the first member's name stands for all.
 */
public final class Sqe {

  public static final int OPCODE = 0;
  public static final int FLAGS = 1;
  public static final int IOPRIO = 2;
  public static final int FD = 4;
  public static final int OFF = 8;
  public static final int ADDR = 16;
  public static final int LEN = 24;
  public static final int RW_FLAGS = 28;
  public static final int USER_DATA = 32;
  public static final int BUF_INDEX = 40;
  public static final int PERSONALITY = 42;
  public static final int FILE_INDEX = 44;
  public static final int ADDR3 = 48;
  public static final int SIZE = 64;

  private Sqe() {}
}
