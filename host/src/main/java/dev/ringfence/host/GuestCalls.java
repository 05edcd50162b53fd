// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.PollDescriptor;
import dev.ringfence.linux.SystemCall;
import dev.ringfence.linux.process.SystemCallListener;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves the system calls of one guest.
 *
 * <p>One thread leads: it receives calls and carries them out itself, which takes no handing over.
 * Before a call that may wait it has another thread lead on, for a second thread of the guest may
 * call meanwhile. If the guest changes what it waits for between that decision and the call, its
 * own threads wait for each other, and nobody else.
 */
final class GuestCalls {

  /** So many of a guest's calls may wait at once; more are {@code Busy}. */
  static final int WAITING_MAX = 256;

  private final Domain domain;
  private final Launch.Launched guest;
  private final Executor threads;
  private final Runnable ended;
  private final AtomicInteger inside = new AtomicInteger();

  /**
   * Calls of a guest.
   *
   * @param threads where to lead on and to wait, platform threads
   * @param ended runs once, when the guest's process has ended and no call is under way; it has not
   *     been waited for
   */
  GuestCalls(Domain domain, Launch.Launched guest, Executor threads, Runnable ended) {
    this.domain = domain;
    this.guest = guest;
    this.threads = threads;
    this.ended = ended;
  }

  void start() {
    inside.incrementAndGet();
    threads.execute(this::lead);
  }

  private void lead() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capture = SystemCall.newCapture();
      MemorySegment notification = arena.allocate(SystemCallListener.NOTIFICATION_SIZE, Long.BYTES);
      MemorySegment response = arena.allocate(SystemCallListener.RESPONSE_SIZE, Long.BYTES);
      MemorySegment watched = arena.allocate(2L * PollDescriptor.SIZE, Integer.BYTES);
      boolean leads = true;
      while (leads && awaitCall(watched)) {
        if (SystemCallListener.receive(capture, guest.listener(), notification) < 0) {
          // the caller was killed meanwhile; if all were, the next poll says so
          continue;
        }
        leads = !serve(capture, notification, response);
      }
      if (leads) {
        // the process is gone: others that still wait for it come back
        domain.close();
      }
    } finally {
      if (inside.decrementAndGet() == 0) {
        ended.run();
      }
    }
  }

  /** Waits for a call; false when the process has ended. */
  private boolean awaitCall(MemorySegment watched) {
    while (true) {
      PollDescriptor.write(watched, 0, guest.listener(), Descriptors.POLLIN);
      PollDescriptor.write(watched, PollDescriptor.SIZE, guest.process(), Descriptors.POLLIN);
      long ready = Descriptors.poll(watched, 2, Long.MAX_VALUE);
      if (ready < 0) {
        if (ready == Errno.EINTR.result()) {
          continue;
        }
        return false;
      }
      int calls = PollDescriptor.readyEvents(watched, 0);
      if ((calls & Descriptors.POLLIN) != 0) {
        return true;
      }
      if (PollDescriptor.readyEvents(watched, PollDescriptor.SIZE) != 0) {
        return false;
      }
      if ((calls & (Descriptors.POLLHUP | Descriptors.POLLERR)) != 0) {
        // no thread is left that could call; the process is about to be gone
        Descriptors.poll(guest.process(), Descriptors.POLLIN, Long.MAX_VALUE);
        return false;
      }
    }
  }

  /**
   * Carries out one call and answers it.
   *
   * @return whether another thread leads now
   */
  private boolean serve(MemorySegment capture, MemorySegment notification, MemorySegment response) {
    long id = notification.get(JAVA_LONG, SystemCallListener.NOTIFICATION_ID);
    int number = notification.get(JAVA_INT, SystemCallListener.NOTIFICATION_NUMBER);
    long first = notification.get(JAVA_LONG, SystemCallListener.NOTIFICATION_ARGUMENTS);
    long second =
        notification.get(JAVA_LONG, SystemCallListener.NOTIFICATION_ARGUMENTS + Long.BYTES);
    boolean handsOver = domain.mayWait(number, first, second);
    long result;
    if (handsOver && inside.get() > WAITING_MAX) {
      handsOver = false;
      result = SyscallError.BUSY.result();
    } else {
      if (handsOver) {
        start();
      }
      result = domain.invoke(number, first, second);
    }
    // ENOENT: the caller is gone, and does not miss it
    SystemCallListener.answer(capture, guest.listener(), response, id, result);
    return handsOver;
  }
}
