// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import static dev.ringfence.linux.uring.UringHeader.IORING_OP_MSG_RING;
import static dev.ringfence.linux.uring.UringHeader.IORING_REGISTER_SEND_MSG_RING;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringfence.linux.SystemCall;
import dev.ringfence.linux.SystemCallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * A completion posted to a ring from outside, by a thread that has no ring itself (Linux 6.13): the
 * shortest way to wake the ring's owner out of a wait.
 */
public final class RingMessage {

  private static final int NO_RING = -1;

  private final MemorySegment entry = Arena.ofAuto().allocate(Sqe.SIZE, Sqe.SIZE);

  /**
   * Prepares a message, to be sent any number of times.
   *
   * @param ring the receiving ring's descriptor, open as long as this object sends
   * @param userData what the completion there carries, with result 0
   */
  public RingMessage(int ring, long userData) {
    entry.set(JAVA_LONG, Sqe.OPCODE, IORING_OP_MSG_RING | (long) ring << 32);
    entry.set(JAVA_LONG, Sqe.OFF, userData);
    entry.set(JAVA_INT, Sqe.LEN, 0);
  }

  /**
   * Sends it. Any thread.
   *
   * @return 0; EINVAL: the kernel is older than 6.13; EBADFD: the ring is disabled
   */
  public long send() {
    long result =
        SystemCall.call(
            SystemCallNumber.IO_URING_REGISTER,
            NO_RING,
            IORING_REGISTER_SEND_MSG_RING,
            entry.address(),
            1,
            0,
            0);
    Reference.reachabilityFence(this);
    return result;
  }
}
