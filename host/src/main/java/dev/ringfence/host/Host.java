// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.DomainBuilder;
import dev.ringfence.linux.LinuxException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Starts guests: native programs on x86-64 Linux. Closing it ends them; so does the end of this
 * process, however it ends. Any thread.
 *
 * <pre>{@code
 * try (Kernel kernel = Kernel.open(EngineChoice.choose(null));
 *     Host host = Host.open();
 *     Guest guest = host.start(
 *         GuestProgram.of(Path.of("./wc"), "in/a"),
 *         kernel.domain("wc").directory("in", data, Rights.READ_ONLY))) {
 *   int code = guest.exit().join().code();
 * }
 * }</pre>
 */
public final class Host implements AutoCloseable {

  private final Stub stub;

  /** One for all guests and for good: who traces a guest, and whose end kills it, is a thread. */
  private final ExecutorService tracer;

  /** These stay: Linux cancels what a thread has submitted when the thread ends. */
  private final ExecutorService threads;

  private final Set<Guest> guests = ConcurrentHashMap.newKeySet();

  /** Shared by who starts a guest, held alone by who closes: no guest is started into the end. */
  private final ReadWriteLock starting = new ReentrantReadWriteLock();

  private boolean closed;

  private Host(Stub stub) {
    this.stub = stub;
    this.tracer =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("ringfence-tracer").daemon(true).factory());
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            TimeUnit.NANOSECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().name("ringfence-guest-", 0).daemon(true).factory());
  }

  /**
   * Makes ready for guests.
   *
   * @throws SyscallException NotImplemented where there is no x86-64 Linux to run them
   */
  public static Host open() {
    if (!System.getProperty("os.name", "").equals("Linux")
        || !System.getProperty("os.arch", "").equals("amd64")) {
      throw new SyscallException(
          SyscallError.NOT_IMPLEMENTED, "native guests need Linux on x86-64");
    }
    try {
      return new Host(Stub.create());
    } catch (LinuxException e) {
      throw new SyscallException(
          SyscallError.INTERNAL_ERROR, "cannot make ready for guests: " + e.getMessage(), e);
    }
  }

  /** Starts a guest without limits of its process; see the other. */
  public Guest start(GuestProgram program, DomainBuilder grants) {
    return start(program, GuestLimits.none(), grants);
  }

  /**
   * Starts a guest.
   *
   * @param limits of its process
   * @param grants what it may do; opened here
   * @throws SyscallException when the program cannot run, or cannot be confined, or a grant cannot
   *     be opened; nothing is left then
   */
  public Guest start(GuestProgram program, GuestLimits limits, DomainBuilder grants) {
    starting.readLock().lock();
    try {
      if (closed) {
        throw new SyscallException(SyscallError.INVALID_STATE, "the host is closed");
      }
      return launch(program, limits, grants);
    } finally {
      starting.readLock().unlock();
    }
  }

  private Guest launch(GuestProgram program, GuestLimits limits, DomainBuilder grants) {
    Executable.check(program.executable());
    AtomicReference<GuestMemory> shared = new AtomicReference<>();
    Domain domain =
        grants
            .elsewhere(
                bytes -> {
                  GuestMemory memory = GuestMemory.allocate(bytes);
                  shared.set(memory);
                  return memory;
                },
                RingContext.BASE)
            .open();
    GuestMemory memory = shared.get();
    try {
      Launch launch = new Launch(stub, program, limits, memory);
      Guest guest = new Guest(domain, onTracer(tracer.submit(launch::run)));
      guests.add(guest);
      guest.serve(threads, () -> guests.remove(guest));
      return guest;
    } catch (RuntimeException | Error e) {
      domain.close();
      throw e;
    } finally {
      memory.closeDescriptor();
    }
  }

  private static <T> T onTracer(Future<T> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          // a guest that is half confined must not be left behind
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof SyscallException refused) {
            throw refused;
          }
          throw new IllegalStateException("a guest could not be started", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends all guests, waits for them, and frees what was made ready. Idempotent. */
  @Override
  public void close() {
    starting.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      starting.writeLock().unlock();
    }
    guests.forEach(Guest::kill);
    guests.forEach(guest -> guest.exit().exceptionally(failure -> null).join());
    tracer.close();
    threads.close();
    stub.close();
  }
}
