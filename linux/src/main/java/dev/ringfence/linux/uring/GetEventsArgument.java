// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

/** {@code struct io_uring_getevents_arg}: what enter takes with EXT_ARG. */
final class GetEventsArgument {

  static final int SIGMASK = 0;
  static final int SIGMASK_SZ = 8;
  static final int TS = 16;
  static final int SIZE = 24;

  private GetEventsArgument() {}
}
