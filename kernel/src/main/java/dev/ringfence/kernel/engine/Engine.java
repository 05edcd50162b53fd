// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine;

import java.nio.file.Path;
import java.util.List;

/**
 * A way to carry operations out: Linux io_uring, java.nio, or a simulation.
 *
 * <p>All methods may be called from any thread. An engine outlives every queue and resource that it
 * made; the kernel closes those first.
 */
public interface Engine extends AutoCloseable {

  /** The name that {@code --engine} takes and {@code doctor} prints, such as {@code io_uring}. */
  String name();

  /**
   * Makes zeroed, page-aligned memory that a domain will share with the kernel. Untouched pages
   * should cost nothing where the host can do that.
   *
   * @param bytes the size, a multiple of the page size
   * @throws dev.ringfence.abi.SyscallException with {@code OutOfMemory} or {@code MmapFailed}
   */
  SharedMemory allocate(long bytes);

  /**
   * Opens a queue.
   *
   * @param options its bounds; with {@link QueueOptions#fixedThread()} the calling thread is the
   *     only one that will ever run the queue
   * @param completions where the queue delivers results
   */
  EngineQueue openQueue(QueueOptions options, Completions completions);

  /**
   * Blocks until one of {@code queues} has something to deliver or was woken, or the time is over.
   * The calling thread runs all of them.
   *
   * @param nanosMax the longest wait in nanoseconds
   */
  void awaitAny(List<EngineQueue> queues, long nanosMax);

  /**
   * Opens a directory of the host for a grant: this, {@link #openFile} and {@link #standardStream}
   * are the only ways in which authority enters from outside.
   *
   * @param path a directory; symbolic links in it are followed, it is the host's own word
   * @param crossMounts whether paths may lead into file systems mounted beneath it
   * @throws dev.ringfence.abi.SyscallException {@code NotFound}, {@code NotADirectory}, {@code
   *     PermissionDenied} (also for pseudo file systems such as procfs)
   */
  Resource openDirectory(Path path, boolean crossMounts);

  /**
   * Opens a regular file of the host for a grant.
   *
   * @param rights bits of {@link dev.ringfence.abi.Rights}: READ and WRITE decide the access mode,
   *     CREATE makes the file when it is missing
   * @throws dev.ringfence.abi.SyscallException {@code NotFound}, {@code IsADirectory}, {@code
   *     PermissionDenied}
   */
  Resource openFile(Path path, long rights);

  /**
   * One of the kernel process's own standard streams, as a PIPE resource whatever it is (terminal,
   * pipe or file). Closing the resource leaves the stream open.
   *
   * @param number 0, 1 or 2
   */
  Resource standardStream(int number);

  /** Makes a pipe; both ends are PIPE resources. */
  Pipe pipe();

  /** Frees what the engine itself holds, such as worker threads. */
  @Override
  void close();

  /** The two ends of a pipe. */
  record Pipe(Resource source, Resource sink) {}
}
