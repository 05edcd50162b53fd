// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SyscallError;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Moves bytes between a resource and memory. A pool's buffer takes part directly; any other memory
 * is carried over in pieces through the slot, or through a borrowed transfer buffer.
 */
final class DataTransfer {

  /** The position that means: where the last operation ended. */
  static final long CURRENT = SubmissionEntry.CURRENT_POSITION;

  private DataTransfer() {}

  /** One READ into a part of a buffer; 0 at the end. */
  static int read(Capability from, Buffer buffer, int offset, int length, long position) {
    return move(OpCode.READ, from, buffer, offset, length, position);
  }

  /** One READ into any memory, of at most a transfer buffer's size; 0 at the end. */
  static int read(Capability from, MemorySegment target, long position) {
    int length = (int) Math.min(target.byteSize(), DirectSubmission.TRANSFER_BYTES);
    if (length <= Slot.TEXT_BYTES) {
      try (Slot slot = from.calls().slot()) {
        slot.begin(OpCode.READ, from.id()).memory(slot.textAddress(), length);
        int count = slot.auxiliary(position, 0).run("read", from, null);
        MemorySegment.copy(slot.textSegment(), 0, target, 0, count);
        return count;
      }
    }
    try (Buffer buffer = from.calls().transfers().acquire()) {
      int count = read(from, buffer, 0, length, position);
      MemorySegment.copy(buffer.segment(), 0, target, 0, count);
      return count;
    }
  }

  /** READs until the part of the buffer is full or the file ends. */
  static int fill(Capability from, Buffer buffer, int offset, int length, long position) {
    int done = 0;
    while (done < length) {
      int count = read(from, buffer, offset + done, length - done, at(position, done));
      if (count == 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  /** READs until the memory is full or the file ends. */
  static long fill(Capability from, MemorySegment target, long position) {
    long done = 0;
    while (done < target.byteSize()) {
      int count = read(from, target.asSlice(done), at(position, done));
      if (count == 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  /** WRITEs until the part of the buffer is written. */
  static void drain(Capability to, Buffer buffer, int offset, int length, long position) {
    int done = 0;
    while (done < length) {
      int from = offset + done;
      done += progress(to, move(OpCode.WRITE, to, buffer, from, length - done, at(position, done)));
    }
  }

  /** WRITEs until the memory is written. */
  static void drain(Capability to, MemorySegment source, long position) {
    if (source.byteSize() <= Slot.TEXT_BYTES) {
      drainShort(to, source, position);
      return;
    }
    try (Buffer buffer = to.calls().transfers().acquire()) {
      long done = 0;
      while (done < source.byteSize()) {
        int length = (int) Math.min(source.byteSize() - done, buffer.sizeBytes());
        MemorySegment.copy(source, done, buffer.segment(), 0, length);
        drain(to, buffer, 0, length, at(position, done));
        done += length;
      }
    }
  }

  private static void drainShort(Capability to, MemorySegment source, long position) {
    int length = (int) source.byteSize();
    try (Slot slot = to.calls().slot()) {
      MemorySegment.copy(source, 0, slot.textSegment(), 0, length);
      int done = 0;
      while (done < length) {
        slot.begin(OpCode.WRITE, to.id()).memory(slot.textAddress() + done, length - done);
        done += progress(to, slot.auxiliary(at(position, done), 0).run("write", to, null));
      }
    }
  }

  private static int move(
      OpCode code, Capability on, Buffer buffer, int offset, int length, long position) {
    Objects.checkFromIndexSize(offset, length, buffer.sizeBytes());
    Lease lease = buffer.lease();
    lease.beginUse();
    try (Slot slot = on.calls().slot()) {
      slot.begin(code, on.id()).memory(lease, offset, length).auxiliary(position, 0);
      return slot.run(code == OpCode.READ ? "read" : "write", on, null);
    } finally {
      lease.endUse();
    }
  }

  /** A resource that takes nothing and reports nothing would keep its writer busy for ever. */
  private static int progress(Capability to, int written) {
    if (written == 0) {
      throw Failures.of(SyscallError.IO_ERROR.result(), 0, "write", to, null);
    }
    return written;
  }

  private static long at(long position, long done) {
    return position == CURRENT ? CURRENT : position + done;
  }
}
