// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import static dev.ringfence.linux.uring.UringHeader.IORING_REGISTER_BUFFERS2;
import static dev.ringfence.linux.uring.UringHeader.IORING_REGISTER_BUFFERS_UPDATE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringfence.linux.IoVector;
import dev.ringfence.linux.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * A ring's table of registered buffers: memory that the kernel has pinned and looked up once, for
 * {@link SubmissionQueue#readFixed} and writeFixed.
 *
 * <p>A slot keeps the pages, not the mapping: after munmap the kernel still writes to the old
 * pages. Operations in flight keep a buffer that is replaced. Same thread rules as the ring; ends
 * with it.
 */
public final class RegisteredBuffers {

  /** The kernel's limits on a table and on a buffer. */
  public static final int SLOTS_MAX = 1 << 14;

  public static final long BUFFER_SIZE_MAX = 1L << 30;

  private static final long UPDATE = 0;
  private static final long VECTOR = ResourceUpdate.SIZE;

  private final IoUring ring;
  private final int slots;
  private final MemorySegment memory = Arena.ofAuto().allocate(VECTOR + IoVector.SIZE, Long.BYTES);

  private RegisteredBuffers(IoUring ring, int slots) {
    this.ring = ring;
    this.slots = slots;
    memory.set(JAVA_LONG, UPDATE + ResourceUpdate.DATA, memory.address() + VECTOR);
    memory.set(JAVA_INT, UPDATE + ResourceUpdate.NR, 1);
  }

  static RegisteredBuffers of(IoUring ring, int slots) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      // Vectors of nothing, not the SPARSE flag: they do the same and need 5.13 only, not 5.19.
      MemorySegment none = arena.allocate((long) slots * IoVector.SIZE, Long.BYTES);
      MemorySegment table = arena.allocate(ResourceRegister.SIZE, Long.BYTES);
      table.set(JAVA_INT, ResourceRegister.NR, slots);
      table.set(JAVA_LONG, ResourceRegister.DATA, none.address());
      long result = ring.register(IORING_REGISTER_BUFFERS2, table.address(), ResourceRegister.SIZE);
      LinuxException.check("io_uring_register(BUFFERS2)", result);
      return new RegisteredBuffers(ring, slots);
    }
  }

  /** How many slots there are. */
  public int slots() {
    return slots;
  }

  /**
   * Pins memory and puts it into a slot, in the place of what was there.
   *
   * @param length at most {@link #BUFFER_SIZE_MAX}
   * @return 1; ENOMEM: the memlock limit is reached; EFAULT: not mapped; EOPNOTSUPP: file memory
   *     that cannot be pinned
   */
  public long set(int slot, long address, long length) {
    memory.set(JAVA_INT, UPDATE + ResourceUpdate.OFFSET, slot);
    IoVector.write(memory, VECTOR, address, length);
    long result =
        ring.register(
            IORING_REGISTER_BUFFERS_UPDATE, memory.address() + UPDATE, ResourceUpdate.SIZE);
    Reference.reachabilityFence(this);
    return result;
  }

  /** Empties a slot and unpins its memory, once nothing in flight uses it. */
  public long clear(int slot) {
    return set(slot, 0, 0);
  }
}
