// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;

/** DERIVE, and what it limits. Runs on the lane's owner. */
final class Limits {

  private final Lifecycle lifecycle;

  Limits(Lane lane, Lifecycle lifecycle, Kernel kernel) {
    this.lifecycle = lifecycle;
  }

  void derive(InFlight operation, Domain domain) {
    lifecycle.finish(operation, SyscallError.NOT_IMPLEMENTED.result());
  }
}
