// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine;

import java.lang.foreign.MemorySegment;

/** Memory that a domain shares with the kernel. Its one owner is the domain. */
public interface SharedMemory extends AutoCloseable {

  /** The whole region; bounded, readable and writable from every thread until closed. */
  MemorySegment segment();

  /** Unmaps the region. Only after the last completion that could write to it. */
  @Override
  void close();
}
