// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.user.File;
import dev.ringfence.user.OpenOptions;
import dev.ringfence.user.Status;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Makes the target what the source is: directories and links at once, files by a crew. */
final class CopyTree {

  private static final int PERMISSION_BITS = 0777;

  /** A directory must be writable while it is being filled. */
  private static final int OWNER_BITS = 0700;

  private final Copy.Job job;
  private final LongAdder files = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private long directories;
  private long links;
  private long followed;

  CopyTree(Copy.Job job) {
    this.job = job;
  }

  /**
   * Makes the directories above the target.
   *
   * @throws SyscallException if source and target are the same thing: opening it for writing would
   *     empty what is to be read
   */
  void prepare() {
    if (isSame(job.source().status(), job.target())) {
      throw sameFile(job.source(), job.target());
    }
    job.target().makeParents();
  }

  long bytes() {
    return bytes.sum();
  }

  String summary() {
    String replaced = followed == 0 ? "" : " (%d more as what they lead to)".formatted(followed);
    return "%d files, %d directories, %d links%s, %s"
        .formatted(files.sum(), directories, links, replaced, Sizes.words(bytes()));
  }

  Tree.Visitor with(Crew crew) {
    return new Tree.Visitor() {

      // The target's own status once it is a directory: it may lie inside the source.
      private @Nullable Status root;

      @Override
      public boolean directory(Location found, String below, Status status) {
        if (root != null && Tree.same(status, root)) {
          return false;
        }
        Location made = targetOf(below);
        made.makeDirectory(status.mode() & PERMISSION_BITS | OWNER_BITS);
        directories++;
        if (root == null && made.grant().has(Rights.STAT)) {
          root = made.status();
        }
        return true;
      }

      @Override
      public void file(Location found, String below, Status status) {
        crew.start(() -> copyFile(found, targetOf(below), status));
      }

      @Override
      public void link(Location found, String below) {
        targetOf(below).makeLink(found.readLink());
        links++;
      }

      @Override
      public void followed(Location link) {
        followed++;
      }

      @Override
      public void endless(Location link) {
        job.problems()
            .note("`%s` leads to a directory above it: kept as a link".formatted(link.name()));
      }

      @Override
      public void problem(String message) {
        job.problems().add(message);
      }
    };
  }

  private Location targetOf(String below) {
    Location target = job.target();
    return below.isEmpty() ? target : target.child(below);
  }

  private void copyFile(Location from, Location to, Status status) {
    OpenOptions writing =
        OpenOptions.writing().create().truncate().mode(status.mode() & PERMISSION_BITS);
    try {
      if (status.links() > 1 && isSame(status, to)) {
        throw sameFile(from, to);
      }
      try (File source = from.open(OpenOptions.reading());
          File target = to.open(writing.noFollow())) {
        new CopyFile(source, target, status, job.buffers(), job.progress()).run();
      }
      files.increment();
      bytes.add(status.size());
    } catch (SyscallException e) {
      job.problems().add(e.getMessage());
    }
  }

  private static boolean isSame(Status status, Location other) {
    return other.grant().has(Rights.STAT) && other.exists() && Tree.same(status, other.status());
  }

  private static SyscallException sameFile(Location from, Location to) {
    return new SyscallException(
        SyscallError.INVALID_ARGUMENT,
        "`%s` and `%s` are the same thing: nothing was copied".formatted(from.name(), to.name()));
  }
}
