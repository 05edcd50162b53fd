// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.AllocateFlags;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.FsyncFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.FileCalls;
import dev.ringfence.linux.uring.SubmissionQueue;
import dev.ringfence.linux.uring.UringHeader;

/** Operations on files and pipes, and polls, as entries of the Linux ring. */
final class FileRequests {

  private final SubmissionQueue submission;
  private final FixedFiles files;

  FileRequests(SubmissionQueue submission, FixedFiles files) {
    this.submission = submission;
    this.files = files;
  }

  /** Writes the entry; false if the queue is full. */
  boolean push(Slot slot) {
    Operation operation = slot.operation;
    int descriptor = LinuxFile.of(operation).descriptor;
    long tag = slot.index;
    return switch (operation.code) {
      case READ -> read(operation, tag);
      case WRITE -> write(operation, tag);
      case FSYNC -> {
        boolean dataOnly = (operation.flags & FsyncFlags.DATA_ONLY) != 0;
        yield submission.fsync(
            descriptor, dataOnly ? UringHeader.IORING_FSYNC_DATASYNC : 0, 0, tag);
      }
      case ALLOCATE ->
          submission.fallocate(
              descriptor,
              allocateMode(operation.flags),
              operation.offset,
              operation.rangeBytes,
              0,
              tag);
      case SYNC_RANGE ->
          // the flags are Linux's own
          submission.syncFileRange(
              descriptor, operation.offset, (int) operation.rangeBytes, operation.flags, 0, tag);
      default -> submission.pollAdd(descriptor, wanted(operation), 0, 0, tag);
    };
  }

  private boolean read(Operation operation, long tag) {
    LinuxFile file = LinuxFile.of(operation);
    long address = operation.memory.address() + operation.memoryOffset;
    int fixed = files.slotOf(file);
    int descriptor = fixed < 0 ? file.descriptor : fixed;
    int flags = fixed < 0 ? 0 : UringHeader.IOSQE_FIXED_FILE;
    int buffer = operation.registeredBuffer;
    return buffer < 0
        ? submission.read(descriptor, address, operation.length, operation.offset, flags, tag)
        : submission.readFixed(
            descriptor, buffer, address, operation.length, operation.offset, flags, tag);
  }

  private boolean write(Operation operation, long tag) {
    LinuxFile file = LinuxFile.of(operation);
    long address = operation.memory.address() + operation.memoryOffset;
    int fixed = files.slotOf(file);
    int descriptor = fixed < 0 ? file.descriptor : fixed;
    int flags = fixed < 0 ? 0 : UringHeader.IOSQE_FIXED_FILE;
    int buffer = operation.registeredBuffer;
    return buffer < 0
        ? submission.write(descriptor, address, operation.length, operation.offset, flags, tag)
        : submission.writeFixed(
            descriptor, buffer, address, operation.length, operation.offset, flags, tag);
  }

  private static int allocateMode(int flags) {
    return ((flags & AllocateFlags.KEEP_SIZE) != 0 ? FileCalls.FALLOC_FL_KEEP_SIZE : 0)
        | ((flags & AllocateFlags.PUNCH_HOLE) != 0 ? FileCalls.FALLOC_FL_PUNCH_HOLE : 0)
        | ((flags & AllocateFlags.ZERO_RANGE) != 0 ? FileCalls.FALLOC_FL_ZERO_RANGE : 0);
  }

  /** Of a socket, the end of what the peer sends is something to read. */
  private static int wanted(Operation operation) {
    int events = operation.length;
    boolean in = (events & PollEvents.IN) != 0;
    boolean socket = LinuxFile.of(operation).type() == CapabilityType.SOCKET;
    return (in ? Descriptors.POLLIN : 0)
        | (in && socket ? Descriptors.POLLRDHUP : 0)
        | ((events & PollEvents.OUT) != 0 ? Descriptors.POLLOUT : 0);
  }

  /** What Linux found ready, as {@link PollEvents}. */
  static int ready(int found) {
    int closed = Descriptors.POLLHUP | Descriptors.POLLRDHUP;
    return ((found & Descriptors.POLLIN) != 0 ? PollEvents.IN : 0)
        | ((found & Descriptors.POLLOUT) != 0 ? PollEvents.OUT : 0)
        | ((found & Descriptors.POLLERR) != 0 ? PollEvents.ERR : 0)
        | ((found & closed) != 0 ? PollEvents.HUP : 0);
  }
}
