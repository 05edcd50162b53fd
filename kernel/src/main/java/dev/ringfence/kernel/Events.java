// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;

/** The operations on EVENT and PIPE_CREATE. Runs on the lane's owner. */
final class Events {

  private final Lifecycle lifecycle;

  Events(Lane lane, Lifecycle lifecycle, Kernel kernel) {
    this.lifecycle = lifecycle;
  }

  void perform(InFlight operation, OpCode code, Domain domain) {
    lifecycle.finish(operation, SyscallError.NOT_IMPLEMENTED.result());
  }

  /** Carries a POLL out; false if it is about something else. */
  boolean poll(InFlight operation) {
    return false;
  }
}
