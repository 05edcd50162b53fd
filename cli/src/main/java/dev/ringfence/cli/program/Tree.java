// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import dev.ringfence.abi.SyscallException;
import dev.ringfence.user.Entry;
import dev.ringfence.user.FileKind;
import dev.ringfence.user.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Walks a tree of files: each directory before what is in it. What fails is told, not fatal. */
final class Tree {

  /** What becomes of the symbolic links in a tree. */
  enum Links {
    /** The visitor gets them as links. */
    KEPT,
    /**
     * One that leads out of the tree, but not out of the grant, is what it leads to: a copy of it
     * would lead nowhere. All others are links.
     */
    FOLLOWED_OUT
  }

  /** What to do with each thing found. {@code below} is its path from the root, empty for that. */
  interface Visitor {

    /** A directory; false: do not go into it. */
    boolean directory(Location found, String below, Status status);

    void file(Location found, String below, Status status);

    default void link(Location found, String below) {}

    /** This link is taken for what it leads to, which is visited next. */
    default void followed(Location link) {}

    /** This link leads to a directory that it lies in, so that following it would never end. */
    default void endless(Location link) {}

    /** Something that could not be visited, in words. */
    void problem(String message);
  }

  /**
   * A directory on the way, and those above it.
   *
   * @param depth how many directories it lies beneath the root, or beneath the link followed last
   */
  private record Step(
      Location location, String below, Status status, @Nullable Step above, int depth) {

    Step child(Location child, String name, Status childStatus, int childDepth) {
      return new Step(
          child, below.isEmpty() ? name : below + "/" + name, childStatus, this, childDepth);
    }

    /** Whether this is, or lies in, the directory with that status; yes if nobody can tell. */
    boolean liesIn(Status directory) {
      for (Step step = this; step != null; step = step.above) {
        if (directory.inode() == 0 || same(step.status, directory)) {
          return true;
        }
      }
      return false;
    }

    /** Whether a link in this directory leads out of the tree, by its text alone. */
    boolean isLeftBy(String target) {
      int at = target.startsWith("/") ? -1 : depth;
      for (String part : target.split("/", -1)) {
        if (at >= 0 && !part.isEmpty() && !part.equals(".")) {
          at += part.equals("..") ? -1 : 1;
        }
      }
      return at < 0;
    }
  }

  private final Visitor visitor;
  private final Links links;

  /** Not recursion: a tree may be deeper than a thread's stack. */
  private final Deque<Step> directories = new ArrayDeque<>();

  private Tree(Visitor visitor, Links links) {
    this.visitor = visitor;
    this.links = links;
  }

  /** Walks what is at {@code root}; if that is a symbolic link, what it leads to. */
  static void walk(Location root, Links links, Visitor visitor) {
    Tree tree = new Tree(visitor, links);
    tree.guarded(() -> tree.visit(new Step(root, "", root.status(), above(root), 0)));
    while (!tree.directories.isEmpty()) {
      Step directory = tree.directories.pop();
      tree.guarded(() -> directory.location.list(entry -> tree.found(directory, entry)));
    }
  }

  /** Whether two names stand for one thing. */
  static boolean same(Status one, Status other) {
    return one.inode() != 0 && one.inode() == other.inode() && one.device() == other.device();
  }

  private static @Nullable Step above(Location location) {
    Location parent = location.parent();
    return parent == null ? null : new Step(parent, "", parent.status(), above(parent), 0);
  }

  private void found(Step directory, Entry entry) {
    Location location = directory.location.child(entry.name());
    if (!entry.usable()) {
      visitor.problem(
          "cannot open `%s`: the name is not UTF-8; rename the file".formatted(location.name()));
      return;
    }
    guarded(() -> {
      Status status = location.linkStatus();
      Step step = directory.child(location, entry.name(), status, directory.depth + 1);
      if (status.kind() == FileKind.SYMBOLIC_LINK) {
        link(directory, step, entry.name());
      } else {
        visit(step);
      }
    });
  }

  private void link(Step directory, Step link, String name) {
    Status goal = links == Links.KEPT ? null : outside(directory, link.location);
    if (goal == null) {
      visitor.link(link.location, link.below);
    } else if (goal.isDirectory() && directory.liesIn(goal)) {
      visitor.endless(link.location);
      visitor.link(link.location, link.below);
    } else {
      visitor.followed(link.location);
      visit(directory.child(link.location, name, goal, 0));
    }
  }

  /** The file or directory outside the tree, and in the grant, that a link leads to; or null. */
  private static @Nullable Status outside(Step directory, Location link) {
    if (!directory.isLeftBy(link.readLink())) {
      return null;
    }
    try {
      Status goal = link.status();
      return goal.isFile() || goal.isDirectory() ? goal : null;
    } catch (SyscallException e) {
      return null; // It leads nowhere, or out of the grant.
    }
  }

  private void visit(Step step) {
    switch (step.status.kind()) {
      case FILE -> visitor.file(step.location, step.below, step.status);
      case SYMBOLIC_LINK -> visitor.link(step.location, step.below);
      case DIRECTORY -> {
        if (visitor.directory(step.location, step.below, step.status)) {
          directories.push(step);
        }
      }
      case OTHER ->
          visitor.problem(
              "cannot open `%s`: it is a device, socket or FIFO".formatted(step.location.name()));
    }
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (SyscallException e) {
      visitor.problem(e.getMessage());
    }
  }
}
