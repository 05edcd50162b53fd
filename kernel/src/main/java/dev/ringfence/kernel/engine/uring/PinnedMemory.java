// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.linux.LinuxException;
import dev.ringfence.linux.uring.IoUring;
import dev.ringfence.linux.uring.RegisteredBuffers;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The registered buffers of one Linux ring. Where Linux will not pin, for example because the
 * memlock limit is reached, the answer is -1 and operations use plain addresses.
 */
final class PinnedMemory {

  private static final int SLOTS = 1024;

  private final IoUring ring;
  private final BitSet used = new BitSet(SLOTS);
  private @Nullable RegisteredBuffers table;
  private boolean refused;

  PinnedMemory(IoUring ring) {
    this.ring = ring;
  }

  int add(long address, long length) {
    RegisteredBuffers buffers = table();
    int slot = used.nextClearBit(0);
    if (buffers == null || slot >= SLOTS || length > RegisteredBuffers.BUFFER_SIZE_MAX) {
      return -1;
    }
    if (buffers.set(slot, address, length) < 0) {
      return -1;
    }
    used.set(slot);
    return slot;
  }

  void remove(int slot) {
    if (table != null) {
      table.clear(slot);
      used.clear(slot);
    }
  }

  /** The table costs a call and some memory, and many rings never register a buffer. */
  private @Nullable RegisteredBuffers table() {
    if (table == null && !refused) {
      try {
        table = ring.registerBuffers(SLOTS);
      } catch (LinuxException e) {
        refused = true;
      }
    }
    return table;
  }
}
