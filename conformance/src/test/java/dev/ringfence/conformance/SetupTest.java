// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Doorbell;
import dev.ringfence.abi.Features;
import dev.ringfence.abi.InfoPage;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SetupFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Quotas;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sys_io_uring_setup}: what it refuses, and what a ring looks like. */
class SetupTest extends Conformance {

  private static final int SIZES = 16;

  @Override
  Quotas quotas() {
    return QUOTAS.withRingsMax(SIZES + 1);
  }

  private long setup(long entries, long flags) {
    return Client.setup(domain, entries, flags);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3, 100, 32_769, 65_536, -1, Long.MIN_VALUE, 1L << 32, (1L << 32) + 8})
  void entriesThatAreNoPowerOfTwoUpTo32768AreInvalid(long entries) {
    assertThat(setup(entries, ringFlags())).isEqualTo(SyscallError.INVALID_ARGUMENT.result());
  }

  static LongStream unknownFlags() {
    return LongStream.range(0, Long.SIZE)
        .map(bit -> 1L << bit)
        .filter(flag -> (flag & SetupFlags.KNOWN) == 0);
  }

  @ParameterizedTest
  @MethodSource("unknownFlags")
  void anUnknownFlagIsInvalid(long flag) {
    assertThat(setup(8, flag)).isEqualTo(SyscallError.INVALID_ARGUMENT.result());
  }

  @Test
  void aCompletionQueueSmallerThanTheSubmissionQueueIsInvalid() {
    assertThat(setup(16, Client.completionOrder(3)))
        .isEqualTo(SyscallError.INVALID_ARGUMENT.result());
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 20, 30, 31})
  void aCompletionQueueOfMoreThan65536EntriesIsInvalid(int order) {
    assertThat(setup(16, Client.completionOrder(order)))
        .isEqualTo(SyscallError.INVALID_ARGUMENT.result());
  }

  @Test
  void aRefusedSetUpCostsNoRing() {
    for (int i = 0; i < 100; i++) {
      setup(3, 0);
      setup(8, 1L << 63);
    }
    for (int i = 0; i < SIZES; i++) {
      assertThat(setup(1, 0)).isPositive();
    }
  }

  @Test
  void theCompletionQueueHasTwiceTheEntriesOfTheSubmissionQueue() {
    Client ring = client.another(64, ringFlags());
    assertThat(ring.entries()).isEqualTo(64);
    assertThat(ring.completionEntries()).isEqualTo(128);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 10, 16})
  void theCompletionQueueHasTheEntriesThatWereAskedFor(int order) {
    Client ring = client.another(8, ringFlags() | Client.completionOrder(order));
    assertThat(ring.entries()).isEqualTo(8);
    assertThat(ring.completionEntries()).isEqualTo(1 << order);
  }

  @Test
  void theBaseOfARingLiesOnAPageOfTheSharedMemory() {
    long offset = client.base() - client.segment().address();
    assertThat(client.base() % RingContext.PAGE_SIZE).isZero();
    assertThat(offset).isBetween(0L, client.segment().byteSize());
  }

  @Test
  void theHeadersSayWhatTheRingIs() {
    MemorySegment memory = client.segment();
    for (long header : new long[] {client.submissionHeader(), client.completionHeader()}) {
      int entries = header == client.submissionHeader() ? ENTRIES : 2 * ENTRIES;
      assertThat(RingHeader.magic(memory, header)).isEqualTo(RingHeader.MAGIC_VALUE);
      assertThat(RingHeader.version(memory, header)).isEqualTo(RingHeader.VERSION_VALUE);
      assertThat(RingHeader.ringEntries(memory, header)).isEqualTo(entries);
      assertThat(RingHeader.ringMask(memory, header)).isEqualTo(entries - 1);
      assertThat(RingHeader.dropped(memory, header)).isZero();
      assertThat(RingHeader.flags(memory, header)).isZero();
      assertThat(RingHeader.waitFor(memory, header)).isZero();
      assertThat(RingHeader.reserved(memory, header)).isZero();
      assertThat(RingHeader.entriesOffset(memory, header) % RingContext.PAGE_SIZE).isZero();
    }
  }

  @Test
  void theQueuesAreEmptyWhereverTheirIndicesStart() {
    MemorySegment memory = client.segment();
    for (long header : new long[] {client.submissionHeader(), client.completionHeader()}) {
      assertThat(RingHeader.head(memory, header)).isEqualTo(RingHeader.tail(memory, header));
      assertThat(RingHeader.head(memory, header)).isEqualTo(setting.rings().firstIndex);
    }
  }

  @Test
  void theFeaturesSayWhetherAKernelThreadPolls() {
    int features = RingHeader.features(client.segment(), client.submissionHeader());
    int always = Features.CAPABILITY | Features.TYPED_RESULT;
    assertThat(features).isEqualTo(setting.polled() ? always | Features.SQPOLL : always);
    assertThat(Doorbell.sqpollRunning(client.segment(), client.doorbell()))
        .isEqualTo(setting.polled());
  }

  @Test
  void theArenaIsAsLargeAsTheQuotaAndZeroed() {
    Range arena = client.memory().whole();
    assertThat(arena.length()).isEqualTo((int) quotas().arenaBytes());
    assertThat(arena.address() % RingContext.PAGE_SIZE).isZero();
    assertThat(client.memory().bytes(arena)).containsOnly(0);
  }

  @Test
  void allRingsOfADomainShareItsArena() {
    Client second = client.another(4, ringFlags());
    assertThat(second.base() + RingHeader.arenaOffset(second.segment(), second.submissionHeader()))
        .isEqualTo(client.memory().whole().address());
  }

  @Test
  void theInfoPageIsTheSameInEveryRing() {
    Client second = client.another(4, ringFlags());
    MemorySegment memory = client.segment();
    assertThat(
            memory
                .asSlice(second.infoPage(), InfoPage.SIZE)
                .mismatch(memory.asSlice(client.infoPage(), InfoPage.SIZE)))
        .isEqualTo(-1);
  }

  static IntStream sizes() {
    return IntStream.range(0, SIZES).map(order -> 1 << order);
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aRingOfAnyLegalSizeCanBeFilledAndDrainedCompletely(int entries) {
    Client ring = client.another(entries, ringFlags());
    for (int round = 0; round < 2; round++) {
      Entry[] batch = new Entry[entries];
      for (int i = 0; i < entries; i++) {
        batch[i] = ring.nop(i).tag(i);
      }
      assertThat(ring.room()).isEqualTo(entries);
      ring.push(batch);
      assertThat(ring.room()).isBetween(0, setting.polled() ? entries : 0);
      int expected = 0;
      for (Completion completion : ring.collect(entries)) {
        assertThat(completion.userData()).isEqualTo(expected);
        assertThat(completion.result()).isEqualTo(expected++);
      }
      assertThat(ring.pending()).isZero();
    }
  }
}
