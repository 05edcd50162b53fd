// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.linux.LinuxException;
import dev.ringfence.linux.uring.IoUring;
import dev.ringfence.linux.uring.RegisteredFiles;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The registered files of one Linux ring: those that are used often enough to be worth the call, so
 * that Linux need not look up and count the descriptor for every operation (10 to 20 % of a read).
 *
 * <p>A file is registered with one ring at most, the first that finds it busy. Owned by the queue's
 * owner, but for {@link #forget}.
 */
final class FixedFiles {

  private static final int SLOTS = 256;

  /** Uses after which registering has paid for itself. */
  private static final int USES_MIN = 32;

  private final IoUring ring;
  private final Completions completions;
  private final BitSet used = new BitSet(SLOTS);
  private @Nullable RegisteredFiles table;
  private boolean refused;
  private boolean closed;

  FixedFiles(IoUring ring, Completions completions) {
    this.ring = ring;
    this.completions = completions;
  }

  /** The file's slot in this ring, or -1. */
  int slotOf(LinuxFile file) {
    if (file.home == this) {
      return file.slot;
    }
    if (file.streams() || ++file.uses < USES_MIN || refused) {
      return -1;
    }
    file.uses = 0;
    return register(file);
  }

  private int register(LinuxFile file) {
    RegisteredFiles files = table();
    int slot = used.nextClearBit(0);
    if (files == null || slot >= SLOTS || !file.claim(slot)) {
      return -1;
    }
    if (files.set(slot, file.descriptor) < 0) {
      // claimed for good, but by nobody: other rings leave the file alone too
      return -1;
    }
    used.set(slot);
    file.home = this;
    return slot;
  }

  /** The file is about to be closed: without this, Linux would keep it open. Any thread. */
  void forget(int slot) {
    completions.post(() -> clear(slot));
  }

  private void clear(int slot) {
    if (!closed && table != null) {
      table.clear(slot);
      used.clear(slot);
    }
  }

  private @Nullable RegisteredFiles table() {
    if (table == null && !refused) {
      try {
        table = ring.registerFiles(SLOTS);
      } catch (LinuxException e) {
        refused = true;
      }
    }
    return table;
  }

  /** The ring is about to be closed, and its table with it. */
  void close() {
    closed = true;
  }
}
