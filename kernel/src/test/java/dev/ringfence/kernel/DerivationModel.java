// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What docs/abi.md says about capabilities and channels, in the plainest way: a list of nodes with
 * parents, a list of things that they name, and two queues a channel. Nothing is kept that can be
 * counted: who holds a thing, how many slots are used and what is on its way are looked up in the
 * lists each time.
 *
 * <p>A {@code judge…} says what a request is answered, 0 being success; what follows a success is a
 * method of its own.
 */
final class DerivationModel {

  /** The holder of what is on its way, or nowhere. */
  static final int NOBODY = -1;

  enum State {
    LIVE,
    REVOKED,
    CLOSED
  }

  /** What a capability names. It is closed once no live node names it. */
  static class Thing {
    final CapabilityType type;
    boolean closed;

    Thing(CapabilityType type) {
      this.type = type;
    }
  }

  /** One end of a channel. */
  static final class End extends Thing {
    final ArrayDeque<Mail> inbox = new ArrayDeque<>();
    End peer = this;

    End() {
      super(CapabilityType.CHANNEL);
    }
  }

  /** A capability that was ever made. */
  static final class Node {
    final Thing thing;
    final long rights;
    int holder;
    long id;
    @Nullable Node parent;
    State state = State.LIVE;
    boolean slotFree;

    Node(Thing thing, long rights, int holder, @Nullable Node parent) {
      this.thing = thing;
      this.rights = rights;
      this.holder = holder;
      this.parent = parent;
    }
  }

  /** A node to be sent, with the rights that the receiver shall have. */
  record Parcel(Node node, long rights, boolean moves) {}

  /** A message on its way. */
  record Mail(int sender, int bytes, List<Node> nodes) {}

  final List<Node> nodes = new ArrayList<>();

  /** What histories made; what the host granted stays open. */
  private final List<Thing> things = new ArrayList<>();

  private final long[] slots;
  private final int onTheirWayMax;

  /**
   * A model without nodes.
   *
   * @param slots how many capabilities fit into each domain's table
   * @param onTheirWayMax how many of those that a domain sent may be on their way
   */
  DerivationModel(long[] slots, int onTheirWayMax) {
    this.slots = slots.clone();
    this.onTheirWayMax = onTheirWayMax;
  }

  /** A node for something that the host granted and keeps open. */
  Node grant(CapabilityType type, int holder) {
    return add(new Thing(type), type.applicableRights(), holder, null);
  }

  private Node add(Thing thing, long rights, int holder, @Nullable Node parent) {
    Node made = new Node(thing, rights, holder, parent);
    nodes.add(made);
    return made;
  }

  /** What any use of a node's id says about its life. */
  static int life(Node node) {
    return switch (node.state) {
      case LIVE -> 0;
      case CLOSED -> SyscallError.INVALID_HANDLE.result();
      case REVOKED ->
          node.slotFree
              ? SyscallError.INVALID_HANDLE.result()
              : SyscallError.CAPABILITY_REVOKED.result();
    };
  }

  /** Whether a capability may be used as one of that type and with these rights. */
  private static int judgeUse(Node node, CapabilityType type, long needed) {
    if (life(node) != 0) {
      return life(node);
    }
    if (node.thing.type != type) {
      return SyscallError.WRONG_CAPABILITY_TYPE.result();
    }
    return Rights.includes(node.rights, needed) ? 0 : SyscallError.PERMISSION_DENIED.result();
  }

  private int judgeRoom(int holder, long more) {
    return more <= slotsLeft(holder) ? 0 : SyscallError.QUOTA_EXCEEDED.result();
  }

  /** The slots of a domain's table that are free: tombstones fill theirs. */
  long slotsLeft(int holder) {
    return slots[holder]
        - nodes.stream().filter(each -> each.holder == holder && !each.slotFree).count();
  }

  /** How many files and sockets are open. */
  long opened() {
    return things.stream()
        .filter(each -> each.type != CapabilityType.CHANNEL && !each.closed)
        .count();
  }

  // ---- making ----------------------------------------------------------------------------------

  int judgeDup(Node source, long rights) {
    int used = judgeUse(source, source.thing.type, rights | Rights.DUP);
    return used != 0 ? used : judgeRoom(source.holder, 1);
  }

  Node dup(Node source, long rights) {
    return add(source.thing, rights, source.holder, source);
  }

  /**
   * OPEN, SOCKET_CREATE and ACCEPT: what is made has wanted rights of what it is made from.
   *
   * @param type of what it can be made from
   */
  int judgeMake(Node from, CapabilityType type, long needed, long wanted) {
    int used = judgeUse(from, type, needed | wanted);
    return used != 0 ? used : judgeRoom(from.holder, 1);
  }

  Node make(Node from, CapabilityType type, long wanted) {
    Thing made = new Thing(type);
    things.add(made);
    return add(made, wanted & type.applicableRights(), from.holder, from);
  }

  int judgeChannel(int holder) {
    return judgeRoom(holder, 2);
  }

  /** Both ends of a new channel. */
  List<Node> channel(int holder) {
    End first = new End();
    End second = new End();
    first.peer = second;
    second.peer = first;
    things.addAll(List.of(first, second));
    long rights = CapabilityType.CHANNEL.applicableRights();
    return List.of(add(first, rights, holder, null), add(second, rights, holder, null));
  }

  // ---- ending ----------------------------------------------------------------------------------

  /** CLOSE: the result. */
  int close(Node node) {
    if (node.state == State.CLOSED || node.slotFree) {
      return SyscallError.INVALID_HANDLE.result();
    }
    giveUp(node);
    closeWhatNobodyHolds();
    return 0;
  }

  private void giveUp(Node node) {
    if (node.state == State.LIVE) {
      node.state = State.CLOSED;
      adopt(node, node.parent);
    }
    node.slotFree = true;
  }

  private void adopt(Node from, @Nullable Node to) {
    for (Node each : nodes) {
      if (each.parent == from) {
        each.parent = to;
      }
    }
  }

  /** Revoke by the holder: the result. */
  int revoke(Node root) {
    int lives = life(root);
    if (lives != 0) {
      return lives;
    }
    for (Node each : nodes) {
      if (each.state == State.LIVE && isBelow(each, root)) {
        each.state = State.REVOKED;
        each.slotFree = each.holder == root.holder;
      }
    }
    closeWhatNobodyHolds();
    return 0;
  }

  private static boolean isBelow(Node node, Node root) {
    for (Node each = node; each != null; each = each.parent) {
      if (each == root) {
        return true;
      }
    }
    return false;
  }

  /** An end that closes drops what was sent to it, which may close other ends, and so on. */
  private void closeWhatNobodyHolds() {
    for (boolean again = true; again; ) {
      again = false;
      for (Thing thing : things) {
        if (!thing.closed && nodes.stream().noneMatch(each -> names(each, thing))) {
          thing.closed = true;
          again = true;
          if (thing instanceof End end) {
            end.inbox.forEach(mail -> mail.nodes.forEach(this::giveUp));
            end.inbox.clear();
          }
        }
      }
    }
  }

  private static boolean names(Node node, Thing thing) {
    return node.thing == thing && node.state == State.LIVE;
  }

  // ---- channels --------------------------------------------------------------------------------

  int judgeSend(Node over, List<Parcel> parcels) {
    int used = judgeUse(over, CapabilityType.CHANNEL, Rights.WRITE);
    if (used != 0 || !(over.thing instanceof End end)) {
      return used;
    }
    for (Parcel each : parcels) {
      int judged = judgeParcel(each);
      if (judged != 0) {
        return judged;
      }
    }
    for (Parcel each : parcels) {
      if (each.moves && parcels.stream().filter(other -> other.node == each.node).count() > 1) {
        return SyscallError.INVALID_ARGUMENT.result();
      }
    }
    if (end.peer.closed) {
      return SyscallError.BROKEN_PIPE.result();
    }
    if (!parcels.isEmpty() && onTheirWay(over.holder) + parcels.size() > onTheirWayMax) {
      return SyscallError.QUOTA_EXCEEDED.result();
    }
    boolean cycle =
        parcels.stream().anyMatch(each -> each.node.thing instanceof End it && holds(it, end));
    return cycle ? SyscallError.CANNOT_TRANSFER.result() : 0;
  }

  private static int judgeParcel(Parcel parcel) {
    Node node = parcel.node;
    if (life(node) != 0) {
      return life(node);
    }
    if (!Rights.includes(node.rights, Rights.TRANSFER)) {
      return SyscallError.CANNOT_TRANSFER.result();
    }
    return Rights.includes(node.rights, parcel.rights)
        ? 0
        : SyscallError.PERMISSION_DENIED.result();
  }

  private long onTheirWay(int sender) {
    return things.stream()
        .filter(End.class::isInstance)
        .flatMap(end -> ((End) end).inbox.stream())
        .filter(mail -> mail.sender == sender)
        .mapToLong(mail -> mail.nodes.size())
        .sum();
  }

  /** Whether an end's channel is another's, or holds that in what is on its way in it. */
  private static boolean holds(End end, End other) {
    if (end == other || end.peer == other) {
      return true;
    }
    return List.of(end, end.peer).stream()
        .flatMap(each -> each.inbox.stream())
        .flatMap(mail -> mail.nodes.stream())
        .anyMatch(node ->
            node.state == State.LIVE && node.thing instanceof End carried && holds(carried, other));
  }

  /** The message leaves: a copy as a child; what is moved goes itself. */
  void send(Node over, int bytes, List<Parcel> parcels) {
    List<Node> leaving = new ArrayList<>();
    for (Parcel each : parcels) {
      leaving.add(
          each.moves
              ? departForGood(each.node, each.rights)
              : add(each.node.thing, each.rights, NOBODY, each.node));
    }
    ((End) over.thing).peer.inbox.add(new Mail(over.holder, bytes, leaving));
  }

  /** What leaves stands where the source stood. */
  private Node departForGood(Node source, long rights) {
    Node leaving = add(source.thing, rights, NOBODY, source.parent);
    adopt(source, leaving);
    source.state = State.CLOSED;
    source.slotFree = true;
    return leaving;
  }

  /** The message that a receiver would get. */
  static @Nullable Mail next(Node over) {
    return over.thing instanceof End end ? end.inbox.peek() : null;
  }

  /** Whether a receiver would wait: there may still come something. */
  static boolean wouldWait(Node over) {
    return judgeUse(over, CapabilityType.CHANNEL, Rights.READ) == 0
        && over.thing instanceof End end
        && end.inbox.isEmpty()
        && !end.peer.closed;
  }

  /** What a receiver with room for so many capabilities is answered, if it does not wait. */
  int judgeReceive(Node over, int room) {
    int used = judgeUse(over, CapabilityType.CHANNEL, Rights.READ);
    Mail mail = next(over);
    if (used != 0 || mail == null) {
      return used;
    }
    if (mail.nodes.size() > room) {
      return SyscallError.NAME_TOO_LONG.result();
    }
    long live = mail.nodes.stream().filter(each -> each.state == State.LIVE).count();
    return judgeRoom(over.holder, live);
  }

  /** The message arrives. */
  void receive(Node over) {
    for (Node each : ((End) over.thing).inbox.remove().nodes) {
      if (each.state == State.LIVE) {
        each.holder = over.holder;
      }
    }
  }
}
