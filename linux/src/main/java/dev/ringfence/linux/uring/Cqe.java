// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

/** {@code struct io_uring_cqe}: user_data u64, res i32, flags u32. */
public final class Cqe {

  public static final int USER_DATA = 0;
  public static final int RES = 8;
  public static final int FLAGS = 12;
  public static final int SIZE = 16;

  private Cqe() {}
}
