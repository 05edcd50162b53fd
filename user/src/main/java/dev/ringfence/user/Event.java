// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.EventFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * A counter to signal and to wait for, also between domains. Those who wait are served in their
 * order, and one signal is never seen by two of them.
 */
public final class Event extends Capability {

  Event(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /** Adds one to the counter. Needs WRITE. */
  public void signal() {
    signal(1);
  }

  /**
   * Adds to the counter. Needs WRITE.
   *
   * @param count 1 or more
   * @throws dev.ringfence.abi.SyscallException with {@code WouldBlock} if the counter would exceed
   *     2^63 - 1
   */
  public void signal(long count) {
    if (count < 1) {
      throw new IllegalArgumentException("an event is signalled once or more, not " + count);
    }
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.EVENT_SIGNAL, id()).auxiliary(count, 0).run("signal", this, null);
    }
  }

  /** Waits until the counter is not 0, takes all of it and tells how much that was. Needs READ. */
  public long await() {
    return await(0);
  }

  /** Waits until the counter is not 0, and takes one. Needs READ. */
  public void awaitOne() {
    await(EventFlags.ONE);
  }

  /**
   * Takes all of the counter, if it is not 0. Does not wait. Needs READ.
   *
   * @return how much that was; empty if the counter is 0
   */
  public OptionalLong tryAwait() {
    return tryAwait(0);
  }

  /** Takes one, if the counter is not 0, and tells whether it was. Does not wait. Needs READ. */
  public boolean tryAwaitOne() {
    return tryAwait(EventFlags.ONE).isPresent();
  }

  /**
   * {@link #await}. Cancelling loses no signal: either the wait ends before it took something, or
   * {@code cancel} answers false and the future has what was taken.
   */
  public CompletableFuture<Long> awaitAsync() {
    return Async.take(this::await);
  }

  /** A second capability with fewer or the same rights; revoking this one ends both. Needs DUP. */
  public Event dup(long fewer) {
    return new Event(calls(), authority(), name(), duplicateId(fewer), fewer);
  }

  /** {@link #dup} with limits. Needs DUP. */
  public Event derive(long fewer, Limits limits) {
    return new Event(calls(), authority(), name(), limits.derive(this, fewer), fewer);
  }

  private OptionalLong tryAwait(int flags) {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.EVENT_AWAIT, id()).auxiliary(0, flags | EventFlags.DO_NOT_WAIT);
      int result = slot.submit();
      if (result == SyscallError.WOULD_BLOCK.result()) {
        return OptionalLong.empty();
      }
      if (result < 0) {
        throw Failures.of(result, slot.missingRights(), "wait for", this, null);
      }
      return OptionalLong.of(slot.value());
    }
  }

  private long await(int flags) {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.EVENT_AWAIT, id()).auxiliary(0, flags).run("wait for", this, null);
      return slot.value();
    }
  }
}
