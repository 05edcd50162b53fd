// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.process;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringfence.linux.SystemCall;
import dev.ringfence.linux.SystemCallNumber;
import java.lang.foreign.MemorySegment;

/**
 * The ioctls of a seccomp listener (linux/seccomp.h): another process's system calls are received
 * and answered. Each answers 0, or minus the errno.
 */
public final class SystemCallListener {

  public static final int SECCOMP_IOCTL_NOTIF_RECV = 0xc0502100;
  public static final int SECCOMP_IOCTL_NOTIF_SEND = 0xc0182101;

  /** {@code struct seccomp_notif}: id u64, pid u32, flags u32, then {@code seccomp_data}. */
  public static final int NOTIFICATION_ID = 0;

  public static final int NOTIFICATION_PID = 8;
  public static final int NOTIFICATION_NUMBER = 16;
  public static final int NOTIFICATION_ARGUMENTS = 32;
  public static final int NOTIFICATION_SIZE = 80;

  /** {@code struct seccomp_notif_resp}: id u64, val i64, error i32, flags u32. */
  public static final int RESPONSE_ID = 0;

  public static final int RESPONSE_VALUE = 8;
  public static final int RESPONSE_ERROR = 16;
  public static final int RESPONSE_FLAGS = 20;
  public static final int RESPONSE_SIZE = 24;

  private SystemCallListener() {}

  /**
   * Takes the next call; blocks while there is none. Poll before: older kernels never come back
   * once the last thread of the other process is gone.
   *
   * @param notification {@link #NOTIFICATION_SIZE} bytes; ENOENT if the caller is gone meanwhile
   */
  public static long receive(MemorySegment capture, int listener, MemorySegment notification) {
    MemorySegment bounded = notification.asSlice(0, NOTIFICATION_SIZE);
    bounded.fill((byte) 0);
    return ioctl(capture, listener, SECCOMP_IOCTL_NOTIF_RECV, bounded.address());
  }

  /**
   * Answers a call: {@code value} goes to the caller's rax.
   *
   * @param response {@link #RESPONSE_SIZE} bytes to use; ENOENT if the caller is gone
   */
  public static long answer(
      MemorySegment capture, int listener, MemorySegment response, long id, long value) {
    response.set(JAVA_LONG, RESPONSE_ID, id);
    response.set(JAVA_LONG, RESPONSE_VALUE, value);
    response.set(JAVA_INT, RESPONSE_ERROR, 0);
    response.set(JAVA_INT, RESPONSE_FLAGS, 0);
    return ioctl(
        capture, listener, SECCOMP_IOCTL_NOTIF_SEND, response.asSlice(0, RESPONSE_SIZE).address());
  }

  private static long ioctl(MemorySegment capture, int descriptor, int request, long argument) {
    return SystemCall.call(
        capture,
        SystemCallNumber.IOCTL,
        descriptor,
        Integer.toUnsignedLong(request),
        argument,
        0,
        0,
        0);
  }
}
