// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.kernel.engine.EngineQueue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The registered buffers of one ring, by index. Owned by the ring's lane. */
final class RegisteredBuffers {

  /** Indices are 0 to 1023. */
  static final int INDEX_END = 1024;

  /** The program's word for "any free index": all ones. */
  static final int ANY_INDEX = -1;

  private final KernelRing ring;
  private @Nullable RegisteredBuffer[] buffers = new RegisteredBuffer[0];

  RegisteredBuffers(KernelRing ring) {
    this.ring = ring;
  }

  Lane lane() {
    return ring.lane;
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
    return ring.lane.kernel.tree().isLive(found.capability) ? found : null;
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
    EngineQueue queue = ring.lane.queue();
    int registered = queue.registerBuffer(ring.domain.memory().segment(), offset, length);
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
      ring.lane.queue().unregisterBuffer(buffer.registered);
    }
    ring.domain.budget().returnRegistered(buffer.length);
  }
}
