// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Buffers that hold any datagram: java.nio cuts one that does not fit without a word, so it is
 * received into one of these first. A few are kept for the next time.
 */
final class DatagramBuffers {

  /** No datagram of IPv4 or IPv6 is longer (jumbograms aside, which no socket sends). */
  private static final int SIZE = 1 << 16;

  private static final int KEPT_MAX = 4;

  private final ArrayDeque<ByteBuffer> kept = new ArrayDeque<>();

  /** An empty buffer, to be given back. */
  synchronized ByteBuffer take() {
    @Nullable ByteBuffer buffer = kept.poll();
    return buffer == null ? ByteBuffer.allocateDirect(SIZE) : buffer.clear();
  }

  synchronized void giveBack(ByteBuffer buffer) {
    if (kept.size() < KEPT_MAX) {
      kept.push(buffer);
    }
  }
}
