// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.process;

/**
 * What wait4(2) tells, as sys/wait.h takes it apart.
 *
 * @param word the status
 */
public record WaitStatus(int word) {

  private static final int SIGNAL_MASK = 0x7f;
  private static final int STOPPED = 0x7f;

  /** Whether the process ended by itself. */
  public boolean exited() {
    return (word & SIGNAL_MASK) == 0;
  }

  /** Whether a signal ended the process. */
  public boolean killed() {
    return !exited() && !stopped();
  }

  /** Whether the process stands still and can be traced. */
  public boolean stopped() {
    return (word & 0xff) == STOPPED;
  }

  /** What an exited process said, 0 to 255; or what stopped it, a signal. */
  public int exitStatus() {
    return word >>> 8 & 0xff;
  }

  /** The signal that killed it. */
  public int signal() {
    return word & SIGNAL_MASK;
  }
}
