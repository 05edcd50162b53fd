// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallResult;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Authority over one resource, typed: the subtypes have only the methods that make sense there.
 *
 * <p>Any thread, also several at once. Blocking methods are made for virtual threads: each is one
 * operation, during which a virtual thread is unmounted. Failures are {@link
 * dev.ringfence.abi.SyscallException}s whose message says what is missing. Using a capability after
 * {@link #close} or {@link #revoke} is an {@link IllegalStateException}.
 */
public abstract sealed class Capability implements AutoCloseable
    permits File, Directory, Pipe, Network, Socket, Event, Channel, OpaqueCapability {

  private final DirectSubmission calls;
  private final Authority authority;
  private final String name;
  private final long id;
  private final long rights;
  private final AtomicBoolean closed = new AtomicBoolean();

  Capability(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    this.calls = calls;
    this.authority = authority;
    this.name = name;
    this.id = id;
    this.rights = rights;
  }

  /** Petname of the grant and path beneath it, such as {@code in/doc/a.txt}: for people. */
  public final String name() {
    return name;
  }

  /** What it permits: bits of {@link Rights}. */
  public final long rights() {
    return rights;
  }

  /** True if it has all of these rights. */
  public final boolean has(long wanted) {
    return Rights.includes(rights, wanted);
  }

  /**
   * The id by which the raw ring names it.
   *
   * @throws IllegalStateException if it is closed
   */
  public final long id() {
    if (closed.get()) {
      throw new IllegalStateException("the capability " + Failures.quote(name) + " is closed");
    }
    return id;
  }

  /**
   * Asks the kernel whether it still has effect: false once it was closed or revoked by anybody.
   */
  public final boolean isLive() {
    if (closed.get()) {
      return false;
    }
    try (Slot slot = calls.slot()) {
      int result =
          slot.begin(OpCode.QUERY, id).memory(slot.answerAddress(), CapabilityStatus.SIZE).submit();
      return result >= 0
          && CapabilityStatus.state(slot.shared(), slot.answerOffset())
              == CapabilityStatus.STATE_LIVE;
    }
  }

  /**
   * What its limits leave, those of its ancestors included.
   *
   * @throws dev.ringfence.abi.SyscallException with {@code CapabilityRevoked}
   */
  public final Left left() {
    return Left.of(this);
  }

  /**
   * Gives up this capability alone: what was derived from it lives on, operations in flight finish.
   * Closing again does nothing. Closing a grant gives it up for the whole domain.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try (Slot slot = calls.slotForCleanup()) {
        // The one possible failure: somebody else has revoked or closed it, which is as good.
        slot.begin(OpCode.CLOSE, id).submit();
      }
    }
  }

  /**
   * Ends this capability and everything that was derived from it, in every domain. When this
   * returns, nothing that was submitted through them touches the resource or a buffer any more.
   */
  public final void revoke() {
    long ending = id();
    closed.set(true);
    register(calls.calls().revoke(ending), "revoke");
  }

  /** A new id for the same resource with {@code fewer} rights, a child of this one. */
  final long duplicateId(long fewer) {
    return register(calls.calls().dup(id(), fewer), "duplicate");
  }

  /** Another object, or another domain, has the id now: this one is closed without a CLOSE. */
  final long handOver() {
    if (!closed.compareAndSet(false, true)) {
      throw new IllegalStateException("the capability " + Failures.quote(name) + " is closed");
    }
    return id;
  }

  final DirectSubmission calls() {
    return calls;
  }

  final Authority authority() {
    return authority;
  }

  private long register(SyscallResult<Long> result, String verb) {
    return switch (result) {
      case SyscallResult.Ok<Long>(Long value) -> value;
      case SyscallResult.Err<Long>(var error) -> {
        boolean noDup = verb.equals("duplicate") && !has(Rights.DUP);
        throw Failures.of(error.result(), noDup ? Rights.DUP : 0, verb, this, null);
      }
    };
  }

  @Override
  public String toString() {
    return "%s %s (%s)"
        .formatted(getClass().getSimpleName(), Failures.quote(name), Rights.describe(rights));
  }
}
