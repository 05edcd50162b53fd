// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

/** {@code struct io_uring_sync_cancel_reg}. */
final class SyncCancel {

  static final int ADDR = 0;
  static final int FD = 8;
  static final int FLAGS = 12;
  static final int TIMEOUT = 16;
  static final int SIZE = 64;

  private SyncCancel() {}
}
