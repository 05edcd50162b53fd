// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Numbers, each with one holder at a time. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IndexPoolTest {

  @Test
  void everyNumberIsHandedOutOnceAndThenNone() {
    IndexPool pool = new IndexPool(3);
    Set<Integer> out = new HashSet<>(List.of(pool.tryAcquire(), pool.tryAcquire()));
    assertThat(pool.available()).isEqualTo(1);
    out.add(pool.tryAcquire());
    assertThat(out).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(pool.tryAcquire()).isEqualTo(-1);
  }

  @Test
  void aReturnedNumberIsHandedOutBeforeOneThatWasNeverUsed() {
    IndexPool pool = new IndexPool(3);
    int first = pool.tryAcquire();
    pool.release(first);
    assertThat(pool.tryAcquire()).isEqualTo(first);
  }

  @Test
  void whoFindsAllOutWaitsForOne() throws Exception {
    IndexPool pool = new IndexPool(1);
    int held = pool.acquire();
    FutureTask<Integer> waiting = new FutureTask<>(pool::acquire);
    Thread.ofVirtual().start(waiting);
    pool.release(held);
    assertThat(waiting.get()).isEqualTo(held);
  }

  @Test
  void anInterruptEndsAWaitButNotAnAcquireThatNeedNotWait() throws Exception {
    IndexPool pool = new IndexPool(1);
    Thread.currentThread().interrupt();
    assertThat(pool.acquire()).isZero();
    assertThatThrownBy(pool::acquire).isInstanceOf(InterruptedException.class);
    assertThat(pool.available()).isZero();
  }

  @Test
  void noNumberHasTwoHoldersHoweverManyThreadsWant() throws Exception {
    IndexPool pool = new IndexPool(4);
    AtomicIntegerArray holders = new AtomicIntegerArray(4);
    List<FutureTask<Integer>> tasks = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      FutureTask<Integer> task =
          new FutureTask<>(() -> {
            int most = 0;
            for (int round = 0; round < 20_000; round++) {
              int index = pool.acquire();
              most = Math.max(most, holders.incrementAndGet(index));
              holders.decrementAndGet(index);
              pool.release(index);
            }
            return most;
          });
      tasks.add(task);
      Thread.ofPlatform().start(task);
    }
    for (FutureTask<Integer> task : tasks) {
      assertThat(task.get()).isEqualTo(1);
    }
    assertThat(pool.available()).isEqualTo(4);
  }
}
