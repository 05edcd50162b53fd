// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.kernel.engine.Resource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who derived what from whom, over all domains of a kernel.
 *
 * <p>One lock guards the links, every table's slots and every resource's holders; none of it is on
 * the hot path. The one question that the hot path asks, {@link #isLive}, takes no lock: freezing
 * the root of a subtree and raising the epoch kills all of it at one instant, and the sweep that
 * follows only tidies up. Because a child is added under the same lock and only below a live
 * parent, no storm of duplications can outrun a revoke.
 */
final class DerivationTree {

  private volatile long epoch = 1;

  /**
   * Whether neither the capability nor an ancestor was revoked. Any thread; one load and one
   * comparison as long as nothing was revoked since the last time.
   */
  boolean isLive(Capability capability) {
    long now = epoch;
    if (capability.diesAtEpoch <= now || capability.state == Capability.CLOSED) {
      return false;
    }
    if (capability.liveEpoch == now) {
      return true;
    }
    // a closed ancestor is passed through: its own parent can still revoke what was below it
    for (Capability c = capability.parent; c != null; c = c.parent) {
      if (c.diesAtEpoch <= now) {
        return false;
      }
    }
    capability.liveEpoch = now;
    return true;
  }

  /**
   * Adds a capability.
   *
   * @param parent what it is derived from; null for a grant by the host
   * @param reserved whether a slot was reserved before; it is used up whatever comes of it
   * @return the new capability, or null when the parent is not live or, without a reservation, the
   *     table is full
   */
  synchronized @Nullable Capability add(
      Domain domain,
      @Nullable Capability parent,
      HeldResource held,
      long rights,
      boolean reserved) {
    CapabilityTable table = domain.table();
    if (!reserved && !table.reserve()) {
      return null;
    }
    if (parent != null && parent.state != Capability.LIVE) {
      table.unreserve();
      return null;
    }
    Capability added = new Capability(table.take(), domain, held, rights);
    hold(held);
    if (parent != null) {
      link(added, parent);
    }
    table.put(added);
    return added;
  }

  /** Sets a slot of the domain's table aside; false when its quota is used up. */
  synchronized boolean reserve(Domain domain) {
    return domain.table().reserve();
  }

  /** Gives back what {@link #reserve} set aside. */
  synchronized void unreserve(Domain domain) {
    domain.table().unreserve();
  }

  synchronized int left(Domain domain) {
    return domain.table().left();
  }

  /**
   * Takes one capability out: its slot is free, its children belong to its parent. Its hold on the
   * resource stays until {@link #release}.
   *
   * @return whether it was live; false for a tombstone or one that somebody else took out
   */
  synchronized boolean close(Capability capability) {
    boolean live = capability.state == Capability.LIVE;
    if (live) {
      capability.state = Capability.CLOSED;
      Capability parent = capability.parent;
      for (Capability child = capability.firstChild; child != null; ) {
        Capability next = child.nextSibling;
        child.nextSibling = null;
        child.previousSibling = null;
        child.parent = parent;
        if (parent != null) {
          link(child, parent);
        }
        child = next;
      }
      capability.firstChild = null;
      unlink(capability);
    }
    capability.domain.table().free(capability);
    return live;
  }

  /**
   * Kills subtrees at one instant and takes them out of the tree. They keep their slots and holds
   * until {@link #release}.
   *
   * @return every capability that died, ancestors before descendants
   */
  synchronized List<Capability> revoke(List<Capability> roots) {
    List<Capability> dead = new ArrayList<>();
    long death = epoch + 1;
    for (Capability root : roots) {
      if (root.state == Capability.LIVE) {
        root.state = Capability.REVOKED;
        root.diesAtEpoch = death;
        unlink(root);
        dead.add(root);
      }
    }
    // The instant of death: who reads this epoch walks up and meets a root whose time has come; who
    // read the one before finds all of the subtree live.
    epoch = death;
    for (int i = 0; i < dead.size(); i++) {
      Capability parent = dead.get(i);
      for (Capability child = parent.firstChild; child != null; child = child.nextSibling) {
        if (child.state == Capability.LIVE) {
          child.state = Capability.REVOKED;
          child.diesAtEpoch = death;
          dead.add(child);
        }
      }
      parent.firstChild = null;
    }
    return dead;
  }

  /**
   * Ends the holds of capabilities that nothing uses any more.
   *
   * @param freed the domain whose slots are freed too; other domains keep a tombstone
   * @return the resources that nobody holds now, to be closed by the caller
   */
  synchronized List<Resource> release(List<Capability> dead, @Nullable Domain freed) {
    List<Resource> orphans = new ArrayList<>();
    for (Capability capability : dead) {
      if (capability.domain == freed) {
        capability.domain.table().free(capability);
      }
      unhold(capability.held, orphans);
    }
    return orphans;
  }

  /** A socket holds the network that it came from. */
  private static void hold(HeldResource held) {
    if (held.holders++ == 0 && held.socket != null) {
      hold(held.socket.origin());
    }
  }

  private static void unhold(HeldResource held, List<Resource> orphans) {
    if (--held.holders == 0) {
      orphans.add(held.resource);
      if (held.socket != null) {
        unhold(held.socket.origin(), orphans);
      }
    }
  }

  private static void link(Capability child, Capability parent) {
    child.parent = parent;
    child.nextSibling = parent.firstChild;
    if (parent.firstChild != null) {
      parent.firstChild.previousSibling = child;
    }
    parent.firstChild = child;
  }

  private static void unlink(Capability capability) {
    Capability parent = capability.parent;
    if (capability.previousSibling != null) {
      capability.previousSibling.nextSibling = capability.nextSibling;
    } else if (parent != null && parent.firstChild == capability) {
      parent.firstChild = capability.nextSibling;
    }
    if (capability.nextSibling != null) {
      capability.nextSibling.previousSibling = capability.previousSibling;
    }
    capability.nextSibling = null;
    capability.previousSibling = null;
  }
}
