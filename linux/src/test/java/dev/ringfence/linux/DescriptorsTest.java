// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Pipes, events, shared memory, and waiting for them. */
class DescriptorsTest {

  private static final long MILLIS = 1_000_000;

  @Test
  void aPipeIsReadyWhenItHoldsSomething() {
    long ends = Descriptors.pipe(OpenFlags.O_NONBLOCK);
    int source = (int) ends;
    int sink = (int) (ends >>> 32);
    try (Arena arena = Arena.ofConfined()) {
      long byteAddress = arena.allocate(1).address();
      assertThat(Descriptors.poll(source, Descriptors.POLLIN, MILLIS)).isZero();
      assertThat(FileCalls.read(source, byteAddress, 1)).isEqualTo(Errno.EAGAIN.result());
      assertThat(FileCalls.write(sink, byteAddress, 1)).isOne();
      assertThat(Descriptors.poll(source, Descriptors.POLLIN, Long.MAX_VALUE))
          .isEqualTo(Descriptors.POLLIN);
    }
    assertThat(Descriptors.close(sink)).isZero();
    assertThat(Descriptors.poll(source, 0, Long.MAX_VALUE)).isEqualTo(Descriptors.POLLHUP);
    assertThat(Descriptors.close(source)).isZero();
  }

  @Test
  void anEventfdCountsSignals() {
    int event = (int) Descriptors.eventfd(2, Descriptors.EFD_NONBLOCK);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_LONG);
      count.set(JAVA_LONG, 0, 40);
      assertThat(FileCalls.write(event, count.address(), 8)).isEqualTo(8);
      assertThat(FileCalls.read(event, count.address(), 8)).isEqualTo(8);
      assertThat(count.get(JAVA_LONG, 0)).isEqualTo(42);
    }
    assertThat(Descriptors.close(event)).isZero();
  }

  @Test
  void aDuplicateOutlivesTheFirstDescriptor() {
    int first = (int) Descriptors.eventfd(0, 0);
    int second = (int) Descriptors.duplicate(first);
    assertThat(Descriptors.close(first)).isZero();
    assertThat(Descriptors.fcntl(second, Descriptors.F_GETFL, 0)).isNotNegative();
    assertThat(Descriptors.close(second)).isZero();
    assertThat(Descriptors.close(second)).isEqualTo(Errno.EBADF.result());
  }

  @Test
  void sealedSharedMemoryCannotShrinkUnderAMapping() throws Exception {
    int flags = Descriptors.MFD_CLOEXEC | Descriptors.MFD_ALLOW_SEALING;
    int memory = (int) Descriptors.memfd("arena".getBytes(US_ASCII), flags);
    assertThat(FileCalls.ftruncate(memory, 8192)).isZero();
    int seals = Descriptors.F_SEAL_SHRINK | Descriptors.F_SEAL_GROW;
    assertThat(Descriptors.fcntl(memory, Descriptors.F_ADD_SEALS, seals)).isZero();
    assertThat(FileCalls.ftruncate(memory, 0)).isEqualTo(Errno.EPERM.result());
    int protection = Mapping.PROT_READ | Mapping.PROT_WRITE;
    try (Mapping one = Mapping.of(8192, protection, Mapping.MAP_SHARED, memory, 0);
        Mapping two = Mapping.of(4096, protection, Mapping.MAP_SHARED, memory, 4096)) {
      two.segment().set(JAVA_INT, 8, 7);
      assertThat(one.segment().get(JAVA_INT, 4104)).isEqualTo(7);
    }
    assertThat(Descriptors.close(memory)).isZero();
  }

  @Test
  void aClosedMappingRefusesAccessAndASecondCloseDoesNothing() throws Exception {
    int protection = Mapping.PROT_READ | Mapping.PROT_WRITE;
    int flags = Mapping.MAP_PRIVATE | Mapping.MAP_ANONYMOUS;
    Mapping mapping = Mapping.of(4096, protection, flags, -1, 0);
    MemorySegment segment = mapping.segment();
    segment.set(JAVA_INT, 0, 1);
    mapping.close();
    mapping.close();
    assertThatThrownBy(() -> segment.get(JAVA_INT, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aMappingThatCannotBeMadeSaysWhichCallFailedAndWhy() {
    assertThatThrownBy(() -> Mapping.of(4096, 0, Mapping.MAP_SHARED, -1, 0))
        .isInstanceOfSatisfying(
            LinuxException.class,
            e -> {
              assertThat(e.errno()).isEqualTo(Errno.EBADF);
              assertThat(e.call()).isEqualTo("mmap");
              assertThat(e).hasMessage("mmap: EBADF (Bad file descriptor)");
            });
  }

  @Test
  void aFutexWaitEndsWithAWakeAnotherValueOrTheTime() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      long word = arena.allocate(JAVA_INT).address();
      assertThat(Futex.await(word, 1, Long.MAX_VALUE)).isEqualTo(Errno.EAGAIN.result());
      assertThat(Futex.await(word, 0, MILLIS)).isEqualTo(Errno.ETIMEDOUT.result());
      CountDownLatch started = new CountDownLatch(1);
      AtomicLong result = new AtomicLong(Long.MIN_VALUE);
      Thread waiter =
          Thread.ofPlatform()
              .start(() -> {
                started.countDown();
                result.set(Futex.await(word, 0, Long.MAX_VALUE));
              });
      started.await();
      while (Futex.wake(word, 1) == 0) {
        Thread.onSpinWait();
      }
      waiter.join();
      assertThat(result).hasValue(0);
    }
  }

  @Test
  void limitsAreThoseOfTheProcess() throws Exception {
    ResourceLimit files = ResourceLimit.of(ResourceLimit.RLIMIT_NOFILE);
    assertThat(files.soft()).isPositive();
    assertThat(files.allows(files.soft())).isTrue();
    assertThat(files.allows(files.soft() + 1)).isFalse();
    assertThat(new ResourceLimit(ResourceLimit.RLIM_INFINITY, 0).allows(Long.MAX_VALUE)).isTrue();
  }

  @Test
  void aThreadHasOneIdOfItsOwn() throws Exception {
    AtomicLong other = new AtomicLong();
    Thread.ofPlatform().start(() -> other.set(LinuxThread.id())).join();
    assertThat(LinuxThread.id()).isPositive().isEqualTo(LinuxThread.id());
    assertThat(other.get()).isPositive().isNotEqualTo(LinuxThread.id());
  }
}
