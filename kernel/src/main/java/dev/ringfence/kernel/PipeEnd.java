// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.engine.Resource;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One end of a pipe that the host made, to be granted to one domain. Closing it without having
 * granted it closes the end.
 */
public final class PipeEnd implements AutoCloseable {

  private final AtomicReference<@Nullable Resource> resource;

  PipeEnd(Resource resource) {
    this.resource = new AtomicReference<>(resource);
  }

  HeldResource take() {
    Resource taken = resource.getAndSet(null);
    if (taken == null) {
      throw new SyscallException(
          SyscallError.INVALID_STATE, "this end of the pipe was granted or closed already");
    }
    return new HeldResource(taken);
  }

  @Override
  public void close() {
    Resource left = resource.getAndSet(null);
    if (left != null) {
      left.close();
    }
  }
}
