// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One end of a channel that the host made, to be granted to one domain. Closing it without having
 * granted it closes the end. Any thread.
 */
public final class ChannelEnd implements AutoCloseable {

  private final Kernel kernel;
  private final AtomicReference<@Nullable Port> port;

  ChannelEnd(Kernel kernel, Port port) {
    this.kernel = kernel;
    this.port = new AtomicReference<>(port);
  }

  HeldResource take() {
    Port taken = port.getAndSet(null);
    if (taken == null) {
      throw new SyscallException(
          SyscallError.INVALID_STATE, "this end of the channel was granted or closed already");
    }
    return new HeldResource(taken);
  }

  @Override
  public void close() {
    Port left = port.getAndSet(null);
    if (left != null) {
      kernel.closeAll(List.of(left));
    }
  }
}
