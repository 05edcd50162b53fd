// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

/** {@code struct io_uring_rsrc_register}, which registers a table with tags. */
final class ResourceRegister {

  static final int NR = 0;
  static final int FLAGS = 4;
  static final int DATA = 16;
  static final int TAGS = 24;
  static final int SIZE = 32;

  private ResourceRegister() {}
}
