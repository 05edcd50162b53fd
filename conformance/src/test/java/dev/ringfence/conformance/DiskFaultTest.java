// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.AttributeFlags;
import dev.ringfence.abi.FileStatus;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * File systems that are full or read-only, and files that the host cuts off while they are used.
 */
class DiskFaultTest extends Conformance {

  private static final int DISK_BYTES = 256 << 10;
  private static final long DATA = Rights.READ | Rights.WRITE | Rights.TRUNCATE;

  private final Mounts mounts = new Mounts();
  private Path place;
  private Client program;
  private long disk;

  @AfterEach
  void unmount() {
    mounts.close();
  }

  /** A program whose directory is a file system of its own, and that has the tree besides. */
  private void mountDisk(String options) throws IOException {
    place = mounts.memory(Files.createDirectory(temporary.resolve("disk")), options);
    program =
        Client.setUp(
            opened(
                kernel
                    .domain("disk")
                    .quotas(QUOTAS)
                    .directory("disk", place, Rights.ALL)
                    .directory("root", tree, Rights.ALL)),
            ENTRIES,
            ringFlags());
    disk = program.grant("disk");
  }

  private void mountSmallDisk() throws IOException {
    mountDisk("size=" + DISK_BYTES);
  }

  private long created(String name) {
    return program.opened(disk, name, OpenFlags.CREATE, DATA);
  }

  /** Fresh bytes of the program's arena that are all the same. */
  private Range filled(int bytes, int value) {
    Range range = program.memory().take(bytes);
    program.memory().fill(range, value);
    return range;
  }

  private void assertOthersWork() {
    long file = client.opened(root, "healthy", OpenFlags.CREATE, DATA);
    assertThat(client.run(client.write(file, "healthy"))).succeededWith(7);
    assertThat(client.run(client.read(file, room(16)))).succeededWith(7);
    assertThat(client.run(client.close(file))).succeededWith(0);
  }

  /** Every byte that was reported is on the disk, and the disk is full. */
  private void assertFilled(Completion short1, String name, int asked) throws IOException {
    assertThat(short1).succeeded();
    assertThat(short1.result()).isPositive().isLessThan(asked);
    assertThat(Files.size(place.resolve(name))).isEqualTo(short1.result());
  }

  // ---- full ------------------------------------------------------------------------------------

  @Test
  void aWriteToAFullDiskTellsWhatWasWrittenAndThenThatItIsFull() throws IOException {
    mountSmallDisk();
    long file = created("file");
    Range data = filled(2 * DISK_BYTES, 'a');
    Completion written = program.run(program.write(file, data));
    assertFilled(written, "file", data.length());
    byte[] expected = new byte[written.result()];
    Arrays.fill(expected, (byte) 'a');
    assertThat(place.resolve("file")).hasBinaryContent(expected);
    Entry more = program.write(file, data).at(written.result());
    assertThat(program.run(more)).failedWith(SyscallError.FILESYSTEM_FULL).isPlain();
    assertThat(program.pending()).isZero();
    assertOthersWork();

    assertThat(program.run(program.truncate(file, 0))).succeededWith(0);
    assertThat(program.run(program.write(file, "room again"))).succeededWith(10);
    assertThat(place.resolve("file")).hasContent("room again");
  }

  @Test
  void aFullDiskBreaksAChainWhereItIsFull() throws IOException {
    mountSmallDisk();
    long file = created("file");
    Range data = filled(2 * DISK_BYTES, 'a');
    Entry write = program.write(file, data).link();
    Entry next = program.nop(5);
    program.submit(write, next);
    assertFilled(program.await(write), "file", data.length());
    assertThat(program.await(next)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void aVectorOnAFullDiskTellsWhatWasWritten() throws IOException {
    mountSmallDisk();
    long file = created("file");
    Range[] parts = {filled(DISK_BYTES / 2 + 1, 'a'), filled(DISK_BYTES, 'b'), filled(9, 'c')};
    int asked = Arrays.stream(parts).mapToInt(Range::length).sum();
    Completion written = program.run(program.writeVector(file, parts));
    assertFilled(written, "file", asked);
    byte[] content = Files.readAllBytes(place.resolve("file"));
    assertThat(content[parts[0].length() - 1]).isEqualTo((byte) 'a');
    assertThat(content[content.length - 1]).isEqualTo((byte) 'b');
    assertThat(program.run(program.writeVector(file, parts).at(written.result())))
        .failedWith(SyscallError.FILESYSTEM_FULL);
    assertOthersWork();
  }

  @Test
  void aCopyToAFullDiskTellsWhatWasCopied() throws IOException {
    mountSmallDisk();
    file("source", new byte[2 * DISK_BYTES]);
    long source = program.opened(program.grant("root"), "source", Rights.READ);
    long file = created("file");
    Completion copied = program.run(program.copyRange(source, 0, file, 0, 2 * DISK_BYTES));
    assertFilled(copied, "file", 2 * DISK_BYTES);
    int done = copied.result();
    assertThat(program.run(program.copyRange(source, done, file, done, DISK_BYTES)))
        .failedWith(SyscallError.FILESYSTEM_FULL);
    assertOthersWork();
  }

  @Test
  void aSpliceToAFullDiskLosesNothing() throws IOException {
    mountSmallDisk();
    long file = created("file");
    Completion written = program.run(program.write(file, filled(2 * DISK_BYTES, 'a')));
    long[] ends = pipe();
    assertThat(program.run(program.write(ends[1], "kept"))).succeededWith(4);
    Entry splice = program.splice(ends[0], -1, file, written.result(), 4);
    assertThat(program.run(splice)).failedWith(SyscallError.FILESYSTEM_FULL);
    assertThat(program.run(program.truncate(file, 0))).succeededWith(0);
    assertThat(program.run(program.splice(ends[0], -1, file, 0, 4))).succeededWith(4);
    assertThat(place.resolve("file")).hasContent("kept");
  }

  private long[] pipe() {
    Range ids = program.memory().take(2 * Long.BYTES);
    assertThat(program.run(program.pipeCreate(ids))).succeededWith(0);
    return new long[] {program.memory().word(ids), program.memory().word(ids.from(Long.BYTES))};
  }

  @Test
  void roomThatIsNotThereCannotBeAllocated() throws IOException {
    Difference.NO_ALLOCATION.skip(setting);
    mountSmallDisk();
    long file = created("file");
    assertThat(program.run(program.allocate(file, 0, 4L * DISK_BYTES, 0)))
        .failedWith(SyscallError.FILESYSTEM_FULL);
    assertThat(program.run(program.allocate(file, 0, DISK_BYTES / 2, 0))).succeededWith(0);
    assertThat(Files.size(place.resolve("file"))).isEqualTo(DISK_BYTES / 2);
    assertOthersWork();
  }

  @Test
  void whatNeedsAnInodeIsRefusedWhenThereIsNone() throws IOException {
    mountDisk("size=1m,nr_inodes=2");
    long file = created("last");
    assertThat(program.run(program.open(disk, "more", OpenFlags.CREATE, DATA)))
        .failedWith(SyscallError.FILESYSTEM_FULL);
    assertThat(program.run(program.makeDirectory(disk, "made")))
        .failedWith(SyscallError.FILESYSTEM_FULL);
    assertThat(program.run(program.symlink(disk, "link", "last")))
        .failedWith(SyscallError.FILESYSTEM_FULL);
    assertThat(place).isDirectoryNotContaining(each -> !each.endsWith("last"));
    assertThat(program.run(program.close(file))).succeededWith(0);
    assertThat(program.run(program.remove(disk, "last"))).succeededWith(0);
    assertThat(program.run(program.makeDirectory(disk, "made"))).succeededWith(0);
    assertOthersWork();
  }

  // ---- read-only -------------------------------------------------------------------------------

  @Test
  void nothingIsChangedOnAReadOnlyFileSystem() throws IOException {
    mountDisk("size=1m");
    Files.writeString(place.resolve("file"), "content");
    Files.createDirectory(place.resolve("empty"));
    Files.createSymbolicLink(place.resolve("link"), Path.of("file"));
    mounts.protect(place);
    long file = program.opened(disk, "file", Rights.READ | Rights.STAT | Rights.CHMOD);
    Map<String, Entry> changes = new LinkedHashMap<>();
    changes.put("open to write", program.open(disk, "file", Rights.WRITE));
    changes.put("open to truncate", program.open(disk, "file", OpenFlags.TRUNCATE, DATA));
    changes.put("open to change the size", program.open(disk, "file", Rights.TRUNCATE));
    changes.put("open to append", program.open(disk, "file", OpenFlags.APPEND, Rights.WRITE));
    changes.put("create", program.open(disk, "new", OpenFlags.CREATE, Rights.READ | Rights.WRITE));
    changes.put("make a directory", program.makeDirectory(disk, "made"));
    changes.put("remove a file", program.remove(disk, "file"));
    changes.put("remove a link", program.remove(disk, "link"));
    changes.put("remove a directory", program.removeDirectory(disk, "empty"));
    changes.put("rename", program.rename(disk, "file", "other"));
    changes.put("link", program.link(disk, "file", "other"));
    changes.put("symbolic link", program.symlink(disk, "other", "file"));
    int mode = AttributeFlags.MODE;
    changes.put("mode of the file", program.setAttributes(file, mode, 0600, 0, 0));
    changes.put("mode of the directory", program.setAttributes(disk, mode, 0700, 0, 0));
    int time = AttributeFlags.MODIFIED;
    changes.put("time of the file", program.setAttributes(file, time, 0, 1_000_000_000L, 0));
    changes.forEach((what, change) ->
        assertThat(program.run(change))
            .as(what)
            .failedWith(SyscallError.READ_ONLY_FILESYSTEM)
            .isPlain());
    assertThat(place.resolve("file")).hasContent("content");
    assertThat(program.run(program.read(file, program.memory().take(16)))).succeededWith(7);
    assertThat(program.run(program.stat(disk, "link", program.statusRoom()))).succeededWith(0);
    assertThat(program.run(program.list(disk, program.memory().take(1024), 0))).succeeded();
    assertOthersWork();
  }

  // ---- cut off by the host ---------------------------------------------------------------------

  private static void cut(Path file, long size) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFileThatTheHostCutsOffEndsWhereItEndsNow() {
    Path path = file("file", new byte[100_000]);
    long file = client.opened(root, "file", Rights.READ | Rights.STAT | Rights.MAP);
    assertThat(client.run(client.read(file, room(60_000)))).succeededWith(60_000);
    Range mapped = new Range(client.run(client.map(file, 8192, 0)).reserved(), 8192);
    cut(path, 1000);
    assertThat(client.run(client.read(file, room(4096)).at(500))).succeededWith(500);
    assertThat(client.run(client.read(file, room(4096)).at(60_000))).succeededWith(0);
    Range status = client.statusRoom();
    assertThat(client.run(client.stat(file, status))).succeededWith(0);
    assertThat(FileStatus.sizeBytes(client.segment(), Inspection.at(client, status)))
        .isEqualTo(1000);
    // a mapping is a copy: there is no page of it that the host could take away
    assertThat(client.memory().bytes(mapped)).containsOnly(0);
    long[] ends = pair(dev.ringfence.abi.OpCode.PIPE_CREATE);
    assertThat(client.run(client.splice(file, 900, ends[1], -1, 4096))).succeededWith(100);
    assertThat(client.run(client.splice(file, 1000, ends[1], -1, 4096))).succeededWith(0);
    assertOthersWork();
  }

  @Test
  void aFileMayBeCutOffWhileItIsReadAndWhileItIsSent() throws InterruptedException {
    int whole = 1 << 20;
    byte[] content = new byte[whole];
    Arrays.fill(content, (byte) 7);
    Path path = file("file", content);
    long file = client.opened(root, "file", Rights.READ);
    long[] ends = pair(dev.ringfence.abi.OpCode.PIPE_CREATE);
    Range into = room(whole);
    Thread host =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < 100; i++) {
                cut(path, 0);
                file("file", content);
              }
            });
    do {
      Completion read = client.run(client.read(file, into));
      assertThat(read).succeeded();
      for (byte each : client.memory().bytes(into.first(read.result()))) {
        // the content, or the zeros of a file that grows again
        assertThat(each == 7 || each == 0).isTrue();
      }
      Completion sent = client.run(client.splice(file, 0, ends[1], -1, 4096));
      assertThat(sent).succeeded();
      if (sent.result() > 0) {
        assertThat(client.run(client.read(ends[0], into))).succeededWith(sent.result());
      }
    } while (host.isAlive());
    host.join();
    assertThat(client.run(client.read(file, into))).succeededWith(whole);
    assertOthersWork();
  }
}
