// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.engine.SharedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory of this process, for embedded domains. java.nio has no lazy pages that are safe when the
 * disk is full, so all of it is touched once, when it is zeroed.
 */
final class ArenaMemory implements SharedMemory {

  private final Arena arena;
  private final MemorySegment segment;

  private ArenaMemory(Arena arena, MemorySegment segment) {
    this.arena = arena;
    this.segment = segment;
  }

  /** See {@link dev.ringfence.kernel.engine.Engine#allocate}. */
  static ArenaMemory allocate(long bytes) {
    if (bytes <= 0 || bytes % RingContext.PAGE_SIZE != 0) {
      throw new SyscallException(
          SyscallError.INVALID_ARGUMENT, "not a multiple of the page size: " + bytes + " bytes");
    }
    Arena arena = Arena.ofShared();
    try {
      return new ArenaMemory(arena, arena.allocate(bytes, RingContext.PAGE_SIZE));
    } catch (OutOfMemoryError e) {
      arena.close();
      throw new SyscallException(
          SyscallError.OUT_OF_MEMORY,
          "no " + bytes + " bytes of native memory; give the JVM more (-XX:MaxDirectMemorySize)",
          e);
    }
  }

  @Override
  public MemorySegment segment() {
    return segment;
  }

  @Override
  public void close() {
    arena.close();
  }
}
