// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.QueueOptions;
import dev.ringfence.kernel.engine.Resource;
import dev.ringfence.kernel.engine.SharedMemory;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.FileCalls;
import dev.ringfence.linux.FileSystemMagic;
import dev.ringfence.linux.LinuxException;
import dev.ringfence.linux.Mapping;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.PathCalls;
import dev.ringfence.linux.PollDescriptor;
import dev.ringfence.linux.Statx;
import dev.ringfence.linux.uring.IoUring;
import dev.ringfence.linux.uring.OpcodeSupport;
import dev.ringfence.linux.uring.RingOptions;
import dev.ringfence.linux.uring.UringHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Carries operations out on Linux io_uring, and on plain system calls where that has none. */
public final class UringEngine implements Engine {

  private static final int SUBMISSIONS_MAX = 1024;
  private static final int COMPLETIONS_MAX = 16_384;
  private static final int WORKERS_MAX = 4;
  private static final int PERMISSIONS_OF_NEW_FILES = 0666;

  /** The encoding in which the JVM itself hands path strings to Linux. */
  private static final Charset PATH_CHARSET =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  /** A bell's eventfd counts up by this; any number above 0 would do. */
  private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1L);

  private final ThreadPoolExecutor workers;
  private final UnixNames names = new UnixNames();
  private final boolean zeroCopy;

  private UringEngine(OpcodeSupport support) {
    zeroCopy = support.supports(UringHeader.IORING_OP_SEND_ZC);
    // threads come with the first operation that needs one, and go when idle
    workers =
        new ThreadPoolExecutor(
            WORKERS_MAX,
            WORKERS_MAX,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("ringfence-worker-", 0).daemon(true).factory());
    workers.allowCoreThreadTimeOut(true);
  }

  /**
   * Opens the engine; a ring is tried, so that what forbids rings is found out now.
   *
   * @throws SyscallException with {@code PermissionDenied} or {@code NotImplemented} where this
   *     process may not use io_uring, or the kernel has none
   */
  public static UringEngine open() {
    OpcodeSupport support;
    try (IoUring tried = IoUring.open(RingOptions.of(1))) {
      support = tried.probe();
      if (tried.completions().entries() < 1) {
        throw new SyscallException(SyscallError.INTERNAL_ERROR, "io_uring gave an empty ring");
      }
    } catch (LinuxException e) {
      throw refused(e);
    }
    byte[] here = {'.'};
    long beneath =
        PathCalls.openat2(OpenFlags.AT_FDCWD, here, OpenFlags.O_PATH, 0, OpenFlags.RESOLVE_BENEATH);
    if (beneath < 0) {
      throw new SyscallException(
          Errors.of(beneath),
          "openat2 cannot be used, and without it paths are not confined: "
              + Errno.describe(beneath));
    }
    Descriptors.close((int) beneath);
    return new UringEngine(support);
  }

  private static SyscallException refused(LinuxException e) {
    return new SyscallException(
        Errors.of(e.result()), "io_uring cannot be used: " + e.getMessage(), e);
  }

  @Override
  public String name() {
    return "io_uring";
  }

  @Override
  public SharedMemory allocate(long bytes) {
    try {
      Mapping mapping =
          Mapping.of(
              bytes,
              Mapping.PROT_READ | Mapping.PROT_WRITE,
              Mapping.MAP_SHARED | Mapping.MAP_ANONYMOUS | Mapping.MAP_NORESERVE,
              -1,
              0);
      return new MappedMemory(mapping);
    } catch (LinuxException e) {
      throw new SyscallException(
          SyscallError.MMAP_FAILED,
          "no " + bytes + " bytes of memory for a domain: " + e.getMessage(),
          e);
    }
  }

  private record MappedMemory(Mapping mapping) implements SharedMemory {
    @Override
    public MemorySegment segment() {
      return mapping.segment();
    }

    @Override
    public void close() {
      mapping.close();
    }
  }

  @Override
  public EngineQueue openQueue(QueueOptions options, Completions completions) {
    int operations = Integer.highestOneBit(Math.max(8, options.operationsMax() * 2 - 1));
    RingOptions wanted =
        RingOptions.of(Math.min(operations, SUBMISSIONS_MAX))
            .withCompletions(Math.min(operations * 2, COMPLETIONS_MAX))
            .with(
                options.fixedThread()
                    ? RingOptions.Threading.ONE_THREAD
                    : RingOptions.Threading.ANY_THREAD);
    long bell = Descriptors.eventfd(0, 0);
    if (bell < 0) {
      throw new SyscallException(
          Errors.of(bell), "no eventfd for a queue: " + Errno.describe(bell));
    }
    IoUring ring = null;
    try {
      ring = IoUring.open(wanted);
      if (options.fixedThread()) {
        // cheaper calls where the kernel has it; without it all goes on as before
        ring.pin();
      }
      return new UringQueue(this, ring, (int) bell, completions);
    } catch (LinuxException e) {
      Descriptors.close((int) bell);
      throw refused(e);
    } catch (RuntimeException | Error e) {
      if (ring != null) {
        ring.close();
      }
      Descriptors.close((int) bell);
      throw e;
    }
  }

  @Override
  public void awaitAny(List<EngineQueue> queues, long nanosMax) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entries =
          arena.allocate((long) PollDescriptor.SIZE * queues.size(), Integer.BYTES);
      boolean ready = false;
      for (int i = 0; i < queues.size(); i++) {
        UringQueue queue = (UringQueue) queues.get(i);
        PollDescriptor.write(
            entries, (long) i * PollDescriptor.SIZE, queue.descriptorToAwait(), Descriptors.POLLIN);
        ready |= queue.hasCompletions();
      }
      if (!ready) {
        Descriptors.poll(entries, queues.size(), nanosMax);
      }
    }
  }

  // ---- grants ----------------------------------------------------------------------------------

  @Override
  public Resource openDirectory(Path path, boolean crossMounts) {
    int descriptor = openHostPath(path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
    if (FileSystemMagic.isPseudo(FileCalls.fileSystemMagic(descriptor))) {
      Descriptors.close(descriptor);
      throw new SyscallException(
          SyscallError.PERMISSION_DENIED,
          path
              + " is on a pseudo file system, whose files reach into the kernel and into other"
              + " processes; it cannot be granted");
    }
    int resolve =
        OpenFlags.RESOLVE_BENEATH
            | OpenFlags.RESOLVE_NO_MAGICLINKS
            | (crossMounts ? 0 : OpenFlags.RESOLVE_NO_XDEV);
    return new LinuxFile(CapabilityType.DIRECTORY, descriptor, resolve);
  }

  @Override
  public Resource openFile(Path path, long rights) {
    boolean reads = (rights & (Rights.READ | Rights.MAP)) != 0;
    boolean writes = (rights & (Rights.WRITE | Rights.TRUNCATE)) != 0;
    int access = writes ? (reads ? OpenFlags.O_RDWR : OpenFlags.O_WRONLY) : OpenFlags.O_RDONLY;
    int create = (rights & Rights.CREATE) != 0 ? OpenFlags.O_CREAT : 0;
    // O_NONBLOCK until it is known to be a file: a FIFO would keep us waiting for its other end
    int descriptor =
        openHostPath(path, access | create | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY);
    long kind = Status.kind(descriptor);
    boolean pseudo = FileSystemMagic.isPseudo(FileCalls.fileSystemMagic(descriptor));
    if (kind != Statx.S_IFREG || pseudo) {
      Descriptors.close(descriptor);
      boolean directory = kind == Statx.S_IFDIR;
      throw new SyscallException(
          directory ? SyscallError.IS_A_DIRECTORY : SyscallError.PERMISSION_DENIED,
          path + (directory ? " is a directory; grant it as one" : " is not a regular file"));
    }
    long flags = Descriptors.fcntl(descriptor, Descriptors.F_GETFL, 0);
    Descriptors.fcntl(descriptor, Descriptors.F_SETFL, flags & ~OpenFlags.O_NONBLOCK);
    return new LinuxFile(CapabilityType.FILE, descriptor, 0);
  }

  private static int openHostPath(Path path, int flags) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new SyscallException(
          SyscallError.INVALID_ARGUMENT,
          path + " is not on the host's file system: only the portable engine can grant it");
    }
    byte[] name = path.toAbsolutePath().toString().getBytes(PATH_CHARSET);
    int mode = (flags & OpenFlags.O_CREAT) != 0 ? PERMISSIONS_OF_NEW_FILES : 0;
    long result = PathCalls.openat2(OpenFlags.AT_FDCWD, name, flags, mode, 0);
    if (result < 0) {
      throw new SyscallException(
          Errors.of(result), "cannot open " + path + ": " + Errno.describe(result));
    }
    return (int) result;
  }

  @Override
  public Resource standardStream(int number) {
    long copy = Descriptors.duplicate(number);
    if (copy < 0) {
      throw new SyscallException(
          Errors.of(copy), "standard stream " + number + ": " + Errno.describe(copy));
    }
    return new LinuxFile(CapabilityType.PIPE, (int) copy, 0);
  }

  @Override
  public Pipe pipe() {
    long ends = Descriptors.pipe(0);
    if (ends < 0) {
      throw new SyscallException(Errors.of(ends), "no pipe: " + Errno.describe(ends));
    }
    return new Pipe(
        new LinuxFile(CapabilityType.PIPE, (int) ends, 0),
        new LinuxFile(CapabilityType.PIPE, (int) (ends >>> 32), 0));
  }

  // ---- for queues ------------------------------------------------------------------------------

  ExecutorService workers() {
    return workers;
  }

  UnixNames names() {
    return names;
  }

  /** Whether this Linux can send without a copy. */
  boolean zeroCopy() {
    return zeroCopy;
  }

  /** Ends the wait of whoever reads this eventfd. */
  static void ringBell(int descriptor) {
    FileCalls.write(descriptor, ONE.address(), Long.BYTES);
  }

  @Override
  public void close() {
    workers.shutdown();
  }
}
