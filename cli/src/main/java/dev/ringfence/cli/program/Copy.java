// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import dev.ringfence.abi.SyscallException;
import dev.ringfence.user.BufferPool;
import dev.ringfence.user.Program;
import dev.ringfence.user.Session;
import dev.ringfence.user.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Copies a file or a tree: {@code copy SOURCE TARGET}, both {@code grant} or {@code grant/path}.
 * TARGET becomes what SOURCE is; the directories above it are made.
 *
 * <p>What to look at: the walk over the tree is one thread, each file that it finds is copied by a
 * virtual thread of its own ({@link CopyFile}), and a large file by several. What keeps this within
 * bounds is the pool of buffers: who wants to read needs one, and waits while all are out. What
 * becomes of symbolic links is decided by {@link Tree}. Permission bits are kept, holes stay holes.
 * What fails is shown at the end, and the rest is copied all the same.
 */
public final class Copy implements Program {

  private static final int FILES_AT_ONCE_MAX = 32;
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int BUFFERS = 48;

  private static final String USAGE =
      """
      usage: copy SOURCE TARGET [--links] [--verify]

      TARGET becomes a copy of SOURCE, a file or a tree. Both are `grant` or `grant/path`.
        --links    keep every symbolic link as a link
        --verify   read both back afterwards and compare every byte

      A symbolic link that leads out of SOURCE, but not out of its grant, is replaced by what it
      leads to; other links stay links.

      Needs read on SOURCE's grant; write, truncate and create on TARGET's (rw,create).
      """;

  private final Progress progress;

  /** A copy that shows nothing while it runs. */
  public Copy() {
    this(Progress.NONE);
  }

  /** A copy that tells {@code progress} how far it is. */
  public Copy(Progress progress) {
    this.progress = progress;
  }

  @Override
  public int run(Session session, List<String> arguments) {
    List<String> names = new ArrayList<>(arguments);
    boolean verify = names.remove("--verify");
    Tree.Links links = names.remove("--links") ? Tree.Links.KEPT : Tree.Links.FOLLOWED_OUT;
    if (names.remove("--help")) {
      session.stdout().print(USAGE);
      return 0;
    }
    if (names.size() != 2 || names.stream().anyMatch(name -> name.startsWith("-"))) {
      session.stderr().print(USAGE);
      return 2;
    }
    Location source = Location.of(session, names.get(0));
    Location target = Location.of(session, names.get(1));
    Problems problems = new Problems();
    try (progress;
        BufferPool buffers = session.newPool(BUFFER_BYTES, BUFFERS)) {
      Job job = new Job(source, target, links, buffers, progress, problems);
      session.stdout().println(copy(job) + (verify ? verify(job) : ""));
    } catch (SyscallException e) {
      problems.add(e.getMessage());
    }
    return problems.show(session.stderr());
  }

  /** What the copy and its verification have in common. */
  record Job(
      Location source,
      Location target,
      Tree.Links links,
      BufferPool buffers,
      Progress progress,
      Problems problems) {}

  private static String copy(Job job) {
    long start = System.nanoTime();
    CopyTree copy = new CopyTree(job);
    copy.prepare();
    job.progress.begin("copying", job.progress.visible() ? sizeOf(job) : 0);
    try (Crew crew = new Crew(FILES_AT_ONCE_MAX)) {
      Tree.walk(job.source, job.links, copy.with(crew));
    }
    double seconds = Math.max(1e-3, (System.nanoTime() - start) / 1e9);
    return "copied %s in %.1f s (%s/s)"
        .formatted(copy.summary(), seconds, Sizes.words((long) (copy.bytes() / seconds)));
  }

  private static String verify(Job job) {
    if (job.problems.count() > 0) {
      return "; not verified, for not everything was copied";
    }
    job.progress.begin("verifying", job.progress.visible() ? 2 * sizeOf(job) : 0);
    CompareTree compare = new CompareTree(job);
    try (Crew crew = new Crew(FILES_AT_ONCE_MAX)) {
      Tree.walk(job.source, job.links, compare.with(crew));
    }
    return job.problems.count() > 0 ? "; verification failed" : "; verified";
  }

  /** The bytes of all files of a tree; problems are left to the walk that copies. */
  private static long sizeOf(Job job) {
    LongAdder bytes = new LongAdder();
    Tree.walk(
        job.source,
        job.links,
        new Tree.Visitor() {
          @Override
          public boolean directory(Location found, String below, Status status) {
            return true;
          }

          @Override
          public void file(Location found, String below, Status status) {
            bytes.add(status.size());
          }

          @Override
          public void problem(String message) {}
        });
    return bytes.sum();
  }
}
