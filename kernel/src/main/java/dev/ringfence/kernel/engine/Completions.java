// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine;

/** Where a queue says how its operations ended. Implemented by the kernel. */
public interface Completions {

  /**
   * The operation ended. Owner's thread only; the operation may be reused at once.
   *
   * @param result from 0 on success, or minus the code of a {@link dev.ringfence.abi.SyscallError}.
   *     LIST also sets {@link Operation#value}.
   */
  void complete(Operation operation, long result);

  /**
   * An OPEN, SOCKET_CREATE or ACCEPT succeeded. Owner's thread only. The kernel now owns {@code
   * resource} and closes it, also if it cannot be handed out any more.
   */
  void opened(Operation operation, Resource resource);

  /**
   * A SEND_ZERO_COPY sent {@code result} bytes, and the host still reads the memory: {@link
   * #complete} with the same result follows when it does not. Owner's thread only.
   */
  void sent(Operation operation, long result);

  /**
   * Runs {@code task} on the queue's owner, soon: the present one, or this thread if there is none.
   * Any thread. This is how a worker thread brings a completion home.
   */
  void post(Runnable task);
}
