// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.SendFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Log;
import dev.ringfence.kernel.engine.Operation;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A socket, and the operations that wait for it: those that receive or accept and those that send,
 * each in their order, a connect, and polls. The selector is asked for what any of them waits for.
 *
 * <p>As with {@link WaitingStream} all of it happens under one lock, held for non-blocking calls
 * only (and while the name of a Unix socket is made). So a cancel is exact: what had moved nothing
 * moves nothing, and what had moved something says how much.
 */
abstract sealed class SocketResource extends WaitingResource implements Served
    permits StreamSocket, DatagramSocket {

  /** What {@link #interest} is told: somebody waits to receive, to send, or polls. */
  static final int RECEIVERS = 1;

  static final int SENDERS = 1 << 1;
  static final int POLLS = 1 << 2;
  static final int POLLS_IN = 1 << 3;
  static final int POLLS_OUT = 1 << 4;

  private static final int ALWAYS_REPORTED = PollEvents.ERR | PollEvents.HUP;

  final Readiness readiness;
  private final ReentrantLock lock = new ReentrantLock();
  private final WorkList receivers = new WorkList();
  private final WorkList senders = new WorkList();
  private final WorkList connects = new WorkList();
  private final WorkList polls = new WorkList();
  private int pollsIn;
  private int pollsOut;
  private @Nullable SelectionKey key;
  private boolean closed;

  /** A channel was given up while the selector knew it: its descriptor may not be free yet. */
  private boolean leftChannel;

  SocketResource(Readiness readiness) {
    super(CapabilityType.SOCKET);
    this.readiness = readiness;
  }

  /** Moves what can be moved now: a result, or {@link #WOULD_BLOCK}. Under the lock. */
  abstract long transfer(Work work) throws IOException;

  /** Begins to connect: a result, or {@link #WOULD_BLOCK}. Under the lock. */
  abstract long connect(Work work) throws IOException;

  /** Whether the connecting that {@link #connect} began is over: as that. Under the lock. */
  abstract long connected() throws IOException;

  /** Carries out what never waits. Under the lock. */
  abstract long control(Operation operation) throws IOException;

  /**
   * The events that hold now. Under the lock.
   *
   * @param ready what the selector reports, for what cannot be asked
   */
  abstract int events(int ready);

  /** The operations of a channel that {@code waiting} calls for. Under the lock. */
  abstract int interest(int waiting);

  abstract SelectableChannel channel();

  /** Whether the operation looks at the host's directories, which may block. */
  boolean usesPath(Work work) {
    return work.operation.endpoint instanceof Endpoint.Unix
        && switch (work.operation.code) {
          case BIND, CONNECT -> true;
          default -> false;
        };
  }

  @Override
  final void start(Work work) {
    begin(work);
  }

  /** As {@link #start}, on a thread that may block. */
  final long perform(Work work) {
    begin(work);
    return Work.NOT_OVER;
  }

  private void begin(Work work) {
    lock.lock();
    try {
      if (work.cancelRequested()) {
        work.finish(SyscallError.OPERATION_CANCELLED.result());
        return;
      }
      switch (work.operation.code) {
        case POLL -> startPoll(work);
        case ACCEPT, RECV, RECV_MESSAGE -> enqueue(receivers, work);
        case SEND, SEND_MESSAGE, SEND_ZERO_COPY -> enqueue(senders, work);
        case CONNECT -> startConnect(work);
        default -> finishControl(work);
      }
      request();
    } finally {
      lock.unlock();
    }
  }

  private void startPoll(Work work) {
    if (!answer(work, look(0))) {
      polls.add(work);
      count(work, 1);
    }
  }

  /** What cannot be looked at is told as an error. */
  private int look(int ready) {
    try {
      return events(ready);
    } catch (RuntimeException | Error e) {
      Log.internalError(e);
      return PollEvents.ERR;
    }
  }

  private void leave(Work poll) {
    polls.remove(poll);
    count(poll, -1);
  }

  private void count(Work poll, int change) {
    pollsIn += (poll.operation.length & PollEvents.IN) != 0 ? change : 0;
    pollsOut += (poll.operation.length & PollEvents.OUT) != 0 ? change : 0;
  }

  private static boolean answer(Work work, int events) {
    int wanted = events & (work.operation.length | ALWAYS_REPORTED);
    if (wanted == 0) {
      return false;
    }
    work.finish(wanted);
    return true;
  }

  private void enqueue(WorkList waiting, Work work) {
    if (waiting.isEmpty() && attempt(work)) {
      return;
    }
    if (mayWait(work.operation)) {
      waiting.add(work);
    } else {
      work.finish(work.moved > 0 ? work.moved : SyscallError.WOULD_BLOCK.result());
    }
  }

  private static boolean mayWait(Operation operation) {
    return switch (operation.code) {
      case RECV, RECV_MESSAGE -> (operation.flags & ReceiveFlags.DO_NOT_WAIT) == 0;
      case SEND, SEND_MESSAGE, SEND_ZERO_COPY -> (operation.flags & SendFlags.DO_NOT_WAIT) == 0;
      default -> true;
    };
  }

  /** Finishes {@code work} if it can be done now. */
  private boolean attempt(Work work) {
    long result;
    try {
      result = transfer(work);
    } catch (IOException | RuntimeException | Error e) {
      result = Failures.errorOf(e).result(); // this one's alone; the others go on
    }
    if (result == WOULD_BLOCK) {
      return false;
    }
    // an error after some bytes shows on the next try
    work.finish(result < 0 && work.moved > 0 ? work.moved : result);
    return true;
  }

  private void startConnect(Work work) {
    if (!connects.isEmpty()) {
      work.finish(SyscallError.BUSY.result()); // as connect(2): under way already
      return;
    }
    long result = resultOf(() -> connect(work));
    if (result == WOULD_BLOCK) {
      connects.add(work);
    } else {
      work.finish(result);
    }
  }

  private void finishControl(Work work) {
    work.finish(resultOf(() -> control(work.operation)));
    serve(0); // such as a shutdown, which ends what waits
  }

  private static long resultOf(Step step) {
    try {
      return step.run();
    } catch (IOException | RuntimeException | Error e) {
      return Failures.errorOf(e).result();
    }
  }

  private interface Step {
    long run() throws IOException;
  }

  @Override
  final void cancel(Work work) {
    lock.lock();
    try {
      if (!work.listed) {
        return;
      }
      if (work.operation.code == OpCode.POLL) {
        leave(work);
      } else {
        listOf(work).remove(work);
      }
      work.finish(work.moved > 0 ? work.moved : SyscallError.OPERATION_CANCELLED.result());
      request();
    } finally {
      lock.unlock();
    }
  }

  private WorkList listOf(Work work) {
    return switch (work.operation.code) {
      case CONNECT -> connects;
      case ACCEPT, RECV, RECV_MESSAGE -> receivers;
      default -> senders;
    };
  }

  @Override
  public final void served(int ready) {
    lock.lock();
    try {
      serve(ready);
      request();
    } finally {
      lock.unlock();
    }
  }

  /** Serves those who wait, in order: polls first, since they take nothing from the others. */
  private void serve(int ready) {
    if (closed) {
      return;
    }
    long connected = resultOf(this::connected);
    Work connecting = connected == WOULD_BLOCK ? null : connects.poll();
    if (connecting != null) {
      connecting.finish(connected);
    }
    if (!polls.isEmpty()) {
      answerPolls(look(ready));
    }
    serve(receivers);
    serve(senders);
  }

  private void serve(WorkList waiting) {
    for (Work next = waiting.first(); next != null && attempt(next); next = waiting.first()) {
      waiting.remove(next);
    }
  }

  private void answerPolls(int events) {
    Work next = polls.first();
    while (next != null) {
      Work following = next.after;
      if ((events & (next.operation.length | ALWAYS_REPORTED)) != 0) {
        leave(next);
        answer(next, events);
      }
      next = following;
    }
  }

  private void request() {
    if (closed) {
      return;
    }
    try {
      int waiting =
          (receivers.isEmpty() ? 0 : RECEIVERS)
              | (senders.isEmpty() ? 0 : SENDERS)
              | (polls.isEmpty() ? 0 : POLLS)
              | (pollsIn == 0 ? 0 : POLLS_IN)
              | (pollsOut == 0 ? 0 : POLLS_OUT);
      key = readiness.await(channel(), key, interest(waiting), this);
    } catch (IOException | RuntimeException | Error e) {
      // readiness cannot be waited for, such as for want of descriptors or threads
      long failed = Failures.errorOf(e).result();
      finishAll(receivers, failed);
      finishAll(senders, failed);
      finishAll(connects, failed);
      finishAll(polls, failed);
      pollsIn = 0;
      pollsOut = 0;
    }
  }

  /** What the selector watches for: 0 if nobody waits, or it would go round and round. */
  final int watched() {
    lock.lock();
    try {
      return key == null ? 0 : key.interestOps();
    } finally {
      lock.unlock();
    }
  }

  private static void finishAll(WorkList waiting, long result) {
    for (Work next = waiting.poll(); next != null; next = waiting.poll()) {
      next.finish(next.moved > 0 ? next.moved : result);
    }
  }

  /** Whether somebody waits for a connection to be made. Under the lock. */
  final boolean connecting() {
    return !connects.isEmpty();
  }

  /** Another channel takes the place of the present one, which is closed. Under the lock. */
  final void leaveChannel() {
    SelectionKey left = key;
    if (left != null) {
      left.selector().wakeup(); // its next round frees the descriptor
      leftChannel = true;
      key = null;
    }
  }

  @Override
  public final @Nullable SyscallError close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    SyscallError failed = readiness.close(channel());
    if (leftChannel) {
      readiness.flush();
    }
    return failed;
  }
}
