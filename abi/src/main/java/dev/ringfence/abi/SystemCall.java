// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import org.jspecify.annotations.Nullable;

/** The four system calls and their numbers. Everything else goes through the rings. */
public enum SystemCall {
  /** {@code (entries, flags)}: makes a ring; the result is the address of its context. */
  IO_URING_SETUP(2002, "make a ring: (entries, flags) -> base address"),
  /** {@code (sqe_addr, cqe_addr)}: serves rings, or executes one entry directly. */
  IO_URING_ENTER(2003, "serve rings, or execute one entry: (sqe_addr, cqe_addr) -> 0"),
  /** {@code (capability_id, rights)}: makes a child with the same or fewer rights. */
  CAPABILITY_DUP(2004, "duplicate with fewer rights: (capability_id, rights) -> new id"),
  /** {@code (handle)}: ends a capability and everything derived from it. */
  CAPABILITY_REVOKE(2005, "revoke with all that was derived: (handle) -> 0");

  private static final SystemCall[] BY_NUMBER = values();

  private final int number;
  private final String summary;

  SystemCall(int number, String summary) {
    this.number = number;
    this.summary = summary;
  }

  /** The number that a guest puts into {@code rax}. */
  public int number() {
    return number;
  }

  /** One line: purpose, arguments and result. */
  public String summary() {
    return summary;
  }

  /** The call with this number, or null; any long may be asked for, nothing is allocated. */
  public static @Nullable SystemCall of(long number) {
    long index = number - IO_URING_SETUP.number;
    return index >= 0 && index < BY_NUMBER.length ? BY_NUMBER[(int) index] : null;
  }
}
