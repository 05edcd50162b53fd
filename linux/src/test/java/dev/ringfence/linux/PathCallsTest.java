// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static dev.ringfence.linux.OpenFlags.AT_EMPTY_PATH;
import static dev.ringfence.linux.OpenFlags.AT_FDCWD;
import static dev.ringfence.linux.OpenFlags.AT_REMOVEDIR;
import static dev.ringfence.linux.OpenFlags.AT_SYMLINK_NOFOLLOW;
import static dev.ringfence.linux.OpenFlags.O_CREAT;
import static dev.ringfence.linux.OpenFlags.O_DIRECTORY;
import static dev.ringfence.linux.OpenFlags.O_EXCL;
import static dev.ringfence.linux.OpenFlags.O_NOFOLLOW;
import static dev.ringfence.linux.OpenFlags.O_PATH;
import static dev.ringfence.linux.OpenFlags.O_RDONLY;
import static dev.ringfence.linux.OpenFlags.O_WRONLY;
import static dev.ringfence.linux.OpenFlags.RESOLVE_BENEATH;
import static dev.ringfence.linux.OpenFlags.RESOLVE_NO_MAGICLINKS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths beneath a directory: what opens, what is refused, what each call does. */
class PathCallsTest {

  private static final int CONFINED = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;

  @TempDir Path temporary;
  private Path inside;
  private int directory;

  @BeforeEach
  void openDirectory() throws Exception {
    inside = Files.createDirectory(temporary.resolve("inside"));
    Files.writeString(inside.resolve("file"), "text");
    Files.writeString(temporary.resolve("secret"), "secret");
    directory = descriptor(open(AT_FDCWD, inside.toString(), O_DIRECTORY, 0));
  }

  @AfterEach
  void closeDirectory() {
    assertThat(Descriptors.close(directory)).isZero();
  }

  @Test
  void opensAFileBeneathTheDirectory() {
    int file = descriptor(open(directory, "file", O_RDONLY, CONFINED));
    assertThat(Descriptors.close(file)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../secret", "./../secret", "sub/../../secret", "/etc/passwd", "/"})
  void refusesToLeaveByNameWithExdev(String path) throws Exception {
    Files.createDirectory(inside.resolve("sub"));
    assertThat(open(directory, path, O_RDONLY, CONFINED)).isEqualTo(Errno.EXDEV.result());
  }

  @Test
  void refusesToLeaveThroughALink() throws Exception {
    Files.createSymbolicLink(inside.resolve("relative"), Path.of("../secret"));
    Files.createSymbolicLink(inside.resolve("absolute"), temporary.resolve("secret"));
    assertThat(open(directory, "relative", O_RDONLY, CONFINED)).isEqualTo(Errno.EXDEV.result());
    assertThat(open(directory, "absolute", O_RDONLY, CONFINED)).isEqualTo(Errno.EXDEV.result());
  }

  @Test
  void refusesAMagicLinkWithEloop() {
    int proc = descriptor(open(AT_FDCWD, "/proc/self", O_DIRECTORY, 0));
    long root = open(proc, "root", O_PATH, RESOLVE_NO_MAGICLINKS);
    assertThat(Descriptors.close(proc)).isZero();
    assertThat(root).isEqualTo(Errno.ELOOP.result());
  }

  @Test
  void followsALinkThatStaysInside() throws Exception {
    Files.createSymbolicLink(inside.resolve("link"), Path.of("file"));
    int file = descriptor(open(directory, "link", O_RDONLY, CONFINED));
    assertThat(Descriptors.close(file)).isZero();
  }

  @Test
  void aPathWithANulIsRefusedAndNotCutShort() {
    assertThat(open(directory, "file\0more", O_RDONLY, CONFINED)).isEqualTo(Errno.EINVAL.result());
    assertThat(PathCalls.unlinkat(directory, bytes("file\0"), 0)).isEqualTo(Errno.EINVAL.result());
    assertThat(inside.resolve("file")).exists();
  }

  @Test
  void aNameOf255BytesOpensAndOneOf256IsTooLong() {
    String name = "n".repeat(255);
    long longest =
        PathCalls.openat2(directory, bytes(name), O_WRONLY | O_CREAT | O_EXCL, 0600, CONFINED);
    assertThat(Descriptors.close(descriptor(longest))).isZero();
    assertThat(open(directory, name + "n", O_RDONLY, CONFINED))
        .isEqualTo(Errno.ENAMETOOLONG.result());
  }

  @Test
  void bytesThatAreNoUtf8AreAName() {
    byte[] name = {(byte) 0xff, (byte) 0xfe, 'x'};
    long made = PathCalls.openat2(directory, name, O_WRONLY | O_CREAT, 0600, CONFINED);
    assertThat(Descriptors.close(descriptor(made))).isZero();
    assertThat(PathCalls.unlinkat(directory, name, 0)).isZero();
  }

  @Test
  void makesAndRemovesADirectory() {
    assertThat(PathCalls.mkdirat(directory, bytes("sub"), 0700)).isZero();
    assertThat(inside.resolve("sub")).isDirectory();
    assertThat(PathCalls.mkdirat(directory, bytes("sub"), 0700)).isEqualTo(Errno.EEXIST.result());
    assertThat(PathCalls.unlinkat(directory, bytes("sub"), 0)).isEqualTo(Errno.EISDIR.result());
    assertThat(PathCalls.unlinkat(directory, bytes("sub"), AT_REMOVEDIR)).isZero();
    assertThat(inside.resolve("sub")).doesNotExist();
  }

  @Test
  void renamesUnlessTheNewNameExists() throws Exception {
    Files.writeString(inside.resolve("other"), "other");
    long refused =
        PathCalls.renameat2(
            directory, bytes("file"), directory, bytes("other"), PathCalls.RENAME_NOREPLACE);
    assertThat(refused).isEqualTo(Errno.EEXIST.result());
    long exchanged =
        PathCalls.renameat2(
            directory, bytes("file"), directory, bytes("other"), PathCalls.RENAME_EXCHANGE);
    assertThat(exchanged).isZero();
    assertThat(inside.resolve("other")).hasContent("text");
    assertThat(PathCalls.renameat2(directory, bytes("other"), directory, bytes("new"), 0)).isZero();
    assertThat(inside.resolve("new")).hasContent("text");
  }

  @Test
  void linksShareTheFile() throws Exception {
    assertThat(PathCalls.linkat(directory, bytes("file"), directory, bytes("hard"), 0)).isZero();
    assertThat(Files.isSameFile(inside.resolve("file"), inside.resolve("hard"))).isTrue();
  }

  @Test
  void readsTheTextOfALinkAndCutsItAtTheRoomGiven() {
    assertThat(PathCalls.symlinkat(bytes("no/where"), directory, bytes("link"))).isZero();
    MemorySegment heap = MemorySegment.ofArray(new byte[64]);
    assertThat(PathCalls.readlinkat(directory, bytes("link"), heap)).isEqualTo(8);
    assertThat(heap.getString(0)).isEqualTo("no/where");
    MemorySegment small = MemorySegment.ofArray(new byte[3]);
    assertThat(PathCalls.readlinkat(directory, bytes("link"), small)).isEqualTo(3);
    assertThat(PathCalls.readlinkat(directory, bytes("file"), heap))
        .isEqualTo(Errno.EINVAL.result());
  }

  @Test
  void readsTheLinkThatADescriptorIs() {
    assertThat(PathCalls.symlinkat(bytes("target"), directory, bytes("link"))).isZero();
    int link = descriptor(open(directory, "link", O_PATH | O_NOFOLLOW, CONFINED));
    MemorySegment text = MemorySegment.ofArray(new byte[64]);
    assertThat(PathCalls.readlinkat(link, new byte[0], text)).isEqualTo(6);
    assertThat(Descriptors.close(link)).isZero();
  }

  @Test
  void statxTellsWhatFilesTells() throws Exception {
    Path file = inside.resolve("file");
    Files.setLastModifiedTime(
        file, FileTime.from(1_234_567_890_123_456_789L, TimeUnit.NANOSECONDS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(Statx.SIZE, Long.BYTES);
      long result =
          PathCalls.statx(
              directory, bytes("file"), AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS, out);
      assertThat(result).isZero();
      assertThat(Statx.has(out, 0, Statx.STATX_BASIC_STATS)).isTrue();
      assertThat(Statx.kind(out, 0)).isEqualTo(Statx.S_IFREG);
      assertThat(Statx.mode(out, 0)).isEqualTo(Files.getAttribute(file, "unix:mode"));
      assertThat(Statx.size(out, 0)).isEqualTo(4);
      assertThat(Statx.inode(out, 0)).isEqualTo(Files.getAttribute(file, "unix:ino"));
      assertThat(Statx.links(out, 0)).isOne();
      assertThat(Statx.uid(out, 0)).isEqualTo(Files.getAttribute(file, "unix:uid"));
      assertThat(Statx.gid(out, 0)).isEqualTo(Files.getAttribute(file, "unix:gid"));
      assertThat(Statx.nanos(out, 0, Statx.MTIME)).isEqualTo(1_234_567_890_123_456_789L);
      assertThat(Statx.blockSize(out, 0)).isPositive();
      assertThat(Statx.allocatedBytes(out, 0)).isNotNegative();
    }
  }

  @Test
  void statxOfTheDescriptorItselfTakesAnEmptyPath() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(Statx.SIZE, Long.BYTES);
      assertThat(PathCalls.statx(directory, new byte[0], AT_EMPTY_PATH, Statx.STATX_TYPE, out))
          .isZero();
      assertThat(Statx.kind(out, 0)).isEqualTo(Statx.S_IFDIR);
    }
  }

  @Test
  void aTimeBeyondNanosecondsIsTheNearestThatFits() {
    MemorySegment out = MemorySegment.ofArray(new long[Statx.SIZE / Long.BYTES]);
    out.setAtIndex(java.lang.foreign.ValueLayout.JAVA_LONG, Statx.MTIME / 8, Long.MAX_VALUE);
    assertThat(Statx.nanos(out, 0, Statx.MTIME)).isEqualTo(Long.MAX_VALUE);
    out.setAtIndex(java.lang.foreign.ValueLayout.JAVA_LONG, Statx.MTIME / 8, Long.MIN_VALUE);
    assertThat(Statx.nanos(out, 0, Statx.MTIME)).isEqualTo(Long.MIN_VALUE);
    out.setAtIndex(java.lang.foreign.ValueLayout.JAVA_LONG, Statx.MTIME / 8, -1L);
    assertThat(Statx.nanos(out, 0, Statx.MTIME)).isEqualTo(-1_000_000_000L);
  }

  private static long open(int directory, String path, int flags, int resolve) {
    return PathCalls.openat2(directory, bytes(path), flags, 0, resolve);
  }

  private static int descriptor(long result) {
    assertThat(result).as(() -> Errno.describe(result)).isNotNegative();
    return (int) result;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
