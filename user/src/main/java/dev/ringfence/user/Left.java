// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.OpCode;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What the limits of a capability leave at one moment.
 *
 * @param time until it is revoked, never below zero; null: its time is not limited
 * @param bytes that it may still move; empty: not limited
 * @param operations that may still begin through it; empty: not limited
 */
public record Left(@Nullable Duration time, OptionalLong bytes, OptionalLong operations) {

  private static final long UNLIMITED = -1;

  static Left of(Capability on) {
    try (Slot slot = on.calls().slot()) {
      slot.begin(OpCode.QUERY, on.id())
          .memory(slot.answerAddress(), CapabilityStatus.SIZE)
          .run("see what is left of", on, null);
      MemorySegment shared = slot.shared();
      long at = slot.answerOffset();
      long deadline = CapabilityStatus.deadline(shared, at);
      Duration time =
          deadline == 0 ? null : Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
      return new Left(
          time,
          amount(CapabilityStatus.meteredBytesLeft(shared, at)),
          amount(CapabilityStatus.meteredOperationsLeft(shared, at)));
    }
  }

  /** Amounts are unsigned; those that a long cannot tell are cut. */
  private static OptionalLong amount(long word) {
    return word == UNLIMITED
        ? OptionalLong.empty()
        : OptionalLong.of(word < 0 ? Long.MAX_VALUE : word);
  }
}
