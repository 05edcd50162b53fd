// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of equal, page-aligned buffers in the arena, registered with the kernel where it
 * allows that.
 *
 * <p>The pool is the back-pressure of a program: {@link #acquire} waits while all buffers are out,
 * which unmounts a virtual thread. Any thread. A buffer that nobody closed is reported and taken
 * back (see {@link Buffer}); start the JVM with {@code -Dringfence.leaks=trace} to have the report
 * say where it was acquired.
 */
public final class BufferPool implements AutoCloseable {

  /** One thread for all pools; it sleeps until something leaked. */
  private static final Cleaner CLEANER = Cleaner.create();

  private static final boolean TRACE = "trace".equals(System.getProperty("ringfence.leaks"));

  private final ArenaMemory arena;
  private final MemorySegment slab;
  private final int bufferBytes;
  private final IndexPool free;
  private final @Nullable Registration registration;
  private final AtomicLong leaked = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Takes the memory of {@code count} buffers from the arena.
   *
   * @param calls what registers the buffers, or null to leave them unregistered
   */
  BufferPool(ArenaMemory arena, int bufferBytes, int count, @Nullable DirectSubmission calls) {
    if (bufferBytes <= 0 || bufferBytes % RingContext.PAGE_SIZE != 0 || count <= 0) {
      throw new IllegalArgumentException(
          "buffers must be whole pages of %d bytes, and at least one: bufferBytes=%d, count=%d"
              .formatted(RingContext.PAGE_SIZE, bufferBytes, count));
    }
    this.arena = arena;
    this.slab = arena.allocate((long) bufferBytes * count);
    this.bufferBytes = bufferBytes;
    this.free = new IndexPool(count);
    this.registration = calls == null ? null : new Registration(calls, slab, bufferBytes);
  }

  /** The size of each buffer in bytes. */
  public int bufferBytes() {
    return bufferBytes;
  }

  /** How many buffers there are. */
  public int count() {
    return free.count();
  }

  /** How many are free at this instant. */
  public int available() {
    return free.available();
  }

  /** How many buffers were found unclosed and taken back so far; a correct program has 0. */
  public long leaked() {
    return leaked.get();
  }

  /**
   * Borrows a buffer, waiting while all are out.
   *
   * @throws SyscallException with {@code Interrupted} if the thread is interrupted while it waits;
   *     its interrupt flag stays set
   * @throws IllegalStateException if the pool is closed
   */
  public Buffer acquire() {
    try {
      checkOpen();
      return lend(free.acquire());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SyscallException(
          SyscallError.INTERRUPTED,
          "interrupted while waiting for one of %d buffers of %d bytes"
              .formatted(count(), bufferBytes),
          e);
    }
  }

  /** Borrows a buffer, or returns null while all are out. */
  public @Nullable Buffer tryAcquire() {
    checkOpen();
    int index = free.tryAcquire();
    return index < 0 ? null : lend(index);
  }

  /**
   * Gives the memory back to the arena. If buffers are still out, their memory stays reserved until
   * the domain ends, and that is reported as a leak: nobody else can be given memory that an
   * operation may still write to. Closing again does nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    for (int index = 0; index < count(); index++) {
      if (free.tryAcquire() < 0) {
        Leaks.report(
            "a pool was closed while %d of its %d buffers of %d bytes were still in use"
                .formatted(count() - index, count(), bufferBytes),
            null);
        return;
      }
    }
    if (registration != null) {
      registration.close();
    }
    arena.release(slab);
  }

  private void checkOpen() {
    if (closed.get()) {
      throw new IllegalStateException("this buffer pool is closed");
    }
  }

  private Buffer lend(int index) {
    MemorySegment segment = slab.asSlice((long) index * bufferBytes, bufferBytes);
    Throwable origin = TRACE ? new Throwable("acquired here") : null;
    Lease lease = new Lease(this, index, segment, origin);
    Buffer buffer = new Buffer(lease);
    lease.watch(buffer, CLEANER);
    return buffer;
  }

  /** The registered buffer that this lease lies in, or -1. Registers it at its first use. */
  int registeredIndex(Lease lease) {
    return registration == null ? -1 : registration.indexFor(lease.index);
  }

  /** Where in its registered buffer the lease begins. */
  long registeredOffset(Lease lease) {
    return registration == null ? 0 : registration.offsetOf(lease.index);
  }

  /** Called once a lease. */
  void takeBack(Lease lease) {
    free.release(lease.index);
  }

  void reportLeak(@Nullable Throwable origin) {
    leaked.incrementAndGet();
    Leaks.report(
        "a buffer of %d bytes was never closed and has been taken back; use try-with-resources%s"
            .formatted(bufferBytes, TRACE ? "" : " (-Dringfence.leaks=trace tells which)"),
        origin);
  }
}
