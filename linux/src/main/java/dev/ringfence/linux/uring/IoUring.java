// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import static dev.ringfence.linux.uring.UringHeader.IORING_ENTER_EXT_ARG;
import static dev.ringfence.linux.uring.UringHeader.IORING_ENTER_GETEVENTS;
import static dev.ringfence.linux.uring.UringHeader.IORING_ENTER_REGISTERED_RING;
import static dev.ringfence.linux.uring.UringHeader.IORING_OFF_SQES;
import static dev.ringfence.linux.uring.UringHeader.IORING_OFF_SQ_RING;
import static dev.ringfence.linux.uring.UringHeader.IORING_REGISTER_ENABLE_RINGS;
import static dev.ringfence.linux.uring.UringHeader.IORING_REGISTER_EVENTFD;
import static dev.ringfence.linux.uring.UringHeader.IORING_REGISTER_IOWQ_MAX_WORKERS;
import static dev.ringfence.linux.uring.UringHeader.IORING_REGISTER_RING_FDS;
import static dev.ringfence.linux.uring.UringHeader.IORING_REGISTER_SYNC_CANCEL;
import static dev.ringfence.linux.uring.UringHeader.IORING_SQ_CQ_OVERFLOW;
import static dev.ringfence.linux.uring.UringHeader.IORING_SQ_TASKRUN;
import static dev.ringfence.linux.uring.UringHeader.IORING_UNREGISTER_EVENTFD;
import static dev.ringfence.linux.uring.UringHeader.IORING_UNREGISTER_RING_FDS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.LinuxException;
import dev.ringfence.linux.Mapping;
import dev.ringfence.linux.SystemCall;
import dev.ringfence.linux.SystemCallNumber;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One io_uring: its descriptor, its two mappings, and the way into the kernel.
 *
 * <p>Used by one thread at a time, with a happens-before edge between them; with {@link
 * RingOptions.Threading#ONE_THREAD} by that one thread, {@link #close} included. Waiting keeps the
 * carrier of a virtual thread: only platform threads should wait.
 *
 * <p>Calls answer from 0 up, or minus the errno.
 */
public final class IoUring implements AutoCloseable {

  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final int PIN_SLOT_ANY = -1;

  private final RingLayout layout;
  private final Mapping rings;
  private final Mapping entries;
  private final SubmissionQueue submissions;
  private final CompletionQueue completions;
  private final RingScratch scratch = new RingScratch();

  /** -1 once closed: the number may then be another file's. */
  private int descriptor;

  /** What enter is called with: the descriptor, or its place in {@link #pinnedTo}'s table. */
  private int enterDescriptor;

  private int enterFlags;
  private @Nullable Thread pinnedTo;

  private IoUring(RingSetup setup, Mapping rings, Mapping entries) {
    descriptor = setup.descriptor();
    enterDescriptor = descriptor;
    layout = setup.layout();
    this.rings = rings;
    this.entries = entries;
    submissions = new SubmissionQueue(rings.segment(), entries.segment(), layout);
    completions = new CompletionQueue(rings.segment(), layout);
  }

  /**
   * Opens a ring with the best flags that this kernel has.
   *
   * @throws LinuxException ENOSYS (no io_uring), EOPNOTSUPP (before Linux 5.13), EPERM (forbidden:
   *     see {@link IoUringProbe}), ENOMEM (memory or the memlock limit), EMFILE, EINVAL (entries
   *     out of range)
   */
  public static IoUring open(RingOptions options) throws LinuxException {
    RingSetup setup = RingSetup.of(options);
    Mapping rings = null;
    try {
      rings = map(setup, setup.layout().ringsSize(), IORING_OFF_SQ_RING);
      return new IoUring(setup, rings, map(setup, setup.layout().sqesSize(), IORING_OFF_SQES));
    } catch (LinuxException e) {
      if (rings != null) {
        rings.close();
      }
      Descriptors.close(setup.descriptor());
      throw e;
    }
  }

  private static Mapping map(RingSetup setup, long size, long offset) throws LinuxException {
    return Mapping.of(
        size,
        Mapping.PROT_READ | Mapping.PROT_WRITE,
        Mapping.MAP_SHARED | Mapping.MAP_POPULATE,
        setup.descriptor(),
        offset);
  }

  /** The producer's side. */
  public SubmissionQueue submissions() {
    return submissions;
  }

  /** The consumer's side. */
  public CompletionQueue completions() {
    return completions;
  }

  /** The ring's descriptor, for another ring's messages or polls. It stays this object's. */
  public int descriptor() {
    return descriptor;
  }

  /** Whether the ring was set up with this IORING_SETUP flag. */
  public boolean has(int setupFlag) {
    return layout.has(setupFlag);
  }

  /** All IORING_SETUP flags that it was set up with. */
  public int setupFlags() {
    return layout.flags();
  }

  /** IORING_FEAT bits of the kernel. */
  public int features() {
    return layout.features();
  }

  /**
   * Hands what was pushed to the kernel; no call if there is nothing.
   *
   * @return how many entries were taken; {@link SubmissionQueue#pending} are left
   */
  public long submit() {
    int count = submissions.publish();
    return count == 0 ? 0 : enter(count, 0, 0, 0, 0);
  }

  /**
   * Hands what was pushed to the kernel, lets it post what has ended, and waits, all in one call.
   *
   * @param completionsMin how many completions to wait for, counted with those that are already
   *     there; 0 does not wait
   * @param nanosMax the longest wait; {@link Long#MAX_VALUE}: no bound
   * @return how many entries were taken. The wait's own errors are told only if none were: ETIME,
   *     EINTR. EBUSY and EAGAIN: reap and try again. If fewer were taken than were pushed, there
   *     was no wait.
   */
  public long submitAndWait(int completionsMin, long nanosMax) {
    int count = submissions.publish();
    if (completionsMin == 0 || nanosMax == Long.MAX_VALUE) {
      return enter(count, completionsMin, IORING_ENTER_GETEVENTS, 0, 0);
    }
    return enter(
        count,
        completionsMin,
        IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG,
        scratch.timeout(nanosMax),
        GetEventsArgument.SIZE);
  }

  /**
   * Whether the kernel holds completions back until the next {@link #submitAndWait}: work that only
   * this thread may do (not told by kernels before 5.19), or completions that found the queue full.
   *
   * <p>Opaque: a hint, and the call that follows orders everything.
   */
  public boolean needsEnter() {
    int flags = (int) INT.getOpaque(rings.segment(), (long) layout.sqFlags());
    return (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
  }

  /** Whether completions wait outside a full queue; {@link #submitAndWait} brings them in. */
  public boolean overflowed() {
    int flags = (int) INT.getOpaque(rings.segment(), (long) layout.sqFlags());
    return (flags & IORING_SQ_CQ_OVERFLOW) != 0;
  }

  /** How many malformed SQ indices the kernel has dropped: 0 always, or this class is wrong. */
  public int dropped() {
    return (int) INT.getOpaque(rings.segment(), (long) layout.sqDropped());
  }

  /** Lets a ring that was opened disabled begin; the calling thread becomes its one thread. */
  public long enable() {
    return register(IORING_REGISTER_ENABLE_RINGS, 0, 0);
  }

  /**
   * Makes the calls of this thread cheaper by registering the ring with it (Linux 5.18); an errno
   * changes nothing. From here on only this thread may enter and close the ring.
   *
   * @throws IllegalStateException on a virtual thread: the registration is the Linux thread's
   */
  public long pin() {
    if (Thread.currentThread().isVirtual() || pinnedTo != null) {
      throw new IllegalStateException("a ring is pinned once, to a platform thread");
    }
    long slot = scratch.pinSlot(PIN_SLOT_ANY, descriptor);
    long result = register(IORING_REGISTER_RING_FDS, slot, 1);
    if (result < 0) {
      return result;
    }
    pinnedTo = Thread.currentThread();
    enterDescriptor = scratch.pinnedSlot();
    enterFlags = IORING_ENTER_REGISTERED_RING;
    return 0;
  }

  /**
   * Keeps the number of the kernel's worker threads of the calling thread's rings within bounds
   * (Linux 5.15).
   *
   * @param bounded for files and block devices; 0: leave as it is
   * @param unbounded for all else, such as pipes; 0: leave as it is
   */
  public long limitWorkers(int bounded, int unbounded) {
    return register(IORING_REGISTER_IOWQ_MAX_WORKERS, scratch.twoInts(bounded, unbounded), 2);
  }

  /** Has an eventfd signalled at each completion. */
  public long registerEventfd(int eventfd) {
    return register(IORING_REGISTER_EVENTFD, scratch.twoInts(eventfd, 0), 1);
  }

  /** Undoes {@link #registerEventfd}. */
  public long unregisterEventfd() {
    return register(IORING_UNREGISTER_EVENTFD, 0, 0);
  }

  /**
   * Cancels and waits until what was cancelled has ended (Linux 6.0); the completions are posted as
   * always.
   *
   * @param targetUserData matched unless the flags say otherwise
   * @param fd matched with IORING_ASYNC_CANCEL_FD, else -1
   * @param nanosMax the longest wait; {@link Long#MAX_VALUE}: no bound
   * @return 0, or with CANCEL_ALL the count; ENOENT: nothing matched; ETIME
   */
  public long cancelAndWait(long targetUserData, int fd, int cancelFlags, long nanosMax) {
    long argument = scratch.syncCancel(targetUserData, fd, cancelFlags, nanosMax);
    return register(IORING_REGISTER_SYNC_CANCEL, argument, 1);
  }

  /**
   * Registers a table of {@code slots} empty file slots. Once a ring.
   *
   * @throws LinuxException EMFILE: more slots than the limit on open files
   */
  public RegisteredFiles registerFiles(int slots) throws LinuxException {
    return RegisteredFiles.of(this, slots);
  }

  /** Registers a table of {@code slots} empty buffer slots, at most 16384. Once a ring. */
  public RegisteredBuffers registerBuffers(int slots) throws LinuxException {
    return RegisteredBuffers.of(this, slots);
  }

  /** Asks the kernel which operations it knows. */
  public OpcodeSupport probe() throws LinuxException {
    return OpcodeSupport.of(this);
  }

  /** io_uring_register(2), for what has no method of its own. */
  long register(int code, long address, int count) {
    return SystemCall.call(
        scratch.capture(),
        SystemCallNumber.IO_URING_REGISTER,
        descriptor,
        code,
        address,
        count,
        0,
        0);
  }

  /** The one way into io_uring_enter(2): few frames, no branches, no allocation. */
  private long enter(int count, int completionsMin, int flags, long argument, long argumentSize) {
    return SystemCall.call(
        scratch.capture(),
        SystemCallNumber.IO_URING_ENTER,
        enterDescriptor,
        count,
        completionsMin,
        flags | enterFlags,
        argument,
        argumentSize);
  }

  /**
   * Closes the ring, once; later calls do nothing. The kernel goes on in the background with what
   * is in flight and may still write to its buffers: reap everything first.
   *
   * @throws IllegalStateException if the ring is pinned to another thread that is alive
   */
  @Override
  public void close() {
    if (descriptor < 0) {
      return;
    }
    if (pinnedTo != null) {
      unpin(pinnedTo);
    }
    Descriptors.close(descriptor);
    descriptor = -1;
    enterDescriptor = -1;
    enterFlags = 0;
    rings.close();
    entries.close();
  }

  /** First of all: the thread's table holds a reference that would outlive the descriptor. */
  private void unpin(Thread owner) {
    if (owner == Thread.currentThread()) {
      register(IORING_UNREGISTER_RING_FDS, scratch.pinSlot(enterDescriptor, 0), 1);
    } else if (owner.isAlive()) {
      throw new IllegalStateException("the ring is pinned to " + owner);
    }
    // A thread that has ended has taken its table with it.
    pinnedTo = null;
  }
}
