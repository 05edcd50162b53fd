// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;

/** Turns the words of a socket operation into what an engine works with. */
final class SocketArguments {

  private SocketArguments() {}

  /** 0, or a negative result. */
  static int prepare(InFlight operation, OpCode code, Domain domain) {
    return SyscallError.NOT_IMPLEMENTED.result();
  }
}
