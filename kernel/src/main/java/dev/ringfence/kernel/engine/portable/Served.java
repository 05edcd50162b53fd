// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

/** What {@link Readiness} calls when a channel became ready. */
interface Served {

  /**
   * Serves those who wait. On the selector's thread, so it does not block.
   *
   * @param ready the ready operations, bits of {@link java.nio.channels.SelectionKey}
   */
  void served(int ready);
}
