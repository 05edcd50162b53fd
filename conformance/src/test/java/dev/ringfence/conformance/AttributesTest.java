// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.AttributeFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SET_ATTRIBUTES: permission bits and times. */
class AttributesTest extends Conformance {

  private static final int TIMES = AttributeFlags.MODIFIED | AttributeFlags.ACCESSED;
  private static final long RIGHTS = Rights.READ | Rights.WRITE | Rights.CHMOD;

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static long modified(Path path) throws IOException {
    return Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
  }

  private static long accessed(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class)
        .lastAccessTime()
        .to(TimeUnit.NANOSECONDS);
  }

  @Test
  void theModeOfAnOpenFileIsSet() throws Exception {
    long file = fileWith("0", RIGHTS);
    assertThat(client.run(client.setAttributes(file, AttributeFlags.MODE, 0640, 0, 0)))
        .succeededWith(0)
        .isPlain();
    assertThat(mode(tree.resolve("file"))).isEqualTo("rw-r-----");
  }

  @Test
  void timesOfAnOpenFileAreSetAlsoBefore1970() throws Exception {
    long file = fileWith("0", RIGHTS);
    long then = -1_500_000_001_000L;
    assertThat(client.run(client.setAttributes(file, TIMES, 0, then, 1_234_567_891_000L)))
        .succeededWith(0);
    boolean whole = Difference.FRACTIONS_BEFORE_1970.appliesTo(setting);
    assertThat(modified(tree.resolve("file"))).isEqualTo(whole ? -1_501_000_000_000L : then);
    assertThat(accessed(tree.resolve("file"))).isEqualTo(1_234_567_891_000L);
  }

  @Test
  void whatTheMaskDoesNotNameStays() throws Exception {
    long file = fileWith("0", RIGHTS);
    Path path = tree.resolve("file");
    client.run(client.setAttributes(file, TIMES | AttributeFlags.MODE, 0600, 5_000_000, 7_000_000));
    client.run(client.setAttributes(file, AttributeFlags.MODIFIED, 0777, 9_000_000, 1));
    assertThat(modified(path)).isEqualTo(9_000_000);
    assertThat(accessed(path)).isEqualTo(7_000_000);
    assertThat(mode(path)).isEqualTo("rw-------");
    assertThat(client.run(client.setAttributes(file, 0, 0777, 1, 1))).succeededWith(0);
    assertThat(modified(path)).isEqualTo(9_000_000);
  }

  @Test
  void nowIsThePresentTime() throws Exception {
    Path path = file("file", "0");
    Files.setLastModifiedTime(path, FileTime.from(1, TimeUnit.SECONDS));
    long file = client.opened(root, "file", RIGHTS);
    int now = AttributeFlags.MODIFIED_NOW | AttributeFlags.ACCESSED_NOW;
    assertThat(client.run(client.setAttributes(file, now, 0, 0, 0))).succeededWith(0);
    assertThat(modified(path)).isGreaterThan(TimeUnit.DAYS.toNanos(365L * 40));
    assertThat(accessed(path)).isGreaterThan(TimeUnit.DAYS.toNanos(365L * 40));
  }

  @Test
  void aPathBeneathADirectoryIsFollowed() throws Exception {
    file("file", "0");
    directory("sub");
    link("sub/link", "../file");
    Range path = client.memory().hold("sub/link");
    int mask = AttributeFlags.MODE | AttributeFlags.MODIFIED;
    Entry entry = client.setAttributes(root, mask, 0604, 3_000_000, 0).range(path);
    assertThat(client.run(entry)).succeededWith(0);
    assertThat(mode(tree.resolve("file"))).isEqualTo("rw----r--");
    assertThat(modified(tree.resolve("file"))).isEqualTo(3_000_000);
  }

  @Test
  void aDirectoryItselfIsSet() throws Exception {
    directory("sub");
    long sub = client.opened(root, "sub", Rights.CHMOD);
    assertThat(client.run(client.setAttributes(sub, AttributeFlags.MODE, 0710, 0, 0)))
        .succeededWith(0);
    assertThat(mode(tree.resolve("sub"))).isEqualTo("rwx--x---");
  }

  @ParameterizedTest
  @CsvSource({
    "../outside/canary, PERMISSION_DENIED",
    "out, PERMISSION_DENIED",
    "nothing, NOT_FOUND",
    "file/x, NOT_A_DIRECTORY",
    "loop, PERMISSION_DENIED"
  })
  void nothingOutsideIsReached(String path, SyscallError error) throws Exception {
    file("file", "0");
    link("out", "../outside/canary");
    link("loop", "loop");
    String before = mode(outside.resolve("canary"));
    Range name = client.memory().hold(path);
    Entry entry = client.setAttributes(root, AttributeFlags.MODE, 0777, 0, 0).range(name);
    assertThat(client.run(entry)).failedWith(error);
    assertThat(mode(outside.resolve("canary"))).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"32, 0", "1, 512", "1, -1", "10, 0", "20, 0"})
  void whatCannotBeIsRefused(int mask, int mode) throws Exception {
    long file = fileWith("0", RIGHTS);
    assertThat(client.run(client.setAttributes(file, mask, mode, 0, 0)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void theStructureMustBeAlignedAndInTheArenaAndThePathNeedsADirectory() {
    long file = fileWith("0", RIGHTS);
    Entry entry = client.setAttributes(file, 0, 0, 0, 0);
    Range room = room(64);
    assertThat(client.run(entry.auxiliary0(room.address() + 4)))
        .failedWith(SyscallError.NOT_ALIGNED);
    assertThat(client.run(entry.auxiliary0(client.memory().end() - 24)))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.setAttributes(file, 0, 0, 0, 0).range(client.memory().hold("x"))))
        .failedWith(SyscallError.NOT_A_DIRECTORY);
  }

  @Test
  void itNeedsChmod() {
    long file = fileWith("0", Rights.READ | Rights.WRITE);
    assertThat(client.run(client.setAttributes(file, 1, 0, 0, 0))).missed(Rights.CHMOD);
    assertThat(client.run(client.setAttributes(sink, 1, 0, 0, 0)))
        .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
  }
}
