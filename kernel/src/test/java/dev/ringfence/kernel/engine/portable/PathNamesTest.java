// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Names between the ABI's bytes and the paths of a file system. */
class PathNamesTest {

  private final PathNames host = new PathNames(FileSystems.getDefault());

  private static void assertRefused(SyscallError error, PathNames names, String name) {
    assertThatThrownBy(() -> names.name(name))
        .as(name)
        .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  @Test
  void namesComeBackAsTheyWere() throws IOException {
    for (String name : new String[] {"file", "ü", "名前", "a b", "a\\b", "con", "%41", "-", "..."}) {
      Path path = host.name(name);
      assertThat(path.getNameCount()).isEqualTo(1);
      assertThat(host.nameBytes(path)).isEqualTo(name.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void aNameThatIsNotUtf8ShowsTheBytesThatItHas() {
    Path raw = Path.of(URI.create("file:///tmp/%FFx"));
    assertThat(host.nameBytes(raw.getFileName())).isEqualTo(new byte[] {(byte) 0xff, 'x'});
  }

  @Test
  void aLinkTextKeepsItsWay() throws IOException {
    for (String text : new String[] {"a/b", "../a", "/etc/x", ".", "ü/ß"}) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertThat(host.bytes(host.linkText(bytes))).isEqualTo(bytes);
    }
  }

  @Test
  void whatAnotherFileSystemSplitsIsNoName() throws IOException {
    try (FileSystem windows = Jimfs.newFileSystem(Configuration.windows())) {
      PathNames names = new PathNames(windows);
      for (String name : new String[] {"a\\b", "..\\x", "C:\\", "C:", "\\"}) {
        assertThatThrownBy(() -> names.name(name)).as(name).isInstanceOf(Refusal.class);
      }
      for (String device : new String[] {"CON", "con", "nul.txt", "COM1", "lpt9", "Aux "}) {
        assertRefused(SyscallError.PERMISSION_DENIED, names, device);
      }
      assertThat(names.name("console").toString()).isEqualTo("console");
      assertThat(names.bytes(windows.getPath("a\\b")))
          .isEqualTo("a/b".getBytes(StandardCharsets.UTF_8));
    }
  }
}
