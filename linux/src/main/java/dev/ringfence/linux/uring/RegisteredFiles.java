// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import static dev.ringfence.linux.uring.UringHeader.IORING_REGISTER_FILES;
import static dev.ringfence.linux.uring.UringHeader.IORING_REGISTER_FILES_UPDATE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringfence.linux.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * A ring's table of registered files: an operation that names a slot (IOSQE_FIXED_FILE) spares the
 * kernel a look-up and two atomic counts.
 *
 * <p>A slot keeps its file open, whatever becomes of the descriptor. Operations in flight keep it
 * too: emptying or replacing a slot does not disturb them. Same thread rules as the ring; ends with
 * it.
 */
public final class RegisteredFiles {

  private static final int EMPTY = -1;
  private static final long UPDATE = 0;
  private static final long FILE = ResourceUpdate.SHORT_SIZE;

  private final IoUring ring;
  private final int slots;
  private final MemorySegment memory = Arena.ofAuto().allocate(FILE + Integer.BYTES, Long.BYTES);

  private RegisteredFiles(IoUring ring, int slots) {
    this.ring = ring;
    this.slots = slots;
    memory.set(JAVA_LONG, UPDATE + ResourceUpdate.DATA, memory.address() + FILE);
  }

  static RegisteredFiles of(IoUring ring, int slots) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      // An array of -1, not the SPARSE flag: it does the same on every kernel.
      MemorySegment none = arena.allocate(JAVA_INT, slots).fill((byte) EMPTY);
      long result = ring.register(IORING_REGISTER_FILES, none.address(), slots);
      LinuxException.check("io_uring_register(FILES)", result);
      return new RegisteredFiles(ring, slots);
    }
  }

  /** How many slots there are. */
  public int slots() {
    return slots;
  }

  /**
   * Puts a file into a slot, in the place of what was there.
   *
   * @return 1, or minus the errno
   */
  public long set(int slot, int descriptor) {
    memory.set(JAVA_INT, UPDATE + ResourceUpdate.OFFSET, slot);
    memory.set(JAVA_INT, FILE, descriptor);
    long result = ring.register(IORING_REGISTER_FILES_UPDATE, memory.address() + UPDATE, 1);
    Reference.reachabilityFence(this);
    return result;
  }

  /** Empties a slot. */
  public long clear(int slot) {
    return set(slot, EMPTY);
  }
}
