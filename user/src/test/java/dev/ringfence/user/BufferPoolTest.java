// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Buffers have one user at a time, and none is lost. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BufferPoolTest {

  private static final int PAGE = 4096;

  private final Door door = new Door(0, 8);
  private final ArenaMemory arena = ArenaMemory.of(door, door.base());
  private final BufferPool pool = new BufferPool(arena, PAGE, 2, null);

  @Test
  void aBufferInUseIsNotLentAgainWhenItIsClosed() {
    Buffer buffer = pool.acquire();
    Lease lease = buffer.lease();
    lease.beginUse();
    buffer.close();
    assertThat(pool.available()).isEqualTo(1);
    assertThatThrownBy(lease::beginUse).isInstanceOf(IllegalStateException.class);
    lease.endUse();
    assertThat(pool.available()).isEqualTo(2);
    buffer.close();
    assertThat(pool.available()).isEqualTo(2);
  }

  @Test
  void noTwoBuffersShareMemoryAndMoreThanThereAreAreNotLent() {
    try (Buffer one = pool.acquire();
        Buffer two = pool.acquire()) {
      assertThat(pool.tryAcquire()).isNull();
      assertThat(Math.abs(one.segment().address() - two.segment().address())).isEqualTo(PAGE);
    }
    assertThatThrownBy(() -> new BufferPool(arena, PAGE + 1, 1, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aForgottenBufferIsReportedAndTakenBack() {
    forget();
    while (pool.leaked() == 0) {
      System.gc();
      Thread.onSpinWait();
    }
    assertThat(pool.leaked()).isEqualTo(1);
    assertThat(pool.available()).isEqualTo(2);
  }

  private void forget() {
    Objects.requireNonNull(pool.tryAcquire());
  }

  @Test
  void aClosedPoolGivesItsMemoryBackUnlessABufferIsOut() {
    BufferPool idle = new BufferPool(arena, PAGE, 1, null);
    long before = arena.freeBytes();
    idle.close();
    assertThat(arena.freeBytes()).isEqualTo(before + PAGE);
    assertThatThrownBy(idle::acquire).isInstanceOf(IllegalStateException.class);
    try (Buffer out = pool.acquire()) {
      pool.close();
      assertThat(arena.freeBytes()).isEqualTo(before + PAGE);
      assertThat(out.sizeBytes()).isEqualTo(PAGE);
    }
  }
}
