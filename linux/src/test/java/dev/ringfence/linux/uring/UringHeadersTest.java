// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.linux.SystemHeaders;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Every number of this package against the linux/io_uring.h of the machine. */
class UringHeadersTest {

  /** What Linux 6.1's header (Debian 12) does not know yet: it stays unchecked there. */
  private static final Object[] NEWER = {
    "IORING_OP_FTRUNCATE", "IORING_SETUP_NO_SQARRAY", "IORING_REGISTER_SEND_MSG_RING"
  };

  @Test
  void constantsAreTheHeaders(TestReporter reporter) throws Exception {
    List<String> unchecked = header().constants(UringHeader.class).compare();
    for (String name : unchecked) {
      reporter.publishEntry("unchecked: the header is too old for", name);
      assertThat(name).isIn(NEWER);
    }
  }

  @Test
  void structuresAreLaidOutAsInTheHeader() throws Exception {
    List<String> unchecked =
        header()
            .structure(Sqe.class, "struct io_uring_sqe")
            .structure(Cqe.class, "struct io_uring_cqe")
            .structure(RingLayout.Params.class, "struct io_uring_params")
            .structure(RingLayout.SqOffsets.class, "struct io_sqring_offsets")
            .structure(RingLayout.CqOffsets.class, "struct io_cqring_offsets")
            .structure(GetEventsArgument.class, "struct io_uring_getevents_arg")
            .structure(SyncCancel.class, "struct io_uring_sync_cancel_reg")
            .structure(ResourceUpdate.class, "struct io_uring_rsrc_update2", "SHORT_")
            .constant("sizeof(struct io_uring_rsrc_update)", ResourceUpdate.SHORT_SIZE)
            .constant("offsetof(struct io_uring_rsrc_update, data)", ResourceUpdate.DATA)
            .constant("sizeof(struct io_uring_files_update)", ResourceUpdate.SHORT_SIZE)
            .constant("offsetof(struct io_uring_files_update, fds)", ResourceUpdate.DATA)
            .structure(ResourceRegister.class, "struct io_uring_rsrc_register")
            .structure(OpcodeSupport.Probe.class, "struct io_uring_probe")
            .structure(OpcodeSupport.ProbeOp.class, "struct io_uring_probe_op")
            .compare();
    assertThat(unchecked).isEmpty();
  }

  private static SystemHeaders header() {
    return SystemHeaders.including("linux/io_uring.h");
  }
}
