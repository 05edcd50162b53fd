// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Filters are for ever, so each is put on a thread that ends with its test. */
class SeccompFilterTest {

  @Test
  void theNamedCallsAnswerTheErrnoAndOthersPass() throws Exception {
    long[] results =
        onThread(() -> {
          SeccompFilter filter =
              SeccompFilter.refusing(
                  Errno.EPERM, SystemCallNumber.EVENTFD2, SystemCallNumber.PIPE2);
          return new long[] {
            filter.install(), Descriptors.eventfd(0, 0), Descriptors.pipe(0), LinuxThread.id()
          };
        });
    assertThat(results[0]).as(Errno.describe(results[0])).isZero();
    assertThat(results[1]).isEqualTo(Errno.EPERM.result());
    assertThat(results[2]).isEqualTo(Errno.EPERM.result());
    assertThat(results[3]).isPositive();
    long event = Descriptors.eventfd(0, 0);
    assertThat(event).as("this thread has no filter").isNotNegative();
    assertThat(Descriptors.close((int) event)).isZero();
  }

  @Test
  void theHostProbeSeesTheFilterAndWhatItRefuses() throws Exception {
    HostProbe free = HostProbe.run();
    assertThat(free.hasOpenat2()).isTrue();
    assertThat(free.release()).isEqualTo(System.getProperty("os.version"));
    AtomicReference<HostProbe> filtered = new AtomicReference<>();
    onThread(() -> {
      long result = SeccompFilter.refusing(Errno.ENOSYS, SystemCallNumber.OPENAT2).install();
      filtered.set(HostProbe.run());
      return new long[] {result};
    });
    assertThat(filtered.get().openat2()).isEqualTo(Errno.ENOSYS.result());
    assertThat(filtered.get().hasOpenat2()).isFalse();
    assertThat(filtered.get().seccompMode()).isEqualTo(HostProbe.SECCOMP_FILTER);
  }

  @Test
  void aVirtualThreadCannotPutAFilterOnItsCarrier() throws Exception {
    FutureTask<Long> task =
        new FutureTask<>(
            () -> SeccompFilter.refusing(Errno.EPERM, SystemCallNumber.EVENTFD2).install());
    Thread.ofVirtual().start(task).join();
    assertThatThrownBy(task::get).hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void moreCallsThanAProgramCanReachAreRefused() {
    long[] many = new long[SeccompFilter.NUMBERS_MAX + 1];
    assertThatThrownBy(() -> SeccompFilter.refusing(Errno.EPERM, many))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static long[] onThread(java.util.concurrent.Callable<long[]> work) throws Exception {
    FutureTask<long[]> task = new FutureTask<>(work);
    Thread.ofPlatform().start(task).join();
    return task.get();
  }
}
