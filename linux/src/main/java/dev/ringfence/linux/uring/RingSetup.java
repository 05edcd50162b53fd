// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import static dev.ringfence.linux.uring.UringHeader.IORING_FEAT_EXT_ARG;
import static dev.ringfence.linux.uring.UringHeader.IORING_FEAT_RSRC_TAGS;
import static dev.ringfence.linux.uring.UringHeader.IORING_SETUP_COOP_TASKRUN;
import static dev.ringfence.linux.uring.UringHeader.IORING_SETUP_CQSIZE;
import static dev.ringfence.linux.uring.UringHeader.IORING_SETUP_DEFER_TASKRUN;
import static dev.ringfence.linux.uring.UringHeader.IORING_SETUP_NO_SQARRAY;
import static dev.ringfence.linux.uring.UringHeader.IORING_SETUP_R_DISABLED;
import static dev.ringfence.linux.uring.UringHeader.IORING_SETUP_SINGLE_ISSUER;
import static dev.ringfence.linux.uring.UringHeader.IORING_SETUP_SUBMIT_ALL;
import static dev.ringfence.linux.uring.UringHeader.IORING_SETUP_TASKRUN_FLAG;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.LinuxException;
import dev.ringfence.linux.SystemCall;
import dev.ringfence.linux.SystemCallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * io_uring_setup(2) with the best flags that this kernel knows.
 *
 * <p>A kernel answers EINVAL to a flag that it does not know and says nothing else about it, so the
 * sets are tried from the best down. Versions are not looked at: distributions port features back.
 *
 * @param descriptor of the new ring
 * @param layout what the kernel granted
 */
record RingSetup(int descriptor, RingLayout layout) {

  /** TASKRUN_FLAG: without it only a system call could tell that completions wait to be made. */
  private static final int[] ONE_THREAD_SETS = {
    IORING_SETUP_SUBMIT_ALL
        | IORING_SETUP_SINGLE_ISSUER
        | IORING_SETUP_DEFER_TASKRUN
        | IORING_SETUP_TASKRUN_FLAG
        | IORING_SETUP_NO_SQARRAY,
    IORING_SETUP_SUBMIT_ALL
        | IORING_SETUP_SINGLE_ISSUER
        | IORING_SETUP_DEFER_TASKRUN
        | IORING_SETUP_TASKRUN_FLAG,
    IORING_SETUP_SUBMIT_ALL
        | IORING_SETUP_SINGLE_ISSUER
        | IORING_SETUP_COOP_TASKRUN
        | IORING_SETUP_TASKRUN_FLAG,
    IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
    IORING_SETUP_SUBMIT_ALL,
    0
  };

  private static final int[] ANY_THREAD_SETS = {
    IORING_SETUP_SUBMIT_ALL | IORING_SETUP_NO_SQARRAY, IORING_SETUP_SUBMIT_ALL, 0
  };

  /** EXT_ARG: waits with a timeout. RSRC_TAGS: registered buffers that can be changed singly. */
  private static final int NEEDED_FEATURES = IORING_FEAT_EXT_ARG | IORING_FEAT_RSRC_TAGS;

  static RingSetup of(RingOptions options) throws LinuxException {
    int[] sets =
        switch (options.threading()) {
          case ONE_THREAD -> ONE_THREAD_SETS;
          case ANY_THREAD -> ANY_THREAD_SETS;
        };
    int always = IORING_SETUP_CQSIZE | (options.disabled() ? IORING_SETUP_R_DISABLED : 0);
    long result = Errno.EINVAL.result();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment params = arena.allocate(RingLayout.Params.SIZE, Long.BYTES);
      for (int set : sets) {
        if ((set & options.withoutFlags()) != 0) {
          continue;
        }
        params.fill((byte) 0);
        params.set(JAVA_INT, RingLayout.Params.FLAGS, always | set);
        params.set(JAVA_INT, RingLayout.Params.CQ_ENTRIES, options.completions());
        result =
            SystemCall.call(
                SystemCallNumber.IO_URING_SETUP,
                options.submissions(),
                params.address(),
                0,
                0,
                0,
                0);
        if (result != Errno.EINVAL.result()) {
          break;
        }
      }
      int descriptor = (int) LinuxException.check("io_uring_setup", result);
      RingLayout layout = RingLayout.read(params);
      if ((layout.features() & NEEDED_FEATURES) != NEEDED_FEATURES) {
        Descriptors.close(descriptor);
        throw new LinuxException("io_uring_setup", Errno.EOPNOTSUPP.result());
      }
      return new RingSetup(descriptor, layout);
    }
  }
}
