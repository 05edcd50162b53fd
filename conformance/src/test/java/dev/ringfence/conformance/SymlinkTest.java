// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** SYMLINK and READ_LINK. */
class SymlinkTest extends Conformance {

  private String textOf(String link) throws IOException {
    return Files.readSymbolicLink(tree.resolve(link)).toString();
  }

  @Test
  void theTextMayPointAnywhere() throws IOException {
    String[] texts = {
      "file", "../outside/canary", "/etc/passwd", ".", "..", "a/../b", "ü/ß", "x y"
    };
    for (int i = 0; i < texts.length; i++) {
      assertThat(client.run(client.symlink(root, "link" + i, texts[i])))
          .as(texts[i])
          .succeededWith(0)
          .isPlain();
      assertThat(textOf("link" + i)).isEqualTo(texts[i]);
      Range room = room(64);
      int length = Requests.bytes(texts[i]).length;
      assertThat(client.run(client.readLink(root, "link" + i, room))).succeededWith(length);
      assertThat(text(room, length)).isEqualTo(texts[i]);
    }
  }

  @Test
  void noOperationFollowsItOut() {
    client.run(client.symlink(root, "out", outside.resolve("canary").toString()));
    assertThat(client.run(client.open(root, "out", Rights.READ)))
        .failedWith(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void slashesOfTheTextAreKept() {
    assertThat(client.run(client.symlink(root, "link", "a//b/"))).succeededWith(0);
    Range room = room(64);
    int length = client.run(client.readLink(root, "link", room)).result();
    String expected = Difference.SLASHES_OF_LINKS.appliesTo(setting) ? "a/b" : "a//b/";
    assertThat(text(room, length)).isEqualTo(expected);
  }

  @Test
  void aTextOfOneLongNameIsFine() throws IOException {
    String text = "n".repeat(300);
    assertThat(client.run(client.symlink(root, "link", text))).succeededWith(0);
    assertThat(textOf("link")).isEqualTo(text);
    String longest = "n".repeat(4095);
    Completion done = client.run(client.symlink(root, "longest", longest));
    // the file system may have a lower bound, but says so
    if (done.result() < 0) {
      assertThat(done).failedWith(SyscallError.NAME_TOO_LONG);
    }
    assertThat(client.run(client.symlink(root, "beyond", longest + "n")))
        .failedWith(SyscallError.NAME_TOO_LONG);
  }

  @Test
  void aTextWithoutMeaningIsRefused() {
    byte[][] texts = {{}, {'a', 0, 'b'}, {(byte) 0xff}};
    for (byte[] text : texts) {
      assertThat(client.run(client.symlink(root, Requests.bytes("never"), text)))
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
    assertThat(tree).isEmptyDirectory();
  }

  @Test
  void aTakenNameIsRefused() {
    file("file", "x");
    link("dangling", "nowhere");
    directory("d");
    for (String name : new String[] {"file", "dangling", "d", "d/"}) {
      assertThat(client.run(client.symlink(root, name, "x")))
          .failedWith(SyscallError.ALREADY_EXISTS);
    }
    assertThat(client.run(client.symlink(root, "new/", "x"))).failedWith(SyscallError.NOT_FOUND);
  }

  @Test
  void aLongerTextIsCut() {
    link("link", "0123456789");
    Range room = room(8);
    client.memory().fill(room, 0x55);
    assertThat(client.run(client.readLink(root, "link", room.first(4)))).succeededWith(4);
    assertThat(text(room, 4)).isEqualTo("0123");
    assertThat(client.memory().bytes(room.from(4))).containsOnly(0x55);
  }

  @Test
  void onlyLinksAreRead() {
    file("file", "x");
    directory("d");
    for (String name : new String[] {"file", "d", "."}) {
      assertThat(client.run(client.readLink(root, name, room(8))))
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
    assertThat(client.run(client.readLink(root, "missing", room(8))))
        .failedWith(SyscallError.NOT_FOUND);
  }

  @Test
  void whereTheTextGoesIsChecked() {
    link("link", "0123456789");
    assertThat(client.run(client.readLink(root, "link", room(8).first(0))))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.readLink(root, "link", new Range(client.memory().end() - 4, 8))))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.readLink(root, "link", new Range(0, 8))))
        .failedWith(SyscallError.INVALID_ADDRESS);
  }
}
