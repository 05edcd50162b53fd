// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A channel: two ends, and what is on its way between them.
 *
 * <p>Its monitor guards both ends' queues. Who needs the {@link DerivationTree}'s lock too, because
 * capabilities depart or arrive, takes that one first.
 */
final class ChannelPair {

  /** How many channels a look for cycles visits; a send that needs more is refused. */
  private static final int VISITED_MAX = 4096;

  final Kernel kernel;
  final Port first;
  final Port second;

  /** Ends of channels in messages of this one. Guarded by the tree's lock. */
  private final List<Capability> carried = new ArrayList<>();

  ChannelPair(Kernel kernel) {
    this.kernel = kernel;
    this.first = new Port(this);
    this.second = new Port(this);
    first.connect(second);
    second.connect(first);
  }

  /** An end of another channel is on its way here, if the capability is one. */
  void carry(Capability onItsWay) {
    if (onItsWay.held.resource instanceof Port) {
      carried.add(onItsWay);
    }
  }

  /** It has arrived, or was dropped. */
  void deliver(Capability onItsWay) {
    if (onItsWay.held.resource instanceof Port) {
      carried.remove(onItsWay);
    }
  }

  /**
   * Whether this channel is, or holds in its messages, through any number of others, {@code
   * target}: then it must not be sent over it, or both could live for ever with nobody holding
   * them. Under the tree's lock.
   */
  boolean leadsTo(ChannelPair target) {
    Set<ChannelPair> seen = new HashSet<>();
    ArrayDeque<ChannelPair> left = new ArrayDeque<>();
    left.add(this);
    for (ChannelPair each = left.poll(); each != null; each = left.poll()) {
      if (each == target || seen.size() > VISITED_MAX) {
        return true;
      }
      if (seen.add(each)) {
        each.addHeld(left);
      }
    }
    return false;
  }

  /** One that was revoked on its way holds its channel no longer. */
  private void addHeld(ArrayDeque<ChannelPair> channels) {
    for (Capability each : carried) {
      if (each.state == Capability.LIVE && each.held.resource instanceof Port port) {
        channels.add(port.pair);
      }
    }
  }
}
