// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.Log;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.uring.CompletionQueue;
import dev.ringfence.linux.uring.IoUring;
import dev.ringfence.linux.uring.SubmissionQueue;
import dev.ringfence.linux.uring.UringHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

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

  private final Completions completions;
  private final IoUring ring;
  private final SubmissionQueue submission;
  private final CompletionQueue completion;
  private final PlainCalls calls;
  private final FileRequests fileRequests;
  private final SocketRequests socketRequests;
  private final SocketWork sockets;
  private final Splicing splicing;
  private final PinnedMemory registered;
  private final FixedFiles files;
  private final Slots slots = new Slots();

  private final int wakeDescriptor;
  private final MemorySegment wakeWord;
  private boolean wakeArmed;

  private int filesInFlight;
  private final WaitingSlots waitingFiles = new WaitingSlots();

  UringQueue(UringEngine engine, IoUring ring, int wakeDescriptor, Completions completions) {
    this.ring = ring;
    this.submission = ring.submissions();
    this.completion = ring.completions();
    this.completions = completions;
    this.calls = new PlainCalls(this, engine, completions);
    this.registered = new PinnedMemory(ring);
    this.files = new FixedFiles(ring, completions);
    this.fileRequests = new FileRequests(submission, files);
    this.socketRequests = new SocketRequests(submission, engine.names(), engine.zeroCopy());
    this.sockets = new SocketWork(this, completions, socketRequests, calls);
    this.splicing = new Splicing(this, calls);
    this.wakeDescriptor = wakeDescriptor;
    this.wakeWord = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);
  }

  // ---- starting --------------------------------------------------------------------------------

  @Override
  public void start(Operation operation) {
    try {
      begin(operation);
    } catch (RuntimeException | Error e) {
      // an entry that was handed to Linux is the last thing that begins, so there is none
      if (operation.engineIndex >= 0) {
        failed(slots.at(operation.engineIndex), e);
      } else {
        Log.internalError(e);
        completions.complete(operation, SyscallError.INTERNAL_ERROR.result());
      }
    }
  }

  private void begin(Operation operation) {
    switch (operation.code) {
      case READ, WRITE, FSYNC, POLL, ALLOCATE -> startOnRing(operation);
      case SYNC_RANGE -> {
        // the ring's entry has 32 bits for the length
        if (operation.rangeBytes >>> 32 == 0) {
          startOnRing(operation);
        } else {
          calls.run(operation);
        }
      }
      case SPLICE, TEE -> splicing.goOn(takeSlot(operation));
      default -> {
        if (SocketRequests.handles(operation.code)) {
          sockets.start(operation);
        } else {
          calls.run(operation);
        }
      }
    }
  }

  private void startOnRing(Operation operation) {
    Slot slot = takeSlot(operation);
    if (LinuxFile.of(operation).streams()) {
      push(slot);
    } else if (filesInFlight >= FILES_MAX) {
      waitingFiles.add(slot);
    } else {
      slot.counted = true;
      filesInFlight++;
      push(slot);
    }
  }

  // ---- entries ---------------------------------------------------------------------------------

  Slot takeSlot(Operation operation) {
    return slots.take(operation);
  }

  void giveBack(Slot slot) {
    slots.giveBack(slot);
  }

  /** Hands the next entry of an operation to Linux. */
  void push(Slot slot) {
    while (!tryPush(slot)) {
      flush();
    }
  }

  private boolean tryPush(Slot slot) {
    if (slot.awaitedEvents != 0) {
      return submission.pollAdd(slot.awaitedDescriptor, slot.awaitedEvents, 0, 0, slot.index);
    }
    return SocketRequests.handles(slot.operation.code)
        ? socketRequests.push(slot)
        : fileRequests.push(slot);
  }

  /** Has the operation tried again when its descriptor is ready. */
  private void retryWhenReady(Slot slot) {
    int events =
        switch (slot.operation.code) {
          case READ, RECV, RECV_MESSAGE, ACCEPT -> Descriptors.POLLIN;
          default -> Descriptors.POLLOUT;
        };
    slot.await(LinuxFile.of(slot.operation).descriptor, events);
    push(slot);
  }

  @Override
  public void cancel(Operation operation) {
    if (operation.engineIndex < 0) {
      return;
    }
    Slot slot = slots.at(operation.engineIndex);
    if (slot.operation != operation || slot.cancelAsked) {
      return;
    }
    slot.cancelAsked = true;
    if (slot.onWorker || slot.over) {
      return;
    }
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
    if (reap() > 0) {
      // whoever waits has something to look at; what was submitted since then must go out all the
      // same, but not be waited for
      flush();
      return;
    }
    armWake();
    int wanted = Math.max(1, Math.min(completionsMin, slots.used()));
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
        deliver(completion.userData(i), completion.result(i), completion.flags(i));
      }
      completion.advance(count);
      total += count;
    }
    return total;
  }

  private void deliver(long tag, int result, int flags) {
    if (tag == WAKE_TAG) {
      wakeArmed = false;
      return;
    }
    if (tag == CANCEL_TAG) {
      return;
    }
    Slot slot = slots.at((int) tag);
    try {
      deliver(slot, result, flags);
    } catch (RuntimeException | Error e) {
      failed(slot, e);
    }
  }

  private void deliver(Slot slot, int result, int flags) {
    if ((flags & UringHeader.IORING_CQE_F_NOTIF) != 0) {
      sockets.notified(slot);
      return;
    }
    slot.notifications += (flags & UringHeader.IORING_CQE_F_MORE) != 0 ? 1 : 0;
    OpCode code = slot.operation.code;
    boolean splices = code == OpCode.SPLICE || code == OpCode.TEE;
    boolean ready = slot.awaitedEvents != 0 && result >= 0;
    if (ready) {
      slot.awaitedEvents = 0;
    }
    if (ready && splices) {
      splicing.goOn(slot);
    } else if (ready || isStray(slot, result)) {
      push(slot);
    } else if (shouldWait(slot, result)) {
      retryWhenReady(slot);
    } else if (SocketRequests.handles(code)) {
      sockets.completed(slot, result, flags);
    } else {
      end(slot, ended(slot, result));
    }
  }

  /**
   * Whether an entry was stopped, and nobody asked for that: Linux cancels what a thread submitted
   * when the thread ends, and the operation is not the thread's.
   */
  private static boolean isStray(Slot slot, int result) {
    boolean stopped = result == Errno.ECANCELED.result() || result == Errno.EINTR.result();
    slot.resumed |= stopped;
    return stopped && !slot.cancelAsked;
  }

  /** Whether somebody else made the descriptor non-blocking, or it connects without us. */
  private static boolean shouldWait(Slot slot, int result) {
    Operation operation = slot.operation;
    boolean busy =
        result == Errno.EAGAIN.result()
            && LinuxFile.of(operation).streams()
            && !SocketRequests.mustNotWait(operation);
    boolean connecting =
        operation.code == OpCode.CONNECT
            && slot.resumed
            && (result == Errno.EALREADY.result() || result == Errno.EINPROGRESS.result());
    return (busy || connecting) && !slot.cancelAsked;
  }

  private static long ended(Slot slot, int result) {
    if (result < 0) {
      return failed(slot, result);
    }
    return slot.operation.code == OpCode.POLL ? FileRequests.ready(result) : result;
  }

  private static long failed(Slot slot, int result) {
    boolean stopped = result == Errno.EINTR.result() || result == Errno.EAGAIN.result();
    if (slot.cancelAsked && stopped) {
      return SyscallError.OPERATION_CANCELLED.result();
    }
    LinuxFile file = LinuxFile.of(slot.operation);
    if (file.direct && result == Errno.EINVAL.result()) {
      return SyscallError.NOT_ALIGNED.result();
    }
    if (file.streams() && result == Errno.EBADF.result()) {
      // read(2), write(2): the descriptor goes the other way
      return SyscallError.PERMISSION_DENIED.result();
    }
    return Errors.typed(result);
  }

  /** The operation is over; nothing of it is with Linux any more. */
  void end(Slot slot, long result) {
    Operation operation = slot.operation;
    boolean counted = slot.counted;
    slots.giveBack(slot);
    if (counted) {
      filesInFlight--;
      startWaiting();
    }
    completions.complete(operation, result);
  }

  private void startWaiting() {
    Slot next = waitingFiles.poll();
    if (next == null) {
      return;
    }
    next.counted = true;
    filesInFlight++;
    try {
      push(next);
    } catch (RuntimeException | Error e) {
      failed(next, e);
    }
  }

  /**
   * Something that must not happen happened to an operation that has no entry with Linux: it ends
   * as soon as Linux is done with its memory, and all others go on.
   */
  void failed(Slot slot, Throwable failure) {
    Log.internalError(failure);
    if (slot.operation != Slot.NOBODY) {
      slot.over = true;
      slot.result = SyscallError.INTERNAL_ERROR.result();
      sockets.endWhenFree(slot);
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
