// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.FileStatus;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.StatFlags;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** STAT: the host's answer, of the capability itself or of a path. */
class StatTest extends Conformance {

  private void assertHostAgrees(Range status, Path path) throws IOException {
    long at = Inspection.at(client, status);
    assertThat(FileStatus.inode(client.segment(), at)).isEqualTo(Inspection.unix(path, "ino"));
    assertThat(FileStatus.device(client.segment(), at)).isEqualTo(Inspection.unix(path, "dev"));
    assertThat(FileStatus.mode(client.segment(), at))
        .isEqualTo((int) Inspection.unix(path, "mode") & 07777);
    assertThat(FileStatus.links(client.segment(), at)).isEqualTo(Inspection.unix(path, "nlink"));
    assertThat(FileStatus.uid(client.segment(), at)).isEqualTo(Inspection.unix(path, "uid"));
    assertThat(FileStatus.gid(client.segment(), at)).isEqualTo(Inspection.unix(path, "gid"));
    assertThat(FileStatus.sizeBytes(client.segment(), at))
        .isEqualTo(Files.getAttribute(path, "size", LinkOption.NOFOLLOW_LINKS));
    assertThat(FileStatus.modified(client.segment(), at))
        .isEqualTo(nanos(Files.getAttribute(path, "lastModifiedTime", LinkOption.NOFOLLOW_LINKS)));
    assertThat(FileStatus.changed(client.segment(), at))
        .isEqualTo(nanos(Inspection.unix(path, "ctime")));
    assertThat(FileStatus.blockSize(client.segment(), at)).isPositive();
  }

  private static long nanos(Object time) {
    return ((FileTime) time).to(TimeUnit.NANOSECONDS);
  }

  private int kind(Range status) {
    return FileStatus.kind(client.segment(), Inspection.at(client, status));
  }

  @Test
  void theHostSaysTheSame() throws IOException {
    Path file = file("file", "0123456789");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-x--x"));
    Files.setLastModifiedTime(
        file, FileTime.from(1_234_567_890_123_456_789L, TimeUnit.NANOSECONDS));
    Files.createLink(tree.resolve("second"), file);
    directory("d/e");
    for (String path : new String[] {"file", "second", "d", "d/e", "."}) {
      Range status = client.statusRoom();
      assertThat(client.run(client.stat(root, path, status))).succeededWith(0).isPlain();
      assertHostAgrees(status, tree.resolve(path).normalize());
    }
  }

  @Test
  void kindsAreTold() throws IOException {
    file("file", "x");
    directory("d");
    link("link", "nowhere");
    int[] kinds = {FileStatus.KIND_FILE, FileStatus.KIND_DIRECTORY, FileStatus.KIND_SYMLINK};
    String[] names = {"file", "d", "link"};
    for (int i = 0; i < names.length; i++) {
      Range status = client.statusRoom();
      assertThat(client.run(client.stat(root, names[i], status).auxiliary1(StatFlags.NO_FOLLOW)))
          .succeededWith(0);
      assertThat(kind(status)).isEqualTo(kinds[i]);
    }
  }

  @Test
  void aLinkIsFollowedUnlessAskedNotTo() {
    Path file = file("file", "0123456789");
    Path link = link("link", "file");
    Range status = client.statusRoom();
    assertThat(client.run(client.stat(root, "link", status))).succeededWith(0);
    assertThat(Inspection.inode(client, status)).isEqualTo(Inspection.inode(file));
    assertThat(client.run(client.stat(root, "link", status).auxiliary1(StatFlags.NO_FOLLOW)))
        .succeededWith(0);
    assertThat(Inspection.inode(client, status)).isEqualTo(Inspection.inode(link));
    assertThat(FileStatus.sizeBytes(client.segment(), Inspection.at(client, status))).isEqualTo(4);
  }

  @Test
  void aDanglingLinkIsNotFound() {
    link("link", "nowhere");
    assertThat(client.run(client.stat(root, "link", client.statusRoom())))
        .failedWith(SyscallError.NOT_FOUND);
  }

  @Test
  void ofTheCapabilityItself() throws IOException {
    long file = fileWith("0123456789", Rights.STAT);
    Range status = client.statusRoom();
    assertThat(client.run(client.stat(file, status))).succeededWith(0);
    assertHostAgrees(status, tree.resolve("file"));
    assertThat(client.run(client.stat(root, status))).succeededWith(0);
    assertHostAgrees(status, tree);
  }

  @Test
  void anOpenFileTellsItsPresentSize() {
    long file = fileWith("0123456789", Rights.STAT | Rights.WRITE);
    client.run(client.write(file, "more").at(100));
    Range status = client.statusRoom();
    assertThat(client.run(client.stat(file, status))).succeededWith(0);
    assertThat(FileStatus.sizeBytes(client.segment(), Inspection.at(client, status)))
        .isEqualTo(104);
  }

  @Test
  void aPathNeedsADirectory() {
    long file = fileWith("x", Rights.STAT);
    assertThat(client.run(client.stat(file, "x", client.statusRoom())))
        .failedWith(SyscallError.NOT_A_DIRECTORY);
  }

  @Test
  void whereTheAnswerGoesIsChecked() {
    long inside = client.memory().whole().address();
    assertThat(client.run(client.stat(root, new Range(inside + 4, FileStatus.SIZE))))
        .failedWith(SyscallError.NOT_ALIGNED);
    for (long address : new long[] {0, client.memory().end() - 88, client.base(), -8}) {
      assertThat(client.run(client.stat(root, new Range(address, FileStatus.SIZE))))
          .failedWith(SyscallError.INVALID_ADDRESS);
    }
    assertThat(client.run(client.stat(root, new Range(client.memory().end() - 96, 96))))
        .succeededWith(0);
  }

  @Test
  void nothingBehindTheAnswerIsTouched() {
    Range wide = room(FileStatus.SIZE + 64);
    client.memory().fill(wide, 0x7e);
    assertThat(client.run(client.stat(root, wide.first(FileStatus.SIZE)))).succeededWith(0);
    assertThat(client.memory().bytes(wide.from(FileStatus.SIZE))).containsOnly(0x7e);
    assertThat(client.memory().bytes(wide.from(88).first(8))).containsOnly(0);
  }

  @Test
  void allocatedBytesAreTheDevices() throws IOException {
    Path file = file("file", new byte[100_000]);
    Range status = client.statusRoom();
    assertThat(client.run(client.stat(root, "file", status))).succeededWith(0);
    long allocated = FileStatus.allocated(client.segment(), Inspection.at(client, status));
    if (Difference.ALLOCATED_BYTES.appliesTo(setting)) {
      assertThat(allocated).isEqualTo(102_400);
    } else {
      assertThat(allocated % 512).isZero();
      assertThat(Files.size(file)).isEqualTo(100_000);
    }
  }
}
