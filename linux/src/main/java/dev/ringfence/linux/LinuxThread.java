// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

/** What Linux knows the calling thread by. */
public final class LinuxThread {

  private LinuxThread() {}

  /** gettid(2); of a virtual thread: that of its present carrier. */
  public static int id() {
    return (int) SystemCall.call(SystemCallNumber.GETTID, 0);
  }
}
