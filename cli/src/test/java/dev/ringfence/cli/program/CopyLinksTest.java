// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What {@code copy} makes of symbolic links. */
class CopyLinksTest extends ProgramTest {

  private Outcome outcome;

  private void copy(String... options) {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "in/tree";
    arguments[1] = "out/tree";
    System.arraycopy(options, 0, arguments, 2, options.length);
    outcome = run(new Copy(), arguments);
    assertThat(outcome.status()).as(outcome.err()).isZero();
  }

  private void assertLink(String name, String target) throws IOException {
    Path link = out.resolve(name);
    assertThat(link).isSymbolicLink();
    assertThat(Files.readSymbolicLink(link)).hasToString(target);
  }

  private void assertFile(String name, String content) {
    Path file = out.resolve(name);
    assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).as(name).isTrue();
    assertThat(file).hasContent(content);
  }

  @Test
  void aLinkWithinTheTreeStaysALink() throws IOException {
    file("tree/a", "one");
    link("tree/sub/up", "../a");
    link("tree/roundabout", "sub/../a");
    copy("--verify");
    assertLink("tree/sub/up", "../a");
    assertLink("tree/roundabout", "sub/../a");
    assertThat(outcome.out()).contains(" 2 links, ").endsWith("; verified\n");
  }

  @Test
  void aLinkOutOfTheTreeBecomesTheFileThatItLeadsTo() throws IOException {
    file("other/a", "one");
    link("tree/sub/out", "../../other/a");
    copy("--verify");
    assertFile("tree/sub/out", "one");
    assertThat(outcome.out()).contains(" 0 links (1 more as what they lead to), ");
    assertThat(outcome.out()).endsWith("; verified\n");
  }

  @Test
  void aLinkOutOfTheTreeBecomesTheTreeThatItLeadsTo() throws IOException {
    file("other/deep/a", "one");
    link("other/deep/within", "a");
    link("other/deep/back", "../../third");
    file("third", "three");
    link("tree/out", "../other/deep");
    copy("--verify");
    assertFile("tree/out/a", "one");
    assertLink("tree/out/within", "a");
    assertFile("tree/out/back", "three");
    assertThat(outcome.out()).contains(" 1 links (2 more as what they lead to), ");
  }

  @Test
  void aLinkThatLeadsNowhereOrOutOfTheGrantStaysALink() throws IOException {
    file("tree/a", "one");
    Files.writeString(temporary.resolve("secret"), "secret");
    link("tree/nowhere", "../missing");
    link("tree/outside", "../../secret");
    link("tree/absolute", temporary.resolve("secret").toString());
    link("tree/self", "self");
    copy("--verify");
    assertLink("tree/nowhere", "../missing");
    assertLink("tree/outside", "../../secret");
    assertLink("tree/absolute", temporary.resolve("secret").toString());
    assertLink("tree/self", "self");
    assertThat(outcome.out()).contains(" 4 links, ").endsWith("; verified\n");
  }

  @Test
  void aLinkToADirectoryAboveItStaysALinkAndIsTold() throws IOException {
    file("tree/sub/a", "one");
    link("tree/sub/root", "../../tree");
    link("tree/sub/grant", "../..");
    copy("--verify");
    assertLink("tree/sub/root", "../../tree");
    assertLink("tree/sub/grant", "../..");
    assertThat(outcome.err().lines())
        .containsExactlyInAnyOrder(
            "`in/tree/sub/root` leads to a directory above it: kept as a link",
            "`in/tree/sub/grant` leads to a directory above it: kept as a link");
    assertThat(outcome.out()).contains(" 2 links, ").endsWith("; verified\n");
  }

  @Test
  void treesThatLeadToEachOtherComeToAnEnd() throws IOException {
    file("other/b", "two");
    link("other/first", "../tree");
    link("other/third", "../third");
    file("third/c", "three");
    link("third/second", "../other");
    link("tree/second", "../other");
    copy("--verify");
    assertFile("tree/second/b", "two");
    assertFile("tree/second/third/c", "three");
    assertLink("tree/second/first", "../tree");
    assertLink("tree/second/third/second", "../other");
    assertThat(outcome.err().lines()).hasSize(2);
  }

  @Test
  void aLinkToADeviceStaysALink() throws Exception {
    link("tree/fifo", "../fifo");
    Process shell = new ProcessBuilder("mkfifo", "fifo").directory(in.toFile()).start();
    assertThat(shell.waitFor()).isZero();
    copy();
    assertLink("tree/fifo", "../fifo");
  }

  @Test
  void withLinksEveryLinkStaysALink() throws IOException {
    file("other/a", "one");
    link("tree/out", "../other/a");
    copy("--links", "--verify");
    assertLink("tree/out", "../other/a");
    assertThat(outcome.out()).contains(" 1 links, ").endsWith("; verified\n");
  }
}
