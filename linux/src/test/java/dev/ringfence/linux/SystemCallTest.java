// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The one downcall: results, errors of the right caller, no garbage. */
class SystemCallTest {

  private static final int CALLS = 200_000;

  @Test
  void aFailedCallAnswersMinusItsErrno() {
    assertThat(Descriptors.close(-1)).isEqualTo(Errno.EBADF.result());
    assertThat(Errno.ofResult(Descriptors.close(-1))).isEqualTo(Errno.EBADF);
  }

  @Test
  void eachOfManyThreadsSeesItsOwnErrno() throws Exception {
    Callable<Boolean> badDescriptor = () -> alwaysAnswers(Errno.EBADF, () -> Descriptors.close(-1));
    Callable<Boolean> badArgument =
        () -> alwaysAnswers(Errno.EINVAL, () -> Descriptors.eventfd(0, -1));
    List<Future<Boolean>> results = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 1_000; i++) {
        results.add(threads.submit(i % 2 == 0 ? badDescriptor : badArgument));
      }
    }
    for (Future<Boolean> result : results) {
      assertThat(result.get()).isTrue();
    }
  }

  @Test
  void aCallAllocatesNothing() {
    ThreadMXBean counter = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    callOften();
    callOften();
    long before = counter.getCurrentThreadAllocatedBytes();
    callOften();
    long allocated = counter.getCurrentThreadAllocatedBytes() - before;
    // Not 0: the counter's own call and a late compilation may allocate once. Per call it is 0.
    assertThat(allocated / CALLS).isZero();
    assertThat(allocated).isLessThan(100_000);
  }

  private static void callOften() {
    for (int i = 0; i < CALLS; i++) {
      if (Descriptors.close(-1) != Errno.EBADF.result()) {
        throw new AssertionError("call " + i);
      }
    }
  }

  private static boolean alwaysAnswers(Errno errno, Callable<Long> call) throws Exception {
    for (int i = 0; i < 200; i++) {
      if (call.call() != errno.result()) {
        return false;
      }
    }
    return true;
  }
}
