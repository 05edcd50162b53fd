// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Vector;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** READ_VECTOR and WRITE_VECTOR over the whole of several buffers, until all of it is moved. */
final class Vectors {

  /** As many as a slot holds: more would need a buffer for the list alone. */
  static final int COUNT_MAX = (Slot.ANSWER_BYTES + Slot.TEXT_BYTES) / Vector.SIZE;

  private Vectors() {}

  /** Fills the buffers in their order; returns fewer bytes only at the end of the file. */
  static long fill(File from, List<Buffer> targets, long position) {
    return moveAll(OpCode.READ_VECTOR, from, targets, position);
  }

  /** Writes the buffers in their order. */
  static long drain(File to, List<Buffer> sources, long position) {
    return moveAll(OpCode.WRITE_VECTOR, to, sources, position);
  }

  private static long moveAll(OpCode code, File on, List<Buffer> buffers, long position) {
    if (buffers.isEmpty() || buffers.size() > COUNT_MAX) {
      throw new IllegalArgumentException(
          "1 to %d buffers take part, not %d".formatted(COUNT_MAX, buffers.size()));
    }
    List<Lease> leases = buffers.stream().map(Buffer::lease).toList();
    int used = 0;
    try {
      for (Lease lease : leases) {
        lease.beginUse();
        used++;
      }
      return moveLeased(code, on, leases, position);
    } finally {
      leases.subList(0, used).forEach(Lease::endUse);
    }
  }

  private static long moveLeased(OpCode code, File on, List<Lease> leases, long position) {
    long total = leases.stream().mapToLong(lease -> lease.segment.byteSize()).sum();
    long done = 0;
    while (done < total) {
      int moved;
      try (Slot slot = on.calls().slot()) {
        int count = list(slot, leases, done);
        moved =
            slot.begin(code, on.id())
                .memory(slot.answerAddress(), count)
                .auxiliary(position + done, 0)
                .run(code == OpCode.READ_VECTOR ? "read" : "write", on, null);
      }
      if (moved == 0) {
        break;
      }
      done += moved;
    }
    return done;
  }

  /** Writes the list of what is not done yet. */
  private static int list(Slot slot, List<Lease> leases, long done) {
    long skip = done;
    int count = 0;
    for (Lease lease : leases) {
      MemorySegment segment = lease.segment;
      long passed = Math.min(skip, segment.byteSize());
      skip -= passed;
      if (passed < segment.byteSize()) {
        long at = slot.answerOffset() + (long) count * Vector.SIZE;
        Vector.setAddr(slot.shared(), at, segment.address() + passed);
        Vector.setLen(slot.shared(), at, segment.byteSize() - passed);
        count++;
      }
    }
    return count;
  }
}
