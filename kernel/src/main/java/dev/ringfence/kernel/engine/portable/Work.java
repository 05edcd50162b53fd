// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An operation in the engine's hands, from start to delivery.
 *
 * <p>Made anew for each start, because a cancelled one may still be referred to by the virtual
 * thread that was to carry it out, while the kernel already reuses the {@link Operation}. Whoever
 * claims it finishes it: a worker, or a cancel that came first. On a pipe or socket, its lock
 * decides instead. A {@link Splice} has works of its own, one a step.
 */
class Work implements Runnable {

  /** {@link #perform}'s answer when the work waits now, or has finished itself. */
  static final long NOT_OVER = Long.MIN_VALUE;

  private static final VarHandle CLAIMED;

  static {
    try {
      CLAIMED = MethodHandles.lookup().findVarHandle(Work.class, "claimed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Operation operation;
  private final @Nullable PortableQueue queue;

  @SuppressWarnings("unused") // through CLAIMED
  private volatile boolean claimed;

  /** Set by the one who finishes it; read by the owner after it came through the inbox. */
  private long result;

  private @Nullable Resource opened;

  /** Bytes moved so far, of an operation that waits for all of them; by the socket's lock. */
  int moved;

  /** The owner asked for its end: what has not begun to wait must not, what is long may stop. */
  private volatile boolean cancelRequested;

  /** What carries out a SPLICE, and is cancelled in its stead; the owner's. */
  @Nullable Splice splice;

  /** The next in an {@link Inbox}. */
  @Nullable Work link;

  /** Neighbours in a {@link WorkList}, and whether it is in one; guarded by the resource's lock. */
  @Nullable Work before;

  @Nullable Work after;
  boolean listed;

  Work(@Nullable PortableQueue queue, Operation operation) {
    this.queue = queue;
    this.operation = operation;
  }

  private boolean claim() {
    return CLAIMED.compareAndSet(this, false, true);
  }

  /** Carries it out, on a virtual thread that may block. */
  @Override
  public void run() {
    if (!claim()) {
      return;
    }
    long outcome = SyscallError.INTERNAL_ERROR.result();
    try {
      outcome = perform();
    } catch (IOException | RuntimeException | Error e) {
      outcome = Failures.errorOf(e).result();
    } finally {
      if (outcome != NOT_OVER) {
        finish(outcome);
      }
    }
  }

  private long perform() throws IOException {
    return switch (operation.resource) {
      case FileResource file -> file.perform(this);
      case DirectoryResource directory -> directory.perform(this);
      case SocketResource socket -> socket.perform(this);
      case null, default -> SyscallError.WRONG_CAPABILITY_TYPE.result();
    };
  }

  /** Ends it early if nobody has begun it. Owner's thread. */
  void cancel() {
    cancelRequested = true;
    if (splice != null) {
      splice.cancel();
    } else if (operation.resource instanceof WaitingResource waiting) {
      waiting.cancel(this);
    } else {
      end(SyscallError.OPERATION_CANCELLED.result());
    }
  }

  /** Finishes it on the spot, if nobody has claimed it. Not for one that waits on a resource. */
  void end(long outcome) {
    if (claim()) {
      finish(outcome);
    }
  }

  boolean cancelRequested() {
    return cancelRequested;
  }

  /** Whether nobody else on its stream is served before {@link WaitingStream#endTurn}. */
  boolean keepsTurn() {
    return false;
  }

  /** The part of the operation's memory that is still to be filled or read. */
  ByteBuffer rest() {
    return operation
        .memory
        .asSlice(operation.memoryOffset + moved, operation.length - (long) moved)
        .asByteBuffer();
  }

  /** What OPEN found; {@link #finish} with 0 follows. */
  void opened(Resource resource) {
    opened = resource;
  }

  /** Sends it home. Once, by whoever claimed it or took it from its stream. */
  void finish(long outcome) {
    result = outcome;
    if (queue != null) {
      queue.finished(this);
    }
  }

  long result() {
    return result;
  }

  @Nullable Resource opened() {
    return opened;
  }
}
