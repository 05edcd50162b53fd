// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import dev.ringfence.linux.uring.IoUringProbe;

/** Prints what calls answer; run in a process that is told to be on another system. */
final class Elsewhere {

  private Elsewhere() {}

  public static void main(String[] arguments) {
    System.out.println("supported: " + Linux.isSupported());
    System.out.println("reason: " + Linux.unsupportedReason());
    System.out.println("close: " + Errno.describe(Descriptors.close(0)));
    long opened = PathCalls.openat2(0, new byte[] {'.'}, 0, 0, 0);
    System.out.println("openat2: " + Errno.describe(opened));
    long mapped = Mapping.map(0, 1, 0, Mapping.MAP_ANONYMOUS, -1, 0);
    System.out.println("mmap: " + Errno.describe(mapped));
    System.out.println("io_uring: " + IoUringProbe.run().describe());
  }
}
