// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

/**
 * {@code struct io_uring_rsrc_update2}, which changes slots of a registered table. Its first three
 * fields are {@code struct io_uring_rsrc_update}, of which {@code struct io_uring_files_update} is
 * the older name.
 */
final class ResourceUpdate {

  static final int OFFSET = 0;
  static final int RESV = 4;
  static final int DATA = 8;
  static final int TAGS = 16;
  static final int NR = 24;
  static final int SIZE = 32;

  /** sizeof(struct io_uring_rsrc_update). */
  static final int SHORT_SIZE = 16;

  private ResourceUpdate() {}
}
