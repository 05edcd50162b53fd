// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import org.jspecify.annotations.Nullable;

/**
 * An entry in a domain's table: a resource, the rights on it, and a place in the derivation tree.
 *
 * <p>One that is on its way through a channel has a place in the tree too, so that revoking reaches
 * it there, but no domain and no id.
 *
 * <p>The links of the tree are guarded by the {@link DerivationTree}'s lock, but {@link #parent}
 * and {@link #state} are also read without it, by {@link DerivationTree#isLive}.
 */
final class Capability {

  /** Can be used, if no ancestor was revoked. */
  static final int LIVE = 0;

  /** Revoked: this one or an ancestor. A tombstone while it keeps its slot. */
  static final int REVOKED = 1;

  /** Given up by its holder. Its descendants live on, below its parent. */
  static final int CLOSED = 2;

  final long id;
  final int index;

  /** Whose table it is in; null while it is on its way through a channel. */
  final @Nullable Domain domain;

  final HeldResource held;
  final long rights;

  /** Its limits and those of its ancestors; null if there are none. */
  final @Nullable Meter meter;

  /** LIVE, REVOKED or CLOSED; written under the tree's lock. */
  volatile int state;

  /** The epoch of the tree from which on this is dead. */
  volatile long diesAtEpoch = Long.MAX_VALUE;

  volatile @Nullable Capability parent;
  @Nullable Capability firstChild;
  @Nullable Capability nextSibling;
  @Nullable Capability previousSibling;

  /**
   * The tree's epoch at which this was last seen live. Any thread may write it, without order: a
   * stale value only costs a walk.
   */
  long liveEpoch;

  /** When it will be revoked, if that is its own and no ancestor's. Guarded by the tree's lock. */
  @Nullable Deadline deadline;

  Capability(
      CapabilityTable.Slot slot,
      @Nullable Domain domain,
      HeldResource held,
      long rights,
      @Nullable Meter meter) {
    this.id = slot.id();
    this.index = slot.index();
    this.domain = domain;
    this.held = held;
    this.rights = rights;
    this.meter = meter;
  }

  CapabilityType type() {
    return held.resource.type();
  }
}
