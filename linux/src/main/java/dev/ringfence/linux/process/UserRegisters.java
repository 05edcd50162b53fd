// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.process;

/** {@code struct user_regs_struct} of sys/user.h, x86-64: all u64. */
public final class UserRegisters {

  public static final int R10 = 56;
  public static final int R9 = 64;
  public static final int R8 = 72;
  public static final int RAX = 80;
  public static final int RDX = 96;
  public static final int RSI = 104;
  public static final int RDI = 112;
  public static final int ORIG_RAX = 120;
  public static final int RIP = 128;
  public static final int RSP = 152;
  public static final int SIZE = 216;

  private UserRegisters() {}
}
