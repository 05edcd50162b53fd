// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.FileStatus;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.StatFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.Linux;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.PathCalls;
import dev.ringfence.linux.Statx;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each engine against Linux itself: random trees with links of every kind, random paths, and the
 * answer of openat2(2) with RESOLVE_BENEATH is right, for the class of the result and for which
 * object it is. {@code -Dringfence.seed=N} repeats a failure.
 */
class PathOracleTest extends Conformance {

  private static final int TREES = 25;
  private static final int PATHS = 120;
  private static final int NODES_MAX = 40;
  private static final String[] NAMES = {"a", "b", "c", "d", "e"};

  private final long seed = Long.getLong("ringfence.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private int base = -1;

  /** What is at the end of a path, or why there is nothing. */
  private record Answer(int result, long inode, long device) {}

  @BeforeEach
  void needLinux() {
    Assumptions.assumeTrue(Linux.isSupported(), "the oracle is Linux");
  }

  @AfterEach
  void closeBase() {
    if (base >= 0) {
      Descriptors.close(base);
    }
  }

  private String pick(String... from) {
    return from[random.nextInt(from.length)];
  }

  private String randomPath(int tokensMax) {
    StringBuilder path = new StringBuilder();
    int tokens = 1 + random.nextInt(tokensMax);
    for (int i = 0; i < tokens; i++) {
      if (i > 0) {
        path.append(random.nextInt(8) == 0 ? "//" : "/");
      }
      int kind = random.nextInt(10);
      path.append(kind == 0 ? "." : kind <= 2 ? ".." : pick(NAMES));
    }
    if (random.nextInt(8) == 0) {
      path.append('/');
    }
    return path.toString();
  }

  private void plant(Path top) throws IOException {
    List<Path> directories = new ArrayList<>(List.of(top));
    int nodes = 5 + random.nextInt(NODES_MAX - 5);
    for (int i = 0; i < nodes; i++) {
      Path node = directories.get(random.nextInt(directories.size())).resolve(pick(NAMES));
      if (Files.exists(node, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      switch (random.nextInt(5)) {
        case 0 -> Files.writeString(node, "content");
        case 1, 2 -> directories.add(Files.createDirectory(node));
        case 3 -> Files.createSymbolicLink(node, Path.of(linkText()));
        default -> Files.createSymbolicLink(node, Path.of(pick(NAMES)));
      }
    }
  }

  private String linkText() {
    return random.nextInt(10) == 0 ? pick("/", "/etc", tree.toString()) : randomPath(4);
  }

  private Answer ofLinux(byte[] path, boolean follow) {
    int flags = OpenFlags.O_PATH | (follow ? 0 : OpenFlags.O_NOFOLLOW);
    int resolve =
        OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_MAGICLINKS | OpenFlags.RESOLVE_NO_XDEV;
    long opened;
    do {
      opened = PathCalls.openat2(base, path, flags, 0, resolve);
    } while (opened == Errno.EAGAIN.result());
    if (opened < 0) {
      return new Answer(meaning(opened).result(), 0, 0);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(Statx.SIZE, Long.BYTES);
      long told =
          PathCalls.statx(
              (int) opened, new byte[0], OpenFlags.AT_EMPTY_PATH, Statx.STATX_BASIC_STATS, status);
      assertThat(told).isZero();
      return new Answer(0, Statx.inode(status, 0), Statx.device(status, 0));
    } finally {
      Descriptors.close((int) opened);
    }
  }

  private static SyscallError meaning(long result) {
    Errno errno = Errno.ofResult(result);
    assertThat(errno).isNotNull();
    return switch (errno) {
      case EXDEV, ELOOP, EACCES -> SyscallError.PERMISSION_DENIED;
      case ENOENT -> SyscallError.NOT_FOUND;
      case ENOTDIR -> SyscallError.NOT_A_DIRECTORY;
      case ENAMETOOLONG -> SyscallError.NAME_TOO_LONG;
      default -> throw new AssertionError("Linux answers " + errno);
    };
  }

  /** Where a path and a status go, over and over: thousands of cases use one arena. */
  private Range at(int offset, int length) {
    return new Range(client.memory().whole().address() + offset, length);
  }

  private Range put(byte[] path) {
    Range range = at(4096, path.length);
    client.memory().put(range, path);
    return range;
  }

  private Answer ofStat(byte[] path, boolean follow) {
    Range status = at(0, FileStatus.SIZE);
    Entry stat = client.stat(root, put(path), status);
    Completion done = client.run(follow ? stat : stat.auxiliary1(StatFlags.NO_FOLLOW));
    return done.result() < 0
        ? new Answer(done.result(), 0, 0)
        : new Answer(0, Inspection.inode(client, status), Inspection.device(client, status));
  }

  private Answer ofOpen(byte[] path) {
    Completion done = client.run(client.open(root, put(path), 0, Rights.READ | Rights.STAT));
    if (done.result() < 0) {
      return new Answer(done.result(), 0, 0);
    }
    long opened = done.capability();
    Range status = at(0, FileStatus.SIZE);
    CompletionAssert.assertThat(client.run(client.stat(opened, status))).succeededWith(0);
    Answer answer =
        new Answer(0, Inspection.inode(client, status), Inspection.device(client, status));
    client.run(client.close(opened));
    return answer;
  }

  @Test
  void everyPathMeansWhatLinuxSaysItMeans() throws IOException {
    int found = 0;
    for (int i = 0; i < TREES; i++) {
      clear();
      plant(tree);
      base = (int) PathCalls.openat2(OpenFlags.AT_FDCWD, bytesOf(tree), OpenFlags.O_PATH, 0, 0);
      for (int j = 0; j < PATHS; j++) {
        String path = randomPath(7);
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        String what = "tree " + i + ", path `" + path + "`, seed " + seed;
        Answer followed = ofLinux(bytes, true);
        assertThat(ofStat(bytes, true)).as("STAT: %s", what).isEqualTo(followed);
        assertThat(ofStat(bytes, false))
            .as("STAT itself: %s", what)
            .isEqualTo(ofLinux(bytes, false));
        assertThat(ofOpen(bytes)).as("OPEN: %s", what).isEqualTo(followed);
        found += followed.result() == 0 ? 1 : 0;
      }
      Descriptors.close(base);
      base = -1;
    }
    assertThat(found).as("paths that lead somewhere, seed %d", seed).isGreaterThan(TREES);
  }

  private static byte[] bytesOf(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void clear() throws IOException {
    try (var all = Files.walk(tree)) {
      for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        if (!each.equals(tree)) {
          Files.delete(each);
        }
      }
    }
  }
}
