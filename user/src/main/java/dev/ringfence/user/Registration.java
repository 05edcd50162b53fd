// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.OpCode;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Registers the slab of a pool with the kernel, a section at a time and only when it is first used:
 * registering pins memory, and a program that reads one small file should not pay for the whole
 * slab. A section that the kernel refuses (a quota, an engine without it) is used unregistered.
 */
final class Registration {

  private static final long SECTION_BYTES_MIN = 1 << 20;

  /** Few, for the kernel has 1024 places a domain for all pools together. */
  private static final int SECTIONS_MAX = 64;

  private static final int UNTRIED = 0;
  private static final int UNDER_WAY = 1;
  private static final int REFUSED = 2;
  private static final int REGISTERED = 3;

  private final DirectSubmission calls;
  private final MemorySegment slab;
  private final int bufferBytes;
  private final int buffersPerSection;

  /** One of the states above; from {@link #REGISTERED} on, it is that plus the index. */
  private final AtomicIntegerArray sections;

  Registration(DirectSubmission calls, MemorySegment slab, int bufferBytes) {
    this.calls = calls;
    this.slab = slab;
    this.bufferBytes = bufferBytes;
    long buffers = slab.byteSize() / bufferBytes;
    long perSection =
        Math.max(Math.ceilDiv(buffers, SECTIONS_MAX), Math.max(1, SECTION_BYTES_MIN / bufferBytes));
    this.buffersPerSection = (int) Math.min(buffers, perSection);
    this.sections = new AtomicIntegerArray((int) Math.ceilDiv(buffers, buffersPerSection));
  }

  /** The registered index for this buffer of the pool, or -1: use its address. */
  int indexFor(int buffer) {
    int section = buffer / buffersPerSection;
    int state = sections.get(section);
    if (state == UNTRIED && sections.compareAndSet(section, UNTRIED, UNDER_WAY)) {
      state = register(section);
      sections.set(section, state);
    }
    return state - REGISTERED < 0 ? -1 : state - REGISTERED;
  }

  /** The offset of this buffer of the pool in its registered section. */
  long offsetOf(int buffer) {
    return (long) (buffer % buffersPerSection) * bufferBytes;
  }

  /** Unregisters all; no operation uses the slab any more. */
  void close() {
    for (int section = 0; section < sections.length(); section++) {
      int state = sections.getAndSet(section, REFUSED);
      if (state >= REGISTERED) {
        try (Slot slot = calls.slotForCleanup()) {
          slot.begin(OpCode.UNREGISTER_BUFFER, 0).registered(state - REGISTERED).submit();
        }
      }
    }
  }

  private int register(int section) {
    long sectionBytes = (long) buffersPerSection * bufferBytes;
    long start = section * sectionBytes;
    long length = Math.min(sectionBytes, slab.byteSize() - start);
    try (Slot slot = calls.slot()) {
      int index =
          slot.begin(OpCode.REGISTER_BUFFER, 0)
              .memory(slab.address() + start, (int) length)
              .registered(-1)
              .submit();
      return index < 0 ? REFUSED : REGISTERED + index;
    }
  }
}
