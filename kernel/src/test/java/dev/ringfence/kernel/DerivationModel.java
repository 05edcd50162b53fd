// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What docs/abi.md says about capabilities, in the plainest way: a list of nodes with parents. */
final class DerivationModel {

  /** The holder of what is on its way, or nowhere. */
  static final int NOBODY = -1;

  enum State {
    LIVE,
    REVOKED,
    CLOSED
  }

  /** A capability that was ever made. */
  static final class Node {
    final boolean directory;
    final long rights;
    int holder;
    long id;
    @Nullable Node parent;
    State state = State.LIVE;
    boolean slotFree;

    Node(boolean directory, long rights, int holder, long id, @Nullable Node parent) {
      this.directory = directory;
      this.rights = rights;
      this.holder = holder;
      this.id = id;
      this.parent = parent;
    }
  }

  final List<Node> nodes = new ArrayList<>();

  Node add(boolean directory, long rights, int holder, long id, @Nullable Node parent) {
    Node made = new Node(directory, rights, holder, id, parent);
    nodes.add(made);
    return made;
  }

  /** What any use of a node's id says about its life: 0, or a negative result. */
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

  /** CLOSE: the result. */
  int close(Node node) {
    if (node.state == State.CLOSED || node.slotFree) {
      return SyscallError.INVALID_HANDLE.result();
    }
    if (node.state == State.LIVE) {
      node.state = State.CLOSED;
      adopt(node, node.parent);
    }
    node.slotFree = true;
    return 0;
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

  /** A copy leaves, as a child. */
  Node depart(Node source, long rights) {
    return add(source.directory, rights, NOBODY, 0, source);
  }

  /** The node itself leaves; what leaves stands in its place. */
  Node departForGood(Node source, long rights) {
    Node leaving = new Node(source.directory, rights, NOBODY, 0, source.parent);
    adopt(source, leaving);
    nodes.add(leaving);
    source.state = State.CLOSED;
    source.slotFree = true;
    return leaving;
  }
}
