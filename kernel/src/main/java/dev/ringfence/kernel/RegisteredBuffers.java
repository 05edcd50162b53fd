// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.kernel.engine.EngineQueue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The registered buffers of one ring, or of a domain's direct submissions, by index. Owned by the
 * lane that they are registered with.
 */
final class RegisteredBuffers {

  /** Indices are 0 to 1023. */
  static final int INDEX_END = 1024;

  /** The program's word for "any free index": all ones. */
  static final int ANY_INDEX = -1;

  private final Lane lane;
  private final Domain domain;
  private @Nullable RegisteredBuffer[] buffers = new RegisteredBuffer[0];

  RegisteredBuffers(Lane lane, Domain domain) {
    this.lane = lane;
    this.domain = domain;
  }

  /** Those that an operation means: its ring's, or without a ring its domain's own. */
  static RegisteredBuffers of(InFlight operation, Domain domain) {
    KernelRing ring = operation.ring;
    return ring != null ? ring.buffers : domain.directBuffers(operation.lane);
  }

  Lane lane() {
    return lane;
  }

  /** The buffer at an index from 0 to 1023, if it can be used. */
  @Nullable RegisteredBuffer at(int index) {
    if (index >= buffers.length) {
      return null;
    }
    RegisteredBuffer found = buffers[index];
    if (found == null || found.capability == null) {
      return null;
    }
    return lane.kernel.tree().isLive(found.capability) ? found : null;
  }

  /** A free index, the one that was asked for if it is free; or -1. */
  int freeIndex(int wanted) {
    if (wanted != ANY_INDEX) {
      return wanted >= buffers.length || buffers[wanted] == null ? wanted : -1;
    }
    for (int i = 0; i < INDEX_END; i++) {
      if (i >= buffers.length || buffers[i] == null) {
        return i;
      }
    }
    return -1;
  }

  /** Registers a range at a free index. */
  RegisteredBuffer add(int index, long offset, long length) {
    EngineQueue queue = lane.queue();
    int registered = queue.registerBuffer(domain.memory().segment(), offset, length);
    RegisteredBuffer added = new RegisteredBuffer(this, index, offset, length, registered);
    if (index >= buffers.length) {
      buffers = Arrays.copyOf(buffers, Math.min(INDEX_END, Math.max(16, (index + 1) * 2)));
    }
    buffers[index] = added;
    return added;
  }

  void clear(RegisteredBuffer buffer) {
    if (buffers[buffer.index] == buffer) {
      buffers[buffer.index] = null;
    }
  }

  void free(RegisteredBuffer buffer) {
    if (buffer.registered >= 0) {
      lane.queue().unregisterBuffer(buffer.registered);
    }
    domain.budget().returnRegistered(buffer.length);
  }
}
