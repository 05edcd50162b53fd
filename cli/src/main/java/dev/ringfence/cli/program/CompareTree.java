// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import dev.ringfence.abi.SyscallException;
import dev.ringfence.user.Buffer;
import dev.ringfence.user.File;
import dev.ringfence.user.OpenOptions;
import dev.ringfence.user.Status;
import java.lang.foreign.MemorySegment;

/** Reads source and target back and compares them, everything that the source has. */
final class CompareTree {

  private final Copy.Job job;

  CompareTree(Copy.Job job) {
    this.job = job;
  }

  Tree.Visitor with(Crew crew) {
    return new Tree.Visitor() {
      @Override
      public boolean directory(Location found, String below, Status status) {
        if (!isDirectory(targetOf(below), below)) {
          differ(found, targetOf(below), "in kind");
        }
        return true;
      }

      @Override
      public void file(Location found, String below, Status status) {
        crew.start(() -> compare(found, targetOf(below)));
      }

      @Override
      public void link(Location found, String below) {
        if (!found.readLink().equals(targetOf(below).readLink())) {
          differ(found, targetOf(below), "in its target");
        }
      }

      @Override
      public void problem(String message) {
        job.problems().add(message);
      }
    };
  }

  private Location targetOf(String below) {
    return below.isEmpty() ? job.target() : job.target().child(below);
  }

  /** Beneath the root, a link to a directory is none. */
  private static boolean isDirectory(Location target, String below) {
    return (below.isEmpty() ? target.status() : target.linkStatus()).isDirectory();
  }

  private void compare(Location from, Location to) {
    try (File source = from.open(OpenOptions.reading());
        File target = to.open(OpenOptions.reading().noFollow());
        Buffer buffer = job.buffers().acquire()) {
      // Half of the buffer each: who waits for a second one while it holds one can wait for ever.
      int half = buffer.sizeBytes() / 2;
      long at = 0;
      int length;
      do {
        length = source.read(buffer, 0, half, at);
        int other = target.read(buffer, half, half, at);
        long difference =
            length == other ? mismatch(buffer, half, length) : Math.min(length, other);
        if (difference >= 0) {
          differ(from, to, "at byte " + (at + difference));
          return;
        }
        job.progress().advance(2L * Math.max(0, length));
        at += length;
      } while (length == half);
    } catch (SyscallException e) {
      job.problems().add(e.getMessage());
    }
  }

  private static long mismatch(Buffer buffer, int half, int length) {
    MemorySegment bytes = buffer.segment();
    return length < 0
        ? -1
        : MemorySegment.mismatch(bytes, 0, length, bytes, half, (long) half + length);
  }

  private void differ(Location from, Location to, String where) {
    job.problems().add("`%s` differs from `%s` %s".formatted(to.name(), from.name(), where));
  }
}
