// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.FileStatus;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.linux.Linux;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.PathCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Paths while somebody changes what they mean: a process of the host swaps a directory with a link
 * to outside, or the program itself changes the bytes. Whatever is seen, it is inside.
 */
class PathRaceTest extends Conformance {

  private static final int ROUNDS = 2000;
  private static final String INSIDE = "what lies inside";

  private final AtomicLong swaps = new AtomicLong();

  /** Has a thread of the host swap {@code d} and the link {@code l} to outside until it is over. */
  private Thread swapper(AtomicBoolean over) {
    Path directory = directory("d");
    file("d/canary", INSIDE);
    Path link = link("l", outside.toString());
    Path spare = tree.resolve("spare");
    return Thread.ofPlatform()
        .daemon()
        .start(() -> {
          while (!over.get()) {
            swap(directory, link, spare);
            swaps.incrementAndGet();
          }
        });
  }

  private static void swap(Path one, Path other, Path spare) {
    if (Linux.isSupported()) {
      PathCalls.renameat2(
          OpenFlags.AT_FDCWD,
          one.toString().getBytes(StandardCharsets.UTF_8),
          OpenFlags.AT_FDCWD,
          other.toString().getBytes(StandardCharsets.UTF_8),
          PathCalls.RENAME_EXCHANGE);
      return;
    }
    try {
      Files.move(one, spare, StandardCopyOption.ATOMIC_MOVE);
      Files.move(other, one, StandardCopyOption.ATOMIC_MOVE);
      Files.move(spare, other, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void attack(PathUse use, String path, java.util.function.Consumer<Completion> judge)
      throws InterruptedException {
    AtomicBoolean over = new AtomicBoolean();
    Thread swapper = swapper(over);
    try {
      Range bytes = client.memory().hold(path);
      eventually("the swapping has begun", () -> swaps.get() > 10);
      for (int i = 0; i < ROUNDS || swaps.get() < 100; i++) {
        Entry entry =
            use == PathUse.STAT ? client.stat(root, bytes, status()) : use.of(client, root, bytes);
        judge.accept(client.run(entry));
      }
    } finally {
      over.set(true);
      swapper.join();
    }
  }

  /** The one place for all answers of STAT. */
  private Range status() {
    return new Range(client.memory().whole().address() + 8192, FileStatus.SIZE);
  }

  private void startMemory() {
    room(8192 + FileStatus.SIZE);
  }

  @Test
  void noOpenGetsOut() throws InterruptedException {
    startMemory();
    attack(
        PathUse.OPEN,
        "d/canary",
        done -> {
          if (done.result() >= 0) {
            long file = done.capability();
            Range room = new Range(client.memory().whole().address(), 64);
            int length = client.run(client.read(file, room)).result();
            assertThat(text(room, length)).isEqualTo(INSIDE);
            client.run(client.close(file));
          } else {
            assertRaceLost(done);
          }
        });
  }

  private static void assertRaceLost(Completion done) {
    assertThat(SyscallError.ofResult(done.result()))
        .as(done.toString())
        .isIn(
            SyscallError.PERMISSION_DENIED,
            SyscallError.NOT_FOUND,
            SyscallError.NOT_A_DIRECTORY,
            SyscallError.WOULD_BLOCK,
            SyscallError.BUSY);
  }

  @Test
  void noStatGetsOut() throws InterruptedException {
    startMemory();
    long secret = Inspection.inode(outside.resolve("canary"));
    attack(
        PathUse.STAT,
        "d/canary",
        done -> {
          if (done.result() >= 0) {
            assertThat(Inspection.inode(client, status())).isNotEqualTo(secret);
          } else {
            assertRaceLost(done);
          }
        });
  }

  /** The canary outside is the witness: every test looks at it in the end. */
  @Test
  void noRemoveGetsOut() throws InterruptedException {
    attack(
        PathUse.REMOVE,
        "d/canary",
        done -> {
          if (done.result() < 0) {
            assertRaceLost(done);
          }
          assertThat(outside.resolve("canary")).exists();
        });
  }

  @Test
  void noMakingGetsOut() throws InterruptedException {
    Difference.MAKING_WHILE_OTHERS_RENAME.skip(setting);
    for (PathUse use : new PathUse[] {PathUse.MAKE_DIRECTORY, PathUse.CREATE_EXCLUSIVE}) {
      attack(
          use,
          "d/made",
          done -> {
            assertThat(outside.resolve("made")).doesNotExist();
            if (done.result() >= 0) {
              long capability = done.reserved();
              if (capability != 0) {
                client.run(client.close(capability));
              }
            } else if (done.result() != SyscallError.ALREADY_EXISTS.result()) {
              assertRaceLost(done);
            }
          });
      client.run(client.removeDirectory(root, "d/made"));
      swaps.set(0);
      removeAll("d", "l");
    }
  }

  private void removeAll(String... names) {
    try {
      for (String name : names) {
        Path path = tree.resolve(name);
        if (Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
          try (var all = Files.list(path)) {
            for (Path each : all.toList()) {
              Files.delete(each);
            }
          }
        }
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void noRenameGetsOutOrIn() throws InterruptedException {
    file("moving", "moving");
    AtomicBoolean over = new AtomicBoolean();
    Thread swapper = swapper(over);
    try {
      Entry[] reuse = new Entry[2];
      Range in = client.memory().hold("movingd/here");
      Range back = client.memory().hold("d/heremoving");
      for (int i = 0; i < ROUNDS; i++) {
        reuse[0] = renameOf(in, 6);
        reuse[1] = renameOf(back, 6);
        for (Entry each : reuse) {
          Completion done = client.run(each);
          if (done.result() < 0) {
            assertRaceLost(done);
          }
        }
        assertThat(outside.resolve("here")).doesNotExist();
      }
    } finally {
      over.set(true);
      swapper.join();
    }
  }

  private Entry renameOf(Range paths, int first) {
    return Entry.of(dev.ringfence.abi.OpCode.RENAME)
        .capability(root)
        .range(paths)
        .auxiliary1(first);
  }

  @Test
  void noListOfAnOpenedDirectoryShowsOutside() throws InterruptedException {
    startMemory();
    attack(
        PathUse.OPEN_DIRECTORY,
        "d",
        done -> {
          if (done.result() >= 0) {
            long inner = done.capability();
            Range room = new Range(client.memory().whole().address(), 64);
            Completion seen = client.run(client.open(inner, nameOfCanary(), 0, Rights.READ));
            int length = client.run(client.read(seen.capability(), room)).result();
            assertThat(text(room, length)).isEqualTo(INSIDE);
            client.run(client.close(seen.capability()));
            client.run(client.close(inner));
          } else {
            assertRaceLost(done);
          }
        });
  }

  private Range nameOfCanary() {
    Range name = new Range(client.memory().whole().address() + 4096, 6);
    client.memory().put(name, Requests.bytes("canary"));
    return name;
  }

  // ---- the program's own bytes -----------------------------------------------------------------

  @Test
  void bytesThatChangeUnderThePathAreReadOnce() throws InterruptedException {
    directory("ok/outside");
    file("ok/outside/canary", INSIDE);
    long inside = Inspection.inode(tree.resolve("ok/outside/canary"));
    Range path = client.memory().hold("ok/outside/canary");
    Range status = client.statusRoom();
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong flips = new AtomicLong();
    long at = Inspection.at(client, path);
    Thread flipper =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              while (!over.get()) {
                for (byte[] two : new byte[][] {{'.', '.'}, {'o', 'k'}}) {
                  client.segment().set(ValueLayout.JAVA_BYTE, at, two[0]);
                  client.segment().set(ValueLayout.JAVA_BYTE, at + 1, two[1]);
                }
                flips.incrementAndGet();
              }
            });
    int[] outcomes = new int[2];
    try {
      eventually("the flipping has begun", () -> flips.get() > 10);
      // whatever the scheduler does: until both have been seen
      for (int i = 0; i < 2 * ROUNDS || outcomes[0] == 0 || outcomes[1] == 0; i++) {
        Completion done = client.run(client.stat(root, path, status));
        if (done.result() >= 0) {
          assertThat(Inspection.inode(client, status)).isEqualTo(inside);
          outcomes[0]++;
        } else {
          assertThat(SyscallError.ofResult(done.result()))
              .isIn(SyscallError.PERMISSION_DENIED, SyscallError.NOT_FOUND);
          outcomes[1]++;
        }
      }
    } finally {
      over.set(true);
      flipper.join();
    }
  }
}
