// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

/**
 * How a guest ended.
 *
 * @param status what it said, by its own exit or by EXIT, 0 to 255; 0 if a signal killed it
 * @param signal what killed it; 0 if nothing did
 */
public record GuestExit(int status, int signal) {

  private static final int SIGNAL_BASE = 128;
  private static final int SIGSYS = 31;

  /** As a shell tells it: the status, or 128 and the signal. */
  public int code() {
    return signal == 0 ? status : SIGNAL_BASE + signal;
  }

  /** In words. */
  public String words() {
    if (signal == 0) {
      return "ended with status " + status;
    }
    String name =
        switch (signal) {
          case 4 -> " (illegal instruction)";
          case 6 -> " (abort)";
          case 7 -> " (bus error)";
          case 8 -> " (arithmetic)";
          case 9 -> " (killed)";
          case 24 -> " (its CPU time is used up)";
          case 11 -> " (bad memory access)";
          case SIGSYS -> " (a system call that no guest may make)";
          default -> "";
        };
    return "killed by signal " + signal + name;
  }
}
