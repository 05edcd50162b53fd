// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LINK: a second name for a file. */
class LinkFileTest extends Conformance {

  @Test
  void bothNamesAreOfTheSameFile() throws Exception {
    file("file", "content");
    directory("sub");
    assertThat(client.run(client.link(root, "file", "sub/again"))).succeededWith(0).isPlain();
    assertThat(Files.isSameFile(tree.resolve("file"), tree.resolve("sub/again"))).isTrue();
    assertThat(client.run(client.remove(root, "file"))).succeededWith(0);
    assertThat(content("sub/again")).isEqualTo("content");
  }

  @Test
  void aSymbolicLinkIsLinkedItself() throws Exception {
    link("link", "../outside/canary");
    assertThat(client.run(client.link(root, "link", "again"))).succeededWith(0);
    assertThat(Files.readSymbolicLink(tree.resolve("again")))
        .isEqualTo(Path.of("../outside/canary"));
    assertThat(Files.getAttribute(outside.resolve("canary"), "unix:nlink")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "nothing, new, NOT_FOUND",
    "file, taken, ALREADY_EXISTS",
    "file, link, ALREADY_EXISTS",
    "sub, new, IS_A_DIRECTORY",
    "file, nothing/new, NOT_FOUND",
    "file, taken/new, NOT_A_DIRECTORY",
    "../outside/canary, new, PERMISSION_DENIED",
    "away/canary, new, PERMISSION_DENIED",
    "file, ../outside/new, PERMISSION_DENIED",
    "file, away/new, PERMISSION_DENIED"
  })
  void whatCannotBeIsRefused(String from, String to, SyscallError error) {
    file("file", "content");
    file("taken", "");
    directory("sub");
    link("link", "file");
    link("away", "../outside");
    assertThat(client.run(client.link(root, from, to))).failedWith(error);
    assertThat(tree.resolve("new")).doesNotExist();
  }

  @Test
  void betweenTwoDirectoriesTheTargetMustNotHaveMoreRights() throws Exception {
    file("file", "content");
    directory("sub");
    long sub = client.opened(root, "sub", Rights.CREATE | Rights.READ);
    long weak = client.duplicate(root, Rights.RENAME);
    assertThat(client.run(client.link(weak, "file", sub, "again")))
        .missed(Rights.CREATE | Rights.READ);
    assertThat(client.run(client.link(root, "file", sub, "again"))).succeededWith(0);
    assertThat(Files.isSameFile(tree.resolve("file"), tree.resolve("sub/again"))).isTrue();
  }

  @Test
  void theSourceNeedsRenameAndTheTargetCreate() {
    file("file", "content");
    directory("sub");
    long sub = client.opened(root, "sub", Rights.READ);
    assertThat(client.run(client.link(root, "file", sub, "again"))).missed(Rights.CREATE);
    long reader = client.duplicate(root, Rights.READ | Rights.CREATE);
    assertThat(client.run(client.link(reader, "file", "again"))).missed(Rights.RENAME);
  }
}
