// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;

/** The operations on channels. Runs on the lane's owner. */
final class Channels {

  private final Lifecycle lifecycle;

  Channels(Lane lane, Lifecycle lifecycle, Kernel kernel) {
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
