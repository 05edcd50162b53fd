// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.api.Test;

/** MAKE_DIRECTORY and REMOVE; FSYNC of a directory and of a file. */
class DirectoryTest extends Conformance {

  @Test
  void aDirectoryIsMadeWithItsMode() {
    assertThat(client.run(client.makeDirectory(root, "made").auxiliary0(0710)))
        .succeededWith(0)
        .isPlain();
    assertThat(tree.resolve("made")).isDirectory();
    assertThat((int) Inspection.unix(tree.resolve("made"), "mode") & 0777).isEqualTo(0710);
  }

  @Test
  void aTakenNameIsRefused() {
    file("file", "x");
    directory("d");
    link("dangling", "nowhere");
    for (String name : new String[] {"file", "d", "d/", "dangling", ".", "d/.."}) {
      assertThat(client.run(client.makeDirectory(root, name)))
          .as(name)
          .failedWith(SyscallError.ALREADY_EXISTS);
    }
    assertThat(tree.resolve("nowhere")).doesNotExist();
  }

  @Test
  void aSlashBehindTheNameIsFine() {
    assertThat(client.run(client.makeDirectory(root, "made//"))).succeededWith(0);
    assertThat(tree.resolve("made")).isDirectory();
    assertThat(client.run(client.removeDirectory(root, "made/"))).succeededWith(0);
    assertThat(tree.resolve("made")).doesNotExist();
  }

  @Test
  void aModeWithoutMeaningIsRefused() {
    for (long mode : new long[] {01000, -1, 1L << 32}) {
      assertThat(client.run(client.makeDirectory(root, "never").auxiliary0(mode)))
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
    assertThat(tree.resolve("never")).doesNotExist();
  }

  @Test
  void removeTakesFilesAndLinksAway() {
    file("file", "x");
    link("link", "file");
    link("dangling", "nowhere");
    assertThat(client.run(client.remove(root, "link"))).succeededWith(0).isPlain();
    assertThat(tree.resolve("file")).exists();
    assertThat(client.run(client.remove(root, "dangling"))).succeededWith(0);
    assertThat(client.run(client.remove(root, "file"))).succeededWith(0);
    assertThat(tree).isEmptyDirectory();
    assertThat(client.run(client.remove(root, "file"))).failedWith(SyscallError.NOT_FOUND);
  }

  @Test
  void directoriesAreRemovedWithTheFlagAndOnlyThen() {
    directory("d");
    file("file", "x");
    link("toDirectory", "d");
    assertThat(client.run(client.remove(root, "d"))).failedWith(SyscallError.IS_A_DIRECTORY);
    assertThat(client.run(client.removeDirectory(root, "file")))
        .failedWith(SyscallError.NOT_A_DIRECTORY);
    assertThat(client.run(client.removeDirectory(root, "toDirectory")))
        .failedWith(SyscallError.NOT_A_DIRECTORY);
    assertThat(client.run(client.removeDirectory(root, "d"))).succeededWith(0);
    assertThat(tree.resolve("d")).doesNotExist();
    assertThat(tree.resolve("file")).exists();
  }

  @Test
  void aDirectoryWithSomethingInItStays() {
    directory("d");
    file("d/file", "x");
    assertThat(client.run(client.removeDirectory(root, "d")))
        .failedWith(SyscallError.DIRECTORY_NOT_EMPTY);
    assertThat(client.run(client.removeDirectory(root, "d/..")))
        .failedWith(SyscallError.DIRECTORY_NOT_EMPTY);
    assertThat(tree.resolve("d/file")).exists();
  }

  @Test
  void aDirectoryThatIsHeldOpenCanBeRemoved() {
    directory("d");
    long inner = client.opened(root, "d", Rights.DIRECTORY_FULL);
    assertThat(client.run(client.removeDirectory(root, "d"))).succeededWith(0);
    assertThat(client.run(client.makeDirectory(inner, "never"))).failedWith(SyscallError.NOT_FOUND);
    assertThat(
            client.run(client.open(inner, "x", dev.ringfence.abi.OpenFlags.CREATE, Rights.WRITE)))
        .failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(client.list(inner, room(512), 0)).result())
        .isIn(0, SyscallError.NOT_FOUND.result());
  }

  // ---- FSYNC -----------------------------------------------------------------------------------

  @Test
  void fsyncOfAFileAndOfADirectory() {
    long file = fileWith("x", Rights.WRITE);
    assertThat(client.run(client.fsync(file))).succeededWith(0).isPlain();
    assertThat(client.run(client.fsync(file).auxiliary1(1))).succeededWith(0);
    assertThat(client.run(client.fsync(root))).succeededWith(0);
    assertThat(client.run(client.fsync(root).auxiliary1(1))).succeededWith(0);
  }

  @Test
  void fsyncRefusesUnknownFlagsAndOtherTypes() {
    long file = fileWith("x", Rights.WRITE);
    assertThat(client.run(client.fsync(file).auxiliary1(2)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.fsync(sink))).failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
  }

  @Test
  void fsyncInAChainComesAfterTheWrite() {
    long file = fileWith("x", Rights.WRITE);
    for (Completion done : client.runAll(client.write(file, "yz").link(), client.fsync(file))) {
      assertThat(done).succeeded();
    }
    assertThat(content("file")).isEqualTo("yz");
  }
}
