// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Resource;
import org.jspecify.annotations.Nullable;

/** The resource behind a NETWORK capability: which addresses sockets may talk to. */
final class Network extends Resource {

  Network() {
    super(CapabilityType.NETWORK);
  }

  @Override
  public @Nullable SyscallError close() {
    return null;
  }
}
