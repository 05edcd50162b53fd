// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringfence.user.Status;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What {@code copy} promises of files and trees. */
class CopyTest extends ProgramTest {

  private Outcome copy(String... arguments) {
    return run(new Copy(), arguments);
  }

  private static byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    new Random(bytes).nextBytes(noise);
    return noise;
  }

  @Test
  void aTreeIsCopiedWithItsPermissionsAndCounted() throws IOException {
    file("tree/a", "one");
    Path script = file("tree/deep/er/b", "two");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x--x"));
    Files.createDirectory(in.resolve("tree/nothing"));
    file("tree/empty", "");
    Outcome outcome = copy("in/tree", "out/copies/tree", "--verify");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .startsWith("copied 3 files, 4 directories, 0 links, 6 B in ")
        .endsWith("; verified\n");
    Path copied = out.resolve("copies/tree");
    assertThat(copied.resolve("a")).hasContent("one");
    assertThat(copied.resolve("deep/er/b")).hasContent("two");
    assertThat(Files.getPosixFilePermissions(copied.resolve("deep/er/b")))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-x--x"));
    assertThat(copied.resolve("nothing")).isEmptyDirectory();
    assertThat(copied.resolve("empty")).isEmptyFile();
  }

  @Test
  void oneFileIsCopiedAndReplacesALongerOne() throws IOException {
    file("a", "short");
    Files.writeString(out.resolve("b"), "something longer");
    assertThat(copy("in/a", "out/b").status()).isZero();
    assertThat(out.resolve("b")).hasContent("short");
  }

  @Test
  void copyingAgainChangesNothing() throws IOException {
    file("tree/a", "one");
    link("tree/b", "a");
    assertThat(copy("in/tree", "out/tree").status()).isZero();
    Outcome again = copy("in/tree", "out/tree", "--verify");
    assertThat(again.err()).isEmpty();
    assertThat(again.out()).endsWith("; verified\n");
  }

  @Test
  void aLargeFileInPiecesIsTheSameFile() throws IOException {
    byte[] content = noise((3 << 20) + 4097);
    file("large", content);
    Outcome outcome = copy("in/large", "out/large", "--verify");
    assertThat(outcome.out()).startsWith("copied 1 files").endsWith("; verified\n");
    assertThat(out.resolve("large")).hasBinaryContent(content);
  }

  @Test
  void holesStayHoles() throws IOException {
    Path sparse = in.resolve("sparse");
    byte[] data = noise(4096);
    long size = 8 << 20;
    try (FileChannel channel =
        FileChannel.open(sparse, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(data), 1 << 20);
      channel.write(java.nio.ByteBuffer.wrap(data), size - data.length);
    }
    try (FileChannel channel = FileChannel.open(sparse, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
    assumeTrue(allocated("in", "sparse") < size, "this file system has no holes");
    assertThat(copy("in/sparse", "out/sparse", "--verify").out()).endsWith("; verified\n");
    assertThat(Files.mismatch(sparse, out.resolve("sparse"))).isEqualTo(-1);
    assertThat(allocated("out", "sparse")).isLessThanOrEqualTo(allocated("in", "sparse"));
  }

  @Test
  void aHoleAtTheEndIsCopied() throws IOException {
    Path sparse = file("sparse", "begin");
    Process truncate = new ProcessBuilder("truncate", "-s", "2M", sparse.toString()).start();
    assertThat(truncate.onExit().join().exitValue()).isZero();
    assertThat(copy("in/sparse", "out/sparse").status()).isZero();
    assertThat(Files.mismatch(sparse, out.resolve("sparse"))).isEqualTo(-1);
  }

  private long allocated(String grant, String name) {
    AtomicReference<Status> status = new AtomicReference<>();
    run((session, arguments) -> {
      status.set(session.directory(grant).stat(name));
      return 0;
    });
    return status.get().allocated();
  }

  @Test
  void oddNamesAreNamesLikeOthers() throws IOException {
    for (String name : new String[] {" ", "a\nb", "-rf", "ä€😀", "back\\slash", "..."}) {
      file("odd/" + name, name);
    }
    assertThat(copy("in/odd", "out/odd", "--verify").out()).startsWith("copied 6 files");
    assertThat(out.resolve("odd/a\nb")).hasContent("a\nb");
    assertThat(out.resolve("odd/ä€😀")).hasContent("ä€😀");
  }

  @Test
  void whatCannotBeCopiedIsToldAndTheRestIsCopied() throws IOException {
    file("tree/a", "one");
    file("tree/z", "two");
    String make = "mkfifo tree/fifo && touch $'tree/\\xff\\033[2J'";
    Process shell = new ProcessBuilder("bash", "-c", make).directory(in.toFile()).start();
    assertThat(shell.onExit().join().exitValue()).isZero();
    Outcome outcome = copy("in/tree", "out/tree", "--verify");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("cannot open `in/tree/fifo`: it is a device, socket or FIFO");
    assertThat(outcome.err())
        .contains("cannot open `in/tree/\\xff\\x1b[2J`: the name is not UTF-8; rename the file");
    assertThat(outcome.err()).as("an escape sequence for the terminal").doesNotContain("\033");
    assertThat(outcome.out()).contains("; not verified, for not everything was copied");
    assertThat(out.resolve("tree/a")).hasContent("one");
    assertThat(out.resolve("tree/z")).hasContent("two");
  }

  @Test
  void aTargetInsideTheSourceIsNotCopiedIntoItself() throws IOException {
    Files.writeString(Files.createDirectories(out.resolve("tree/sub")).resolve("a"), "one");
    Outcome outcome = copy("out/tree", "out/tree/sub/copy");
    assertThat(outcome.err()).isEmpty();
    assertThat(out.resolve("tree/sub/copy/sub/a")).hasContent("one");
    assertThat(out.resolve("tree/sub/copy/sub/copy")).doesNotExist();
  }

  @Test
  void aFileIsNotCopiedOntoItself() throws IOException {
    Files.writeString(out.resolve("a"), "one");
    Files.createLink(out.resolve("b"), out.resolve("a"));
    Outcome outcome = copy("out/a", "out/b");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains("are the same thing: nothing was copied");
    assertThat(out.resolve("a")).hasContent("one");
  }

  @Test
  void aMissingRightIsNamedAndNothingIsCopied() throws IOException {
    file("a", "one");
    Outcome outcome = copy("in/a", "in/b");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("the grant `in` has no WRITE, TRUNCATE and CREATE rights; grant it with ");
    assertThat(in.resolve("b")).doesNotExist();
  }

  @Test
  void verifyingFindsAByteThatChangedAfterwards() throws IOException {
    byte[] content = noise(300_000);
    file("tree/a", content);
    Outcome outcome =
        run(
            new Copy(
                beforeVerifying(() -> {
                  content[200_000] ^= 1;
                  Files.write(out.resolve("tree/a"), content);
                })),
            "in/tree",
            "out/tree",
            "--verify");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).endsWith("; verification failed\n");
    assertThat(outcome.err()).contains("`out/tree/a` differs from `in/tree/a` at byte 200000");
  }

  @Test
  void verifyingFindsALinkWhereADirectoryShouldBe() throws IOException {
    file("tree/sub/a", "one");
    Outcome outcome =
        run(
            new Copy(
                beforeVerifying(() -> {
                  Files.move(out.resolve("tree/sub"), out.resolve("moved"));
                  Files.createSymbolicLink(out.resolve("tree/sub"), Path.of("../moved"));
                })),
            "in/tree",
            "out/tree",
            "--verify");
    assertThat(outcome.err()).contains("`out/tree/sub` differs from `in/tree/sub` in kind");
  }

  /** Something that may fail as file operations do. */
  private interface Tampering {
    void run() throws IOException;
  }

  private static Progress beforeVerifying(Tampering tampering) {
    return new Progress() {
      @Override
      public boolean visible() {
        return false;
      }

      @Override
      public void begin(String title, long bytes) {
        if (title.equals("verifying")) {
          try {
            tampering.run();
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        }
      }

      @Override
      public void advance(long bytes) {}

      @Override
      public void close() {}
    };
  }

  @Test
  void progressEndsWhereItWasToldItWould() throws IOException {
    file("tree/a", noise(1 << 20));
    file("tree/b", noise(10));
    file("other/c", noise(100_000));
    link("tree/c", "../other/c");
    AtomicLong expected = new AtomicLong();
    AtomicLong done = new AtomicLong();
    Progress progress =
        new Progress() {
          @Override
          public boolean visible() {
            return true;
          }

          @Override
          public void begin(String title, long bytes) {
            expected.addAndGet(bytes);
          }

          @Override
          public void advance(long bytes) {
            done.addAndGet(bytes);
          }

          @Override
          public void close() {}
        };
    assertThat(run(new Copy(progress), "in/tree", "out/tree", "--verify").status()).isZero();
    assertThat(expected.get()).isEqualTo(3L * ((1 << 20) + 10 + 100_000));
    assertThat(done.get()).isEqualTo(expected.get());
  }

  @Test
  void aWrongCommandLineShowsTheUsage() {
    for (String[] wrong :
        new String[][] {{}, {"in"}, {"in", "out", "out"}, {"in", "out", "--engine"}}) {
      Outcome outcome = copy(wrong);
      assertThat(outcome.status()).isEqualTo(2);
      assertThat(outcome.err()).startsWith("usage: copy SOURCE TARGET");
    }
    assertThat(copy("--help").out()).startsWith("usage: copy SOURCE TARGET");
  }
}
