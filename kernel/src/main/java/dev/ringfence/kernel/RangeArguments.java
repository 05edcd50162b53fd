// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;

/** Turns the words of operations on ranges of files into what an engine works with. */
final class RangeArguments {

  private RangeArguments() {}

  /** READ_VECTOR, WRITE_VECTOR. */
  static int vector(InFlight operation, Domain domain) {
    return SyscallError.NOT_IMPLEMENTED.result();
  }

  /** ALLOCATE, ADVISE, SYNC_RANGE. */
  static int range(InFlight operation) {
    return SyscallError.NOT_IMPLEMENTED.result();
  }

  /** COPY_RANGE, SPLICE, TEE. */
  static int twoFiles(InFlight operation) {
    return SyscallError.NOT_IMPLEMENTED.result();
  }

  /** SET_ATTRIBUTES. */
  static int attributes(InFlight operation, Domain domain) {
    return SyscallError.NOT_IMPLEMENTED.result();
  }
}
