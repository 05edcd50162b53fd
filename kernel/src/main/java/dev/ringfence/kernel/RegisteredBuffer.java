// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Resource;
import org.jspecify.annotations.Nullable;

/**
 * A part of the arena that a ring registered; the resource behind a BUFFER capability.
 *
 * <p>It is unregistered when nobody holds it any more, and freed when, besides, no operation uses
 * it: a buffer is never taken from under an operation. Owned by its ring's lane, but for {@link
 * #close}.
 */
final class RegisteredBuffer extends Resource {

  final int index;
  final long offset;
  final long length;

  /** The engine's number for it, or -1. */
  final int registered;

  @Nullable Capability capability;

  private final RegisteredBuffers owner;
  private int users;
  private boolean retired;
  private boolean freed;
  private @Nullable Runnable whenFreed;

  RegisteredBuffer(RegisteredBuffers owner, int index, long offset, long length, int registered) {
    super(CapabilityType.BUFFER);
    this.owner = owner;
    this.index = index;
    this.offset = offset;
    this.length = length;
    this.registered = registered;
  }

  void use(InFlight operation) {
    operation.buffer = this;
    users++;
  }

  void unuse() {
    users--;
    freeIfUnused();
  }

  /**
   * Takes it out of the ring's table: no new operation finds it.
   *
   * @param then runs when its last user is done
   */
  void retire(@Nullable Runnable then) {
    if (!retired) {
      retired = true;
      owner.clear(this);
    }
    if (then != null) {
      whenFreed = then;
    }
    freeIfUnused();
  }

  /**
   * The end of the capability that it was registered with ends it, whatever duplicates there are.
   */
  void capabilityClosed(Capability closed, Lane here) {
    Lane home = owner.lane();
    if (here == home) {
      retireWith(closed);
    } else {
      home.post(() -> retireWith(closed));
    }
  }

  private void retireWith(Capability closed) {
    if (capability == closed) {
      retire(null);
    }
  }

  private void freeIfUnused() {
    if (!retired || users > 0) {
      return;
    }
    if (!freed) {
      freed = true;
      owner.free(this);
    }
    Runnable then = whenFreed;
    whenFreed = null;
    if (then != null) {
      then.run();
    }
  }

  @Override
  public @Nullable SyscallError close() {
    owner.lane().post(() -> retire(null));
    return null;
  }
}
