// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.kernel.engine.Resource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
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

  /** Closed ones that still hold their resource: something may be in flight through them. */
  private final Set<Capability> closedInUse = new HashSet<>();

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
    return add(domain, parent, held, rights, reserved, parent == null ? null : parent.meter);
  }

  /**
   * Adds a capability with limits of its own.
   *
   * @param meter them and those of its ancestors
   */
  synchronized @Nullable Capability add(
      Domain domain,
      @Nullable Capability parent,
      HeldResource held,
      long rights,
      boolean reserved,
      @Nullable Meter meter) {
    CapabilityTable table = domain.table();
    if (!reserved && !table.reserve()) {
      return null;
    }
    if (parent != null && parent.state != Capability.LIVE) {
      table.unreserve();
      return null;
    }
    Capability added = new Capability(table.take(), domain, held, rights, meter);
    hold(held);
    if (parent != null) {
      link(added, parent);
    }
    table.put(added);
    return added;
  }

  /** Runs what must not be seen half done: nothing of the tree changes meanwhile. Short. */
  synchronized <T extends @Nullable Object> T atomically(Supplier<T> step) {
    return step.get();
  }

  /**
   * Puts a copy of a live capability on its way, as its child. Within {@link #atomically}.
   *
   * @return the capability on its way
   */
  Capability depart(Capability source, long rights) {
    assert Thread.holdsLock(this);
    Capability onItsWay =
        new Capability(CapabilityTable.Slot.NONE, null, source.held, rights, source.meter);
    hold(source.held);
    link(onItsWay, source);
    return onItsWay;
  }

  /**
   * Puts a live capability itself on its way: what leaves has its place and its children. The
   * source's id is free; its hold on the resource stays until {@link #release}. Within {@link
   * #atomically}.
   *
   * @return the capability on its way
   */
  Capability departForGood(Capability source, long rights) {
    assert Thread.holdsLock(this);
    Capability onItsWay =
        new Capability(CapabilityTable.Slot.NONE, null, source.held, rights, source.meter);
    hold(source.held);
    replace(source, onItsWay);
    if (source.domain != null) {
      source.domain.table().free(source);
    }
    return onItsWay;
  }

  /**
   * Gives a live capability that was on its way to a domain, in a slot that was reserved. Within
   * {@link #atomically}.
   */
  Capability arrive(Capability onItsWay, Domain domain) {
    assert Thread.holdsLock(this);
    CapabilityTable table = domain.table();
    Capability arrived =
        new Capability(table.take(), domain, onItsWay.held, onItsWay.rights, onItsWay.meter);
    replace(onItsWay, arrived);
    table.put(arrived);
    return arrived;
  }

  /** Has {@code successor} stand where {@code old} stands, which is closed. */
  private void replace(Capability old, Capability successor) {
    Capability parent = old.parent;
    if (parent != null) {
      link(successor, parent);
    }
    for (Capability child = old.firstChild; child != null; ) {
      Capability next = child.nextSibling;
      child.previousSibling = null;
      link(child, successor);
      child = next;
    }
    old.firstChild = null;
    markClosed(old);
    unlink(old);
    if (old.deadline != null) {
      old.deadline.pass(old, successor);
    }
  }

  /** Its hold lasts until {@link #release}; one on its way is used by nobody. */
  private void markClosed(Capability capability) {
    capability.state = Capability.CLOSED;
    if (capability.domain != null) {
      closedInUse.add(capability);
    }
  }

  /**
   * Capabilities that were closed while something was in flight through them. Their parents may
   * have been revoked since, in another domain.
   */
  synchronized List<Capability> closedInUse() {
    return List.copyOf(closedInUse);
  }

  /** Sets a slot of the domain's table aside; false when its quota is used up. */
  synchronized boolean reserve(Domain domain) {
    return domain.table().reserve();
  }

  /** Sets several slots aside, or none. */
  synchronized boolean reserve(Domain domain, int count) {
    boolean fits = domain.table().left() >= count;
    for (int i = 0; fits && i < count; i++) {
      fits = domain.table().reserve();
    }
    return fits;
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
      markClosed(capability);
      Capability parent = capability.parent;
      for (Capability child = capability.firstChild; child != null; ) {
        Capability next = child.nextSibling;
        child.nextSibling = null;
        child.previousSibling = null;
        child.parent = parent;
        if (parent != null) {
          link(child, parent);
        }
        if (capability.deadline != null) {
          // what was derived from it ends with it, though it is gone itself
          capability.deadline.add(child);
        }
        child = next;
      }
      capability.firstChild = null;
      unlink(capability);
      Deadline.leave(capability);
    }
    if (capability.domain != null) {
      capability.domain.table().free(capability);
    }
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
        Deadline.leave(root);
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
          Deadline.leave(child);
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
      if (freed != null && capability.domain == freed) {
        freed.table().free(capability);
      }
      closedInUse.remove(capability);
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
