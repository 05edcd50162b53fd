// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import dev.ringfence.abi.SyscallException;
import dev.ringfence.user.Entry;
import dev.ringfence.user.FileKind;
import dev.ringfence.user.Status;
import java.util.ArrayDeque;
import java.util.Deque;

/** Walks a tree of files: each directory before what is in it. What fails is told, not fatal. */
final class Tree {

  /** What to do with each thing found. {@code below} is its path from the root, empty for that. */
  interface Visitor {

    /** A directory; false: do not go into it. */
    boolean directory(Location found, String below, Status status);

    void file(Location found, String below, Status status);

    default void link(Location found, String below) {}

    /** Something that could not be visited, in words. */
    void problem(String message);
  }

  private record Step(Location location, String below) {}

  private final Visitor visitor;

  /** Not recursion: a tree may be deeper than a thread's stack. */
  private final Deque<Step> directories = new ArrayDeque<>();

  private Tree(Visitor visitor) {
    this.visitor = visitor;
  }

  /** Walks what is at {@code root}; a symbolic link there is followed, those beneath are not. */
  static void walk(Location root, Visitor visitor) {
    Tree tree = new Tree(visitor);
    tree.guarded(() -> tree.visit(new Step(root, ""), root.status()));
    while (!tree.directories.isEmpty()) {
      Step directory = tree.directories.pop();
      tree.guarded(() -> directory.location.list(entry -> tree.found(directory, entry)));
    }
  }

  private void found(Step directory, Entry entry) {
    Location location = directory.location.child(entry.name());
    if (!entry.usable()) {
      visitor.problem(
          "cannot open `%s`: the name is not UTF-8; rename the file".formatted(location.name()));
      return;
    }
    String below = directory.below.isEmpty() ? entry.name() : directory.below + "/" + entry.name();
    if (entry.kind() == FileKind.SYMBOLIC_LINK) {
      guarded(() -> visitor.link(location, below));
    } else {
      guarded(() -> visit(new Step(location, below), location.linkStatus()));
    }
  }

  private void visit(Step step, Status status) {
    switch (status.kind()) {
      case FILE -> visitor.file(step.location, step.below, status);
      case SYMBOLIC_LINK -> visitor.link(step.location, step.below);
      case DIRECTORY -> {
        if (visitor.directory(step.location, step.below, status)) {
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
