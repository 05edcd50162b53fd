// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.FsyncFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.uring.CompletionQueue;
import dev.ringfence.linux.uring.IoUring;
import dev.ringfence.linux.uring.SubmissionQueue;
import dev.ringfence.linux.uring.UringHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Operations on one Linux ring.
 *
 * <p>A slot number is the Linux user_data, so a completion finds its operation without a map. An
 * eventfd that is always being read is how another thread ends a wait. At most {@link #FILES_MAX}
 * operations on regular files are with Linux at once: beyond some hundred it would start worker
 * threads for them.
 */
final class UringQueue implements EngineQueue {

  /** In-flight file I/O past this makes io-wq grow (measured); the rest waits here. */
  private static final int FILES_MAX = 256;

  /** How long a wait for several completions may overlook a wake. */
  private static final long BATCH_NANOS_MAX = 1_000_000;

  private static final long WAKE_TAG = 1L << 62;
  private static final long CANCEL_TAG = 1L << 61;

  private final UringEngine engine;
  private final Completions completions;
  private final IoUring ring;
  private final SubmissionQueue submission;
  private final CompletionQueue completion;
  private final PathOperations paths;
  private final PinnedMemory registered;
  private final FixedFiles files;

  private final int wakeDescriptor;
  private final MemorySegment wakeWord;
  private boolean wakeArmed;

  private Slot[] slots = new Slot[0];
  private int[] freeSlots = new int[0];
  private int freeCount;
  private int inFlight;

  private int filesInFlight;
  private final WaitingSlots waitingFiles = new WaitingSlots();

  UringQueue(UringEngine engine, IoUring ring, int wakeDescriptor, Completions completions) {
    this.engine = engine;
    this.ring = ring;
    this.submission = ring.submissions();
    this.completion = ring.completions();
    this.completions = completions;
    this.paths = new PathOperations();
    this.registered = new PinnedMemory(ring);
    this.files = new FixedFiles(ring, completions);
    this.wakeDescriptor = wakeDescriptor;
    this.wakeWord = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);
  }

  // ---- starting --------------------------------------------------------------------------------

  @Override
  public void start(Operation operation) {
    switch (operation.code) {
      case READ, WRITE, FSYNC, POLL -> startOnRing(operation);
      default -> startOnPath(operation);
    }
  }

  private void startOnPath(Operation operation) {
    if (operation.onWorker) {
      engine.workers().execute(() -> runOnWorker(operation));
    } else {
      paths.run(operation).tell(completions, operation);
    }
  }

  /** The kernel waits for every operation's end, so the queue is still there afterwards. */
  private void runOnWorker(Operation operation) {
    Outcome outcome;
    try {
      outcome = paths.run(operation);
    } catch (RuntimeException | Error e) {
      outcome = new Outcome.Ended(SyscallError.INTERNAL_ERROR.result());
    }
    Outcome told = outcome;
    completions.post(() -> told.tell(completions, operation));
  }

  private void startOnRing(Operation operation) {
    Slot slot = takeSlot(operation);
    LinuxFile file = file(operation);
    if (file.streams()) {
      push(slot);
    } else if (filesInFlight >= FILES_MAX) {
      waitingFiles.add(slot);
    } else {
      slot.counted = true;
      filesInFlight++;
      push(slot);
    }
  }

  private static LinuxFile file(Operation operation) {
    if (operation.resource instanceof LinuxFile file) {
      return file;
    }
    throw new IllegalArgumentException("not a resource of this engine: " + operation.resource);
  }

  private void push(Slot slot) {
    while (!tryPush(slot)) {
      flush();
    }
  }

  private boolean tryPush(Slot slot) {
    Operation operation = slot.operation;
    int descriptor = file(operation).descriptor;
    long tag = slot.index;
    if (slot.waitsForReadiness) {
      int events = operation.code == OpCode.READ ? Descriptors.POLLIN : Descriptors.POLLOUT;
      return submission.pollAdd(descriptor, events, 0, 0, tag);
    }
    return switch (operation.code) {
      case READ -> read(operation, tag);
      case WRITE -> write(operation, tag);
      case FSYNC -> {
        boolean dataOnly = (operation.flags & FsyncFlags.DATA_ONLY) != 0;
        yield submission.fsync(
            descriptor, dataOnly ? UringHeader.IORING_FSYNC_DATASYNC : 0, 0, tag);
      }
      default -> submission.pollAdd(descriptor, linuxEvents(operation.length), 0, 0, tag);
    };
  }

  private boolean read(Operation operation, long tag) {
    LinuxFile file = file(operation);
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
    LinuxFile file = file(operation);
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

  private static int linuxEvents(int events) {
    return ((events & PollEvents.IN) != 0 ? Descriptors.POLLIN : 0)
        | ((events & PollEvents.OUT) != 0 ? Descriptors.POLLOUT : 0);
  }

  private static int ourEvents(int ready) {
    return ((ready & Descriptors.POLLIN) != 0 ? PollEvents.IN : 0)
        | ((ready & Descriptors.POLLOUT) != 0 ? PollEvents.OUT : 0)
        | ((ready & Descriptors.POLLERR) != 0 ? PollEvents.ERR : 0)
        | ((ready & Descriptors.POLLHUP) != 0 ? PollEvents.HUP : 0);
  }

  @Override
  public void cancel(Operation operation) {
    if (operation.engineIndex < 0) {
      return;
    }
    Slot slot = slots[operation.engineIndex];
    if (slot.operation != operation || slot.cancelAsked) {
      return;
    }
    slot.cancelAsked = true;
    if (slot.waitsForTurn) {
      waitingFiles.remove(slot);
      end(slot, SyscallError.OPERATION_CANCELLED.result());
      return;
    }
    // by user_data: by descriptor it would hit the operations of others on the same file
    while (!submission.cancel(slot.index, 0, 0, 0, CANCEL_TAG)) {
      flush();
    }
  }

  // ---- completing ------------------------------------------------------------------------------

  @Override
  public void progress(int completionsMin, long nanosMax) {
    if (completionsMin == 0) {
      if (ring.needsEnter()) {
        ring.submitAndWait(0, Long.MAX_VALUE);
      } else if (submission.pending() > 0) {
        flush();
      }
      reap();
      return;
    }
    if (reap() > 0 && submission.pending() == 0) {
      return;
    }
    armWake();
    int wanted = Math.max(1, Math.min(completionsMin, inFlight));
    if (wanted > 1) {
      // the wake itself is one completion: a batch is worth waiting for, but not for ever
      ring.submitAndWait(wanted, Math.min(nanosMax, BATCH_NANOS_MAX));
      if (reap() > 0) {
        return;
      }
    }
    ring.submitAndWait(1, nanosMax);
    reap();
  }

  private void flush() {
    long result = ring.submit();
    if (result == Errno.EBUSY.result() || result == Errno.EAGAIN.result()) {
      // Linux holds completions back for want of room; take some and it goes on
      reap();
      ring.submitAndWait(0, Long.MAX_VALUE);
    }
  }

  /** Delivers every completion that is there; how many there were. */
  private int reap() {
    int total = 0;
    for (int count = completion.ready(); count > 0; count = completion.ready()) {
      for (int i = 0; i < count; i++) {
        deliver(completion.userData(i), completion.result(i));
      }
      completion.advance(count);
      total += count;
    }
    return total;
  }

  private void deliver(long tag, int result) {
    if (tag == WAKE_TAG) {
      wakeArmed = false;
      return;
    }
    if (tag == CANCEL_TAG) {
      return;
    }
    Slot slot = slots[(int) tag];
    if (slot.waitsForReadiness && result >= 0) {
      slot.waitsForReadiness = false;
      push(slot);
    } else if (result == Errno.EAGAIN.result() && file(slot.operation).streams()) {
      // somebody else made the descriptor non-blocking: wait for it to be ready, then try again
      slot.waitsForReadiness = true;
      push(slot);
    } else if (result == Errno.ECANCELED.result() && !slot.cancelAsked) {
      // Linux cancels what a thread submitted when the thread ends; the operation is not the
      // thread's
      push(slot);
    } else if (result == Errno.EINTR.result() && !slot.cancelAsked) {
      push(slot);
    } else {
      end(slot, ended(slot, result));
    }
  }

  private static long ended(Slot slot, int result) {
    if (result < 0) {
      return failed(slot, result);
    }
    return slot.operation.code == OpCode.POLL ? ourEvents(result) : result;
  }

  private static long failed(Slot slot, int result) {
    if (slot.cancelAsked && result == Errno.EINTR.result()) {
      return SyscallError.OPERATION_CANCELLED.result();
    }
    LinuxFile file = file(slot.operation);
    if (file.direct && result == Errno.EINVAL.result()) {
      return SyscallError.NOT_ALIGNED.result();
    }
    if (file.streams() && result == Errno.EBADF.result()) {
      // read(2), write(2): the descriptor goes the other way
      return SyscallError.PERMISSION_DENIED.result();
    }
    return Errors.typed(result);
  }

  private void end(Slot slot, long result) {
    Operation operation = slot.operation;
    boolean counted = slot.counted;
    giveBack(slot);
    if (counted) {
      filesInFlight--;
      Slot next = waitingFiles.poll();
      if (next != null) {
        next.counted = true;
        filesInFlight++;
        push(next);
      }
    }
    completions.complete(operation, result);
  }

  // ---- slots -----------------------------------------------------------------------------------

  private Slot takeSlot(Operation operation) {
    if (freeCount == 0) {
      growSlots();
    }
    Slot slot = slots[freeSlots[--freeCount]];
    slot.operation = operation;
    operation.engineIndex = slot.index;
    inFlight++;
    return slot;
  }

  private void giveBack(Slot slot) {
    slot.operation.engineIndex = -1;
    slot.operation = Slot.NOBODY;
    slot.cancelAsked = false;
    slot.counted = false;
    slot.waitsForReadiness = false;
    freeSlots[freeCount++] = slot.index;
    inFlight--;
  }

  /** The kernel bounds how many operations there are; slots follow the most there ever were. */
  private void growSlots() {
    int old = slots.length;
    int grown = Math.max(64, old * 2);
    slots = Arrays.copyOf(slots, grown);
    freeSlots = Arrays.copyOf(freeSlots, grown);
    for (int i = grown - 1; i >= old; i--) {
      slots[i] = new Slot(i);
      freeSlots[freeCount++] = i;
    }
  }

  // ---- waking ----------------------------------------------------------------------------------

  private void armWake() {
    while (!wakeArmed) {
      wakeArmed = submission.read(wakeDescriptor, wakeWord.address(), Long.BYTES, 0, 0, WAKE_TAG);
      if (!wakeArmed) {
        flush();
      }
    }
  }

  @Override
  public void wake() {
    UringEngine.ringBell(wakeDescriptor);
  }

  /** Prepares a wait on the ring's descriptor, for {@link UringEngine#awaitAny}. */
  int descriptorToAwait() {
    armWake();
    flush();
    return ring.descriptor();
  }

  boolean hasCompletions() {
    return completion.ready() > 0;
  }

  // ---- the rest --------------------------------------------------------------------------------

  @Override
  public int registerBuffer(MemorySegment memory, long offset, long length) {
    return registered.add(memory.address() + offset, length);
  }

  @Override
  public void unregisterBuffer(int number) {
    registered.remove(number);
  }

  @Override
  public void close() {
    // the one read that is always in flight must not write to its word once that is freed
    while (wakeArmed) {
      submission.cancel(WAKE_TAG, 0, 0, 0, CANCEL_TAG);
      ring.submitAndWait(1, BATCH_NANOS_MAX);
      reap();
    }
    files.close();
    ring.close();
    Descriptors.close(wakeDescriptor);
  }
}
