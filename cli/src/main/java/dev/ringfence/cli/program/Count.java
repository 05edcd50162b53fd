// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import dev.ringfence.abi.SyscallException;
import dev.ringfence.user.Buffer;
import dev.ringfence.user.File;
import dev.ringfence.user.OpenOptions;
import dev.ringfence.user.PipeSource;
import dev.ringfence.user.Program;
import dev.ringfence.user.Session;
import dev.ringfence.user.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts lines, words and bytes of files, trees and streams: {@code count PATH...}, a PATH being
 * {@code grant} or {@code grant/path}; without any, of {@code stdin}.
 *
 * <p>What to look at: {@link #run} gets a {@link Session} and nothing else. It asks it for a grant
 * by its petname, opens files beneath it, and borrows a buffer that is given back by
 * try-with-resources. The calls block, and it does not matter: the threads are virtual.
 */
public final class Count implements Program {

  private static final int FILES_AT_ONCE_MAX = 32;

  private static final String USAGE =
      """
      usage: count [PATH...]

      Prints lines, words and bytes of each PATH, and their total. A PATH is `grant` or
      `grant/path`, a file, a directory (everything in it) or a stream; stdin without any.
      """;

  @Override
  public int run(Session session, List<String> arguments) {
    if (arguments.contains("--help")) {
      session.stdout().print(USAGE);
      return 0;
    }
    List<String> paths = arguments.isEmpty() ? List.of("stdin") : arguments;
    Problems problems = new Problems();
    Totals all = new Totals();
    for (String path : paths) {
      Totals totals = new Totals();
      try {
        count(session, path, totals, problems);
        session.stdout().println(totals.line(path));
      } catch (SyscallException e) {
        problems.add(e.getMessage());
      }
      all.add(totals);
    }
    if (paths.size() > 1) {
      session.stdout().println(all.line("total"));
    }
    return problems.show(session.stderr());
  }

  private static void count(Session session, String path, Totals totals, Problems problems) {
    Location location = Location.of(session, path);
    if (location.grant() instanceof PipeSource stream) {
      countStream(session, stream, totals);
      return;
    }
    try (Crew crew = new Crew(FILES_AT_ONCE_MAX)) {
      Tree.walk(location, Tree.Links.KEPT, new FileCounter(session, crew, totals, problems));
    }
  }

  private static void countStream(Session session, PipeSource stream, Totals totals) {
    Scanner scanner = new Scanner(totals);
    try (Buffer buffer = session.buffers().acquire()) {
      int length;
      while ((length = stream.read(buffer)) >= 0) {
        scanner.scan(buffer.segment(), length);
      }
    }
    scanner.end();
  }

  private static void countFile(Session session, Location location, Totals totals) {
    Scanner scanner = new Scanner(totals);
    try (File file = location.open(OpenOptions.reading());
        Buffer buffer = session.buffers().acquire()) {
      int length;
      for (long at = 0; (length = file.read(buffer, at)) >= 0; at += length) {
        scanner.scan(buffer.segment(), length);
      }
    }
    scanner.end();
  }

  /** Counts every file of a tree, many at once. */
  private record FileCounter(Session session, Crew crew, Totals totals, Problems problems)
      implements Tree.Visitor {

    @Override
    public boolean directory(Location found, String below, Status status) {
      return true;
    }

    @Override
    public void file(Location found, String below, Status status) {
      crew.start(() -> {
        try {
          countFile(session, found, totals);
        } catch (SyscallException e) {
          problems.add(e.getMessage());
        }
      });
    }

    @Override
    public void problem(String message) {
      problems.add(message);
    }
  }

  /** What was counted so far; many threads add to it. */
  private static final class Totals {

    private final LongAdder lines = new LongAdder();
    private final LongAdder words = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    void add(long moreLines, long moreWords, long moreBytes) {
      lines.add(moreLines);
      words.add(moreWords);
      bytes.add(moreBytes);
    }

    void add(Totals other) {
      add(other.lines.sum(), other.words.sum(), other.bytes.sum());
    }

    String line(String name) {
      return "%8d %8d %10d %s".formatted(lines.sum(), words.sum(), bytes.sum(), name);
    }
  }

  /** Counts one stream of bytes, piece by piece: a word may go on in the next piece. */
  private static final class Scanner {

    private final Totals totals;
    private long lines;
    private long words;
    private long bytes;
    private boolean inWord;

    Scanner(Totals totals) {
      this.totals = totals;
    }

    void scan(MemorySegment piece, int length) {
      boolean word = inWord;
      for (int i = 0; i < length; i++) {
        byte b = piece.get(ValueLayout.JAVA_BYTE, i);
        boolean space = b == ' ' || b >= '\t' && b <= '\r';
        if (b == '\n') {
          lines++;
        }
        if (!space && !word) {
          words++;
        }
        word = !space;
      }
      inWord = word;
      bytes += length;
    }

    void end() {
      totals.add(lines, words, bytes);
    }
  }
}
