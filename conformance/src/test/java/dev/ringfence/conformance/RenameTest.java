// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.RenameFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.api.Test;

/** RENAME: within one directory, between two capabilities, and what it refuses. */
class RenameTest extends Conformance {

  private static final long ALL = CapabilityType.DIRECTORY.applicableRights();

  private Completion rename(long from, String name, long to, String newName, int flags) {
    return client.run(client.rename(from, name, to, newName, flags));
  }

  @Test
  void aFileMoves() {
    file("old", "content");
    directory("d");
    assertThat(client.run(client.rename(root, "old", "d/new"))).succeededWith(0).isPlain();
    assertThat(content("d/new")).isEqualTo("content");
    assertThat(tree.resolve("old")).doesNotExist();
  }

  @Test
  void aDirectoryMovesWithWhatIsInIt() {
    directory("d/e");
    file("d/e/file", "content");
    assertThat(client.run(client.rename(root, "d", "f"))).succeededWith(0);
    assertThat(content("f/e/file")).isEqualTo("content");
  }

  @Test
  void aLinkMovesItself() {
    file("file", "x");
    link("link", "file");
    assertThat(client.run(client.rename(root, "link", "other"))).succeededWith(0);
    assertThat(tree.resolve("other")).isSymbolicLink();
    assertThat(tree.resolve("file")).exists();
  }

  @Test
  void whatHadTheNameIsReplaced() {
    file("old", "new content");
    file("new", "old content");
    assertThat(client.run(client.rename(root, "old", "new"))).succeededWith(0);
    assertThat(content("new")).isEqualTo("new content");
    directory("d");
    directory("empty");
    file("d/file", "x");
    assertThat(client.run(client.rename(root, "d", "empty"))).succeededWith(0);
    assertThat(tree.resolve("empty/file")).exists();
  }

  @Test
  void kindsThatDoNotFitAreRefused() {
    file("file", "x");
    directory("d");
    directory("full");
    file("full/x", "x");
    assertThat(client.run(client.rename(root, "file", "d")))
        .failedWith(SyscallError.IS_A_DIRECTORY);
    assertThat(client.run(client.rename(root, "d", "file")))
        .failedWith(SyscallError.NOT_A_DIRECTORY);
    assertThat(client.run(client.rename(root, "d", "full")))
        .failedWith(SyscallError.DIRECTORY_NOT_EMPTY);
    assertThat(client.run(client.rename(root, "missing", "x"))).failedWith(SyscallError.NOT_FOUND);
    assertThat(client.run(client.rename(root, "d", "d/inner")))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void aNameCanMoveOntoItself() {
    file("file", "x");
    assertThat(client.run(client.rename(root, "file", "file"))).succeededWith(0);
    assertThat(content("file")).isEqualTo("x");
  }

  @Test
  void noReplaceReplacesNothing() {
    file("old", "old");
    file("new", "new");
    link("dangling", "nowhere");
    for (String taken : new String[] {"new", "dangling", "old"}) {
      assertThat(rename(root, "old", 0, taken, RenameFlags.NO_REPLACE))
          .failedWith(SyscallError.ALREADY_EXISTS);
    }
    assertThat(content("new")).isEqualTo("new");
    assertThat(rename(root, "old", 0, "free", RenameFlags.NO_REPLACE)).succeededWith(0);
    assertThat(content("free")).isEqualTo("old");
  }

  @Test
  void exchangeSwapsTwoNames() {
    file("one", "1");
    directory("d");
    file("d/inner", "2");
    Completion done = rename(root, "one", 0, "d", RenameFlags.EXCHANGE);
    if (Difference.EXCHANGE.appliesTo(setting)) {
      assertThat(done).failedWith(SyscallError.NOT_IMPLEMENTED);
      assertThat(content("one")).isEqualTo("1");
    }
    Difference.EXCHANGE.skip(setting);
    assertThat(done).succeededWith(0);
    assertThat(content("d")).isEqualTo("1");
    assertThat(content("one/inner")).isEqualTo("2");
    assertThat(rename(root, "one", 0, "missing", RenameFlags.EXCHANGE))
        .failedWith(SyscallError.NOT_FOUND);
  }

  @Test
  void bothFlagsAndUnknownOnesAreRefused() {
    file("one", "1");
    file("two", "2");
    for (int flags : new int[] {RenameFlags.EXCHANGE | RenameFlags.NO_REPLACE, 4, -1}) {
      assertThat(rename(root, "one", 0, "two", flags)).failedWith(SyscallError.INVALID_ARGUMENT);
    }
    assertThat(content("one")).isEqualTo("1");
  }

  @Test
  void twoPathsMustFitIntoTheirBytes() {
    file("one", "1");
    Entry entry = client.rename(root, "one", "two");
    for (int first : new int[] {0, 6, 7, -1}) {
      assertThat(client.run(client.rename(root, "one", "two").auxiliary1(first & 0xffff_ffffL)))
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
    assertThat(client.run(entry)).succeededWith(0);
  }

  // ---- two capabilities ------------------------------------------------------------------------

  @Test
  void aFileMovesBetweenTwoDirectories() {
    directory("a");
    directory("b");
    file("a/file", "content");
    long from = client.opened(root, "a", ALL);
    long to = client.opened(root, "b", ALL);
    assertThat(rename(from, "file", to, "moved", 0)).succeededWith(0);
    assertThat(content("b/moved")).isEqualTo("content");
  }

  @Test
  void theTargetMustNotGiveMoreRightsThanTheSource() {
    directory("a");
    directory("b");
    file("a/file", "content");
    long to = client.opened(root, "b", ALL);
    long needed = Rights.RENAME | Rights.DELETE;
    for (long left = ALL; left != 0; left &= left - 1) {
      long right = Long.lowestOneBit(left);
      if ((right & Rights.RENAME) != 0) {
        continue; // that one is missed for itself
      }
      long from = client.opened(root, "a", ALL & ~right);
      assertThat(rename(from, "file", to, "moved", 0))
          .as("without " + Rights.describe(right))
          .missed(right);
      client.run(client.close(from));
    }
    long narrow = client.opened(root, "a", needed);
    long narrowTarget = client.opened(root, "b", needed);
    assertThat(tree.resolve("a/file")).exists();
    assertThat(rename(narrow, "file", narrowTarget, "moved", 0)).succeededWith(0);
  }

  @Test
  void theSourceMayGiveMoreRightsThanTheTarget() {
    directory("b");
    file("file", "x");
    long to = client.opened(root, "b", Rights.RENAME | Rights.DELETE);
    assertThat(rename(root, "file", to, "moved", 0)).succeededWith(0);
    assertThat(tree.resolve("b/moved")).exists();
  }

  @Test
  void anExchangeNeedsTheSameRightsOnBothSides() {
    directory("b");
    file("file", "x");
    file("b/other", "y");
    long to = client.opened(root, "b", ALL & ~Rights.WRITE);
    assertThat(rename(root, "file", to, "other", RenameFlags.EXCHANGE)).missed(Rights.WRITE);
    assertThat(rename(to, "other", root, "file", RenameFlags.EXCHANGE)).missed(Rights.WRITE);
    assertThat(content("file")).isEqualTo("x");
  }

  @Test
  void theTargetNeedsRenameAndDelete() {
    directory("b");
    file("file", "x");
    assertThat(rename(root, "file", client.opened(root, "b", ALL & ~Rights.RENAME), "m", 0))
        .missed(Rights.RENAME);
    long withoutDelete = client.opened(root, "b", ALL & ~Rights.DELETE);
    assertThat(rename(root, "file", withoutDelete, "m", 0)).missed(Rights.DELETE);
    assertThat(rename(root, "file", withoutDelete, "m", RenameFlags.NO_REPLACE)).succeededWith(0);
  }

  @Test
  void aRevokedTargetIsNoHandle() {
    file("file", "x");
    long target = client.duplicate(root, ALL);
    client.revoke(target);
    assertThat(rename(root, "file", target, "m", 0)).failedWith(SyscallError.INVALID_HANDLE);
  }
}
