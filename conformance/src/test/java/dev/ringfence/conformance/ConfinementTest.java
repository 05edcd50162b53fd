// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No path leaves its directory, whatever it is made of, in any operation that takes one. */
class ConfinementTest extends Conformance {

  private static final String NAME_255 = "n".repeat(255);

  private List<String> before = new ArrayList<>();

  /** What hostile paths go through: things that exist on both sides of the boundary. */
  private void prepare() throws IOException {
    directory("d/e");
    file("d/file", "inside");
    file(PathUse.MOVED, "moved");
    link("up", "..");
    link("out", "../outside");
    link("far", "d/../../outside/canary");
    link("absolute", outside.toString());
    link("absoluteInside", tree.resolve("d").toString());
    link("proc", "/proc/self/root");
    link("fd", "/proc/self/fd");
    link("chain", "chain1");
    link("chain1", "chain2");
    link("chain2", "out");
    link("d/nested", "../../outside");
    link("missingOutside", "../missing");
    link("loop", "loop");
    link("ping", "pong");
    link("pong", "ping");
    for (int i = 0; i < 41; i++) {
      link("long" + i, i == 40 ? "d" : "long" + (i + 1));
    }
    before = everything();
  }

  /** All names beneath and beside the tree, with their kind and content. */
  private List<String> everything() throws IOException {
    try (Stream<Path> all = Files.walk(temporary)) {
      List<String> lines = new ArrayList<>();
      for (Path each : all.sorted().toList()) {
        lines.add(temporary.relativize(each) + " " + describe(each));
      }
      return lines;
    }
  }

  private static String describe(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      return "-> " + Files.readSymbolicLink(path);
    }
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
        ? Files.readString(path)
        : "no regular file";
  }

  private void assertEachRefused(PathUse use, SyscallError error, String... paths)
      throws IOException {
    for (String path : paths) {
      assertRefused(use, error, Requests.bytes(path));
    }
    assertThat(everything()).as("the tree after " + use).isEqualTo(before);
  }

  private void assertRefused(PathUse use, SyscallError error, byte[] path) {
    Completion done = client.run(use.of(client, root, path));
    org.assertj.core.api.Assertions.assertThat(done.result())
        .as("%s of `%s`: %s", use, new String(path, java.nio.charset.StandardCharsets.UTF_8), done)
        .isEqualTo(error.result());
    assertThat(done).failedWith(error);
  }

  @Test
  void noDotsLeadOut() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      assertEachRefused(
          use,
          SyscallError.PERMISSION_DENIED,
          "..",
          "../",
          "../outside",
          "../outside/canary",
          "../tree",
          "../tree/d/file",
          "./..",
          "./../outside/canary",
          "d/../..",
          "d/../../outside/canary",
          "d/e/../../../outside/canary",
          "d//..//..//outside//canary",
          "../missing",
          "../missing/deeper",
          "../../../../../../../../../../etc/passwd");
    }
  }

  @Test
  void noAbsolutePathIsTaken() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      assertEachRefused(
          use,
          SyscallError.PERMISSION_DENIED,
          "/",
          "//",
          "/etc/passwd",
          "//etc/passwd",
          "/proc/self/fd/0",
          "/missing",
          tree.toString(),
          tree.resolve("d/file").toString(),
          outside.resolve("canary").toString());
    }
  }

  @Test
  void noLinkOnTheWayLeadsOut() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      assertEachRefused(
          use,
          SyscallError.PERMISSION_DENIED,
          "up/outside/canary",
          "out/canary",
          "out/made",
          "absolute/canary",
          "absolute/made",
          "absoluteInside/file",
          "chain/canary",
          "d/nested/canary",
          "d/../out/canary",
          "up/tree/d/file",
          "proc/etc/passwd",
          "fd/0",
          "missingOutside/x");
    }
  }

  @Test
  void noLinkAtTheEndLeadsOut() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      if (use.last == PathUse.Last.FOLLOWED) {
        assertEachRefused(
            use,
            SyscallError.PERMISSION_DENIED,
            "up",
            "out",
            "far",
            "absolute",
            "absoluteInside",
            "proc",
            "fd",
            "chain",
            "d/nested",
            "missingOutside");
      }
    }
  }

  @Test
  void loopsAndLongChainsOfLinksEnd() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      assertEachRefused(
          use, SyscallError.PERMISSION_DENIED, "loop/x", "ping/x", "d/../pong/x", "long0/file");
      if (use.last == PathUse.Last.FOLLOWED) {
        assertEachRefused(use, SyscallError.PERMISSION_DENIED, "loop", "ping", "long0");
      }
    }
  }

  @Test
  void fortyLinksInOnePathAreFollowed() throws IOException {
    prepare();
    assertThat(client.run(PathUse.STAT.of(client, root, Requests.bytes("long1/file"))))
        .succeededWith(0);
  }

  @Test
  void whatIsOutsideCannotBeToldFromWhatIsNot() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      String[] there = {"../outside/canary", "out/canary", "absolute/canary", "../outside"};
      String[] missing = {"../outside/missing", "out/missing", "absolute/missing", "../missing"};
      for (int i = 0; i < there.length; i++) {
        Completion first = client.run(use.of(client, root, Requests.bytes(there[i])));
        Completion second = client.run(use.of(client, root, Requests.bytes(missing[i])));
        assertThat(first).isPlain();
        assertThat(second).isPlain();
        assertThat(second.result()).as(there[i]).isEqualTo(first.result());
      }
    }
  }

  @Test
  void malformedPathsAreRefusedAsSuch() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      Map<String, byte[]> malformed = new TreeMap<>();
      malformed.put("a zero byte", new byte[] {'d', 0, 'x'});
      malformed.put("a zero byte at the end", new byte[] {'d', 0});
      malformed.put("0xff", new byte[] {(byte) 0xff});
      malformed.put("0xff in a name", new byte[] {'d', '/', (byte) 0xff, 'x'});
      malformed.put("an overlong slash", new byte[] {'.', '.', (byte) 0xc0, (byte) 0xaf, 'x'});
      malformed.put("a surrogate", new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80});
      malformed.put("a cut-off character", new byte[] {'d', (byte) 0xc3});
      malformed.forEach((_, path) -> assertRefused(use, SyscallError.INVALID_ARGUMENT, path));
      if (use.opcode() != dev.ringfence.abi.OpCode.STAT) { // STAT of nothing is of the directory
        assertRefused(use, SyscallError.INVALID_ARGUMENT, new byte[0]);
      }
      assertThat(everything()).isEqualTo(before);
    }
  }

  @Test
  void tooLongPathsAreRefusedAsSuch() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      assertEachRefused(
          use,
          SyscallError.NAME_TOO_LONG,
          NAME_255 + "n",
          "d/" + NAME_255 + "n",
          NAME_255 + "n/x",
          "../" + NAME_255 + "n",
          "./".repeat(2047) + "dd",
          "d".repeat(5000));
    }
  }

  @Test
  void theLongestNamesAndPathsWork() throws IOException {
    prepare();
    String longest = "./".repeat((4095 - 255) / 2) + NAME_255;
    assertThat(longest).hasSize(4095);
    assertThat(client.run(client.makeDirectory(root, longest))).succeededWith(0);
    assertThat(tree.resolve(NAME_255)).isDirectory();
    assertThat(client.run(client.stat(root, NAME_255, client.statusRoom()))).succeededWith(0);
    assertThat(client.run(client.removeDirectory(root, longest))).succeededWith(0);
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void dotsAndDoubledSlashesMeanNothing() throws IOException {
    prepare();
    for (String path : new String[] {"d/file", "./d/file", "d//file", "d/./file", "d/e/../file"}) {
      Range status = client.statusRoom();
      assertThat(client.run(client.stat(root, path, status))).succeededWith(0);
      assertThat(Inspection.inode(client, status))
          .isEqualTo(Inspection.inode(tree.resolve("d/file")));
    }
    for (String path : new String[] {".", "./", "d/..", "d/../", "d/e/../.."}) {
      Range status = client.statusRoom();
      assertThat(client.run(client.stat(root, path, status))).succeededWith(0);
      assertThat(Inspection.inode(client, status)).as(path).isEqualTo(Inspection.inode(tree));
    }
  }

  @Test
  void aSlashBehindAFileWantsADirectory() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      Completion done = client.run(use.of(client, root, Requests.bytes("d/file/")));
      SyscallError expected =
          switch (use) {
            case CREATE, CREATE_EXCLUSIVE -> SyscallError.IS_A_DIRECTORY;
            case MAKE_DIRECTORY, SYMLINK, RENAME_TO_NEW -> SyscallError.ALREADY_EXISTS;
            default -> SyscallError.NOT_A_DIRECTORY;
          };
      assertThat(done).failedWith(expected);
      assertThat(everything()).isEqualTo(before);
    }
  }

  @Test
  void aFileOnTheWayIsNotADirectory() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      assertEachRefused(use, SyscallError.NOT_A_DIRECTORY, "d/file/x", "d/file/../e", "d/file/./x");
    }
  }

  @Test
  void aMissingDirectoryOnTheWayIsNotFound() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      assertEachRefused(use, SyscallError.NOT_FOUND, "no/x", "d/no/x", "no/../d/file", "no/.");
    }
  }

  @Test
  void nothingIsDoneToTheDirectoryItself() throws IOException {
    prepare();
    for (PathUse use : PathUse.values()) {
      SyscallError expected =
          switch (use) {
            case OPEN, OPEN_NO_FOLLOW, OPEN_DIRECTORY, STAT, STAT_NO_FOLLOW -> null;
            case CREATE, OPEN_TRUNCATE, REMOVE -> SyscallError.IS_A_DIRECTORY;
            case CREATE_EXCLUSIVE, MAKE_DIRECTORY, SYMLINK -> SyscallError.ALREADY_EXISTS;
            case REMOVE_DIRECTORY, READ_LINK -> SyscallError.INVALID_ARGUMENT;
            case RENAME_FROM, RENAME_TO -> SyscallError.BUSY;
            case RENAME_TO_NEW -> SyscallError.ALREADY_EXISTS;
          };
      for (String path : new String[] {".", "./", "d/.", "d/e/../."}) {
        Completion done = client.run(use.of(client, root, Requests.bytes(path)));
        if (expected == null) {
          assertThat(done).succeeded();
        } else {
          assertThat(done).as(use + " of " + path).failedWith(expected);
        }
      }
      assertThat(everything()).isEqualTo(before);
    }
  }

  @Test
  void directoriesOpenedBeneathConfineToo() throws IOException {
    prepare();
    long inner = client.opened(root, "d", dev.ringfence.abi.Rights.DIRECTORY_FULL);
    for (String path : new String[] {"..", "../d", "../d/file", "nested/canary", "e/../../d"}) {
      assertThat(client.run(client.stat(inner, path, client.statusRoom())))
          .failedWith(SyscallError.PERMISSION_DENIED);
    }
    assertThat(client.run(client.stat(inner, "file", client.statusRoom()))).succeededWith(0);
  }
}
