// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import org.jspecify.annotations.Nullable;

/**
 * Every way in which a call or an operation can fail. The codes fit in 16 bits; on the wire (result
 * register, {@code result} of a completion) an error is minus its code.
 */
public enum SyscallError {
  // General
  INVALID_ARGUMENT(0x1, false, "a field, flag or value has no meaning here; correct the request"),
  OUT_OF_MEMORY(0x2, true, "the kernel found no memory for this; release some and try again"),
  PERMISSION_DENIED(
      0x3,
      false,
      "the capability lacks a right, or the path leaves its directory; ask for a wider grant"),
  NOT_FOUND(
      0x4, false, "no such name, or no operation to cancel; check the name, or create it first"),
  BUSY(0x5, true, "the resource is in use just now; try again when the other user is done"),
  INTERRUPTED(0x6, true, "the wait was interrupted before anything happened; submit it again"),
  ALREADY_EXISTS(0x7, false, "the name is taken; choose another one or open what is there"),
  INVALID_STATE(
      0x8,
      false,
      "the resource or the ring cannot do this in its present state; bring it there or remake it"),
  TIMEOUT(0x9, true, "the time passed before the operation was done; try again or allow more time"),
  WOULD_BLOCK(
      0xA, true, "ring full or resource not ready; reap completions or poll, then try again"),
  TOO_MANY_OPEN(0xB, true, "the host has no free descriptor; close something and try again"),
  NAME_TOO_LONG(
      0xC, false, "a path has more than 4095 bytes, or a name in it more than 255; shorten it"),
  NOT_A_DIRECTORY(0xD, false, "a directory was needed, something else is there; correct the path"),
  IS_A_DIRECTORY(
      0xE, false, "a directory is there, something else was needed; use the directory's operation"),
  DIRECTORY_NOT_EMPTY(0xF, false, "the directory still has entries; remove them first"),

  // Input and output
  IO_ERROR(
      0x100,
      false,
      "the device or file system failed; look at the host's log, the data may be lost"),
  END_OF_FILE(
      0x101, false, "the stream ended before the asked amount came; there is no more to read"),
  BROKEN_PIPE(0x102, false, "nobody reads the other end any more; stop writing and close"),
  CONNECTION_RESET(0x103, false, "the peer dropped the connection; close it and connect anew"),
  CONNECTION_REFUSED(0x104, true, "nobody listens there; start the peer, then try again"),
  CONNECTION_ABORTED(0x105, true, "the connection ended while it was being made; try again"),
  NOT_CONNECTED(0x106, false, "the socket has no peer; connect it first"),
  ADDRESS_IN_USE(
      0x107, true, "another socket has this address; choose another one or wait until it is free"),
  ADDRESS_NOT_AVAILABLE(
      0x108, false, "this machine does not have that address; choose one of its own"),
  NETWORK_UNREACHABLE(
      0x109, true, "there is no route to that network now; try again when there is"),
  HOST_UNREACHABLE(0x10A, true, "the host does not answer now; try again when it does"),

  // Capabilities
  INVALID_HANDLE(
      0x200,
      false,
      "not a live capability of this domain; use an id from the info page or from a completion"),
  WRONG_CAPABILITY_TYPE(
      0x202, false, "the capability is of a type that cannot do this; use one of the right type"),
  CAPABILITY_REVOKED(
      0x203, false, "the authority was taken back; close the capability and ask for a new grant"),
  CAPABILITY_TABLE_FULL(
      0x204, true, "the domain's table has no free slot; close capabilities and try again"),
  CANNOT_TRANSFER(
      0x205,
      false,
      "this capability may not be sent there (TRANSFER missing, or a channel over itself)"),
  QUOTA_EXCEEDED(
      0x206, true, "a quota of the domain is used up; let work finish or release what is held"),

  // Rings
  QUEUE_FULL(0x300, true, "a queue of the kernel is full; reap completions and try again"),
  QUEUE_OVERFLOW(0x301, false, "the ring is poisoned; set up another"),
  BUFFER_NOT_REGISTERED(
      0x302, false, "no buffer is registered under this index; register one first"),
  INVALID_BUFFER_INDEX(0x303, false, "an index of a buffer is 0 to 1023; correct it"),
  INVALID_OP_CODE(
      0x304, false, "no operation has this code; the kernel may be older than the program"),
  OPERATION_CANCELLED(
      0x305, false, "cancelled by CANCEL, a failed link, a timeout or the end of its ring"),
  RING_NOT_SETUP(0x306, false, "no ring of this domain is there; call sys_io_uring_setup first"),

  // Memory
  INVALID_ADDRESS(
      0x400,
      false,
      "the range is not wholly in the domain's arena or registered buffer; correct addr and len"),
  NOT_ALIGNED(0x401, false, "an address, offset or length is not aligned as needed here; align it"),
  MMAP_FAILED(0x402, false, "the host could not map this; use READ instead"),

  // Processes
  NO_SUCH_PROCESS(0x500, false, "the domain is gone"),
  PROCESS_LIMIT_REACHED(
      0x501, true, "no further domain may be started now; try again when one has ended"),
  INVALID_EXECUTABLE(
      0x502, false, "the file cannot be run as a guest; build it static for this machine"),

  // File systems
  FILESYSTEM_FULL(
      0x600, false, "no space, or a file or disk quota is reached; free some, then write again"),
  READ_ONLY_FILESYSTEM(0x601, false, "the file system is mounted read-only; write elsewhere"),
  CROSS_DEVICE_LINK(0x602, false, "the two names are on different file systems; copy instead"),
  INVALID_SEEK(
      0x603,
      false,
      "the resource has no positions, or not this one; use offset all ones on a stream"),

  // System
  NOT_IMPLEMENTED(0xFF00, false, "this kernel, engine or file system cannot do it; do without"),
  INTERNAL_ERROR(
      0xFF01, false, "a defect of the kernel, or an error unknown to it; its log says more");

  private final int code;
  private final boolean retryable;
  private final String description;
  private final String displayName;

  SyscallError(int code, boolean retryable, String description) {
    this.code = code;
    this.retryable = retryable;
    this.description = description;
    this.displayName = Names.camel(name());
  }

  /** The code, 1..65535. */
  public int code() {
    return code;
  }

  /** Minus the code: what a result register or a completion's {@code result} holds. */
  public int result() {
    return -code;
  }

  /** What happened and what to do about it, in plain words. */
  public String description() {
    return description;
  }

  /**
   * True if the same request, unchanged, may succeed later: the condition passes by itself, or when
   * the program finishes or releases something that it holds. False: repeating it is useless.
   */
  public boolean retryable() {
    return retryable;
  }

  /** The specification's name, such as {@code InvalidArgument}. */
  public String displayName() {
    return displayName;
  }

  /** The error with this code, or null. Allocates nothing. */
  public static @Nullable SyscallError of(int code) {
    if (code >= 0 && code < Tables.LOW.length) {
      return Tables.LOW[code];
    }
    int system = code - NOT_IMPLEMENTED.code;
    return system >= 0 && system < Tables.SYSTEM.length ? Tables.SYSTEM[system] : null;
  }

  /** The error of a completion's {@code result}; null for success and for unknown codes. */
  public static @Nullable SyscallError ofResult(int result) {
    return result < 0 ? of(-result) : null;
  }

  /** The error of a negative result; what is unknown here is an internal error. */
  static SyscallError ofNegative(long register) {
    SyscallError known = register >= -0xFFFF ? of((int) -register) : null;
    return known == null ? INTERNAL_ERROR : known;
  }

  /** Lookup by code: a load from an array, because every failing completion comes this way. */
  private static final class Tables {
    static final @Nullable SyscallError[] LOW = new SyscallError[INVALID_SEEK.code + 1];
    static final @Nullable SyscallError[] SYSTEM = new SyscallError[2];

    static {
      for (SyscallError error : values()) {
        if (error.code < LOW.length) {
          LOW[error.code] = error;
        } else {
          SYSTEM[error.code - NOT_IMPLEMENTED.code] = error;
        }
      }
    }
  }
}
