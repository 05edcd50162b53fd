// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** File systems mounted beneath a granted directory. Needs the right to mount; skipped without. */
class MountTest extends Conformance {

  private final Mounts mounts = new Mounts();

  private Path mount(String name, String... what) {
    return mounts.mount(directory(name), what);
  }

  private void mountMemory() throws IOException {
    Path at = mount("mnt", "-t", "tmpfs", "ringfence-test");
    Files.writeString(at.resolve("file"), "mounted");
    Files.createDirectory(at.resolve("inner"));
    Files.createSymbolicLink(at.resolve("link"), Path.of("file"));
  }

  /** A domain whose grant allows mounts. */
  private Client crossing() {
    Domain domain =
        opened(kernel.domain("crossing").quotas(QUOTAS).directory("root", tree, Rights.ALL, true));
    return Client.setUp(domain, ENTRIES, ringFlags());
  }

  @AfterEach
  void unmount() {
    mounts.close();
  }

  private void assertRefused(Client program, long directory, String... paths) {
    for (PathUse use : PathUse.values()) {
      for (String path : paths) {
        Completion done = program.run(use.of(program, directory, Requests.bytes(path)));
        assertThat(done).as("%s of %s", use, path).failedWith(SyscallError.PERMISSION_DENIED);
      }
    }
  }

  @Test
  void aMountBeneathTheTreeIsRefusedWithoutTheOption() throws IOException {
    mountMemory();
    file(PathUse.MOVED, "moved");
    assertRefused(client, root, "mnt/file", "mnt/inner/x", "mnt/new", "mnt/link", "mnt/missing/x");
    assertThat(client.run(client.open(root, "mnt", Rights.READ)))
        .failedWith(SyscallError.PERMISSION_DENIED);
    assertThat(client.run(client.stat(root, "mnt", client.statusRoom())))
        .failedWith(SyscallError.PERMISSION_DENIED);
    assertThat(tree.resolve("mnt/file")).hasContent("mounted");
  }

  @Test
  void aMountThatAppearsLaterIsRefusedThroughOpenDirectoriesToo() throws IOException {
    directory("outer/mnt");
    long outer = client.opened(root, "outer", Rights.DIRECTORY_FULL);
    assertThat(client.run(client.stat(outer, "mnt", client.statusRoom()))).succeededWith(0);
    Path at = mount("outer/mnt", "-t", "tmpfs", "ringfence-test");
    Files.writeString(at.resolve("file"), "mounted");
    assertThat(client.run(client.stat(outer, "mnt/file", client.statusRoom())))
        .failedWith(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void aMountIsReachedWithTheOption() throws IOException {
    mountMemory();
    Client program = crossing();
    long granted = program.grant("root");
    long file = program.opened(granted, "mnt/file", Rights.READ);
    Range room = program.memory().take(16);
    assertThat(program.run(program.read(file, room))).succeededWith(7);
    assertThat(program.memory().text(room.first(7))).isEqualTo("mounted");
    assertThat(program.run(program.makeDirectory(granted, "mnt/made"))).succeededWith(0);
    assertThat(tree.resolve("mnt/made")).isDirectory();
    long inner = program.opened(granted, "mnt/inner", Rights.READ | Rights.STAT);
    assertThat(program.run(program.stat(inner, ".", program.statusRoom()))).succeededWith(0);
    assertThat(program.run(program.stat(inner, "..", program.statusRoom())))
        .failedWith(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void renamesAcrossMountsAreCrossDevice() throws IOException {
    mountMemory();
    file("here", "here");
    Client program = crossing();
    long granted = program.grant("root");
    assertThat(program.run(program.rename(granted, "here", "mnt/there")))
        .failedWith(SyscallError.CROSS_DEVICE_LINK);
    assertThat(program.run(program.rename(granted, "mnt/file", "here")))
        .failedWith(SyscallError.CROSS_DEVICE_LINK);
    assertThat(content("here")).isEqualTo("here");
    assertThat(tree.resolve("mnt/file")).hasContent("mounted");
  }

  @Test
  void aBindMountOfTheSameFileSystemIsAMountToo() {
    Path at = mount("bound", "--bind", outside.toString());
    assertThat(at.resolve("canary")).exists();
    Difference.BIND_MOUNT.skip(setting);
    file(PathUse.MOVED, "moved");
    assertRefused(client, root, "bound/canary", "bound/new");
  }

  @Test
  void procfsIsRefusedWhateverWasGranted() {
    mount("proc", "-t", "proc", "proc");
    file(PathUse.MOVED, "moved");
    String[] doors = {
      "proc/self/environ",
      "proc/self/mem",
      "proc/self/root/etc/passwd",
      "proc/self/fd/0",
      "proc/self/cwd/x",
      "proc/self/exe",
      "proc/version",
      "proc/1/status"
    };
    assertRefused(client, root, doors);
    Client program = crossing();
    long granted = program.grant("root");
    assertRefused(program, granted, doors);
    for (String door : List.of("proc", "proc/self", "proc/sys")) {
      assertThat(program.run(program.open(granted, door, Rights.READ | Rights.READDIR)))
          .as(door)
          .failedWith(SyscallError.PERMISSION_DENIED);
    }
  }
}
