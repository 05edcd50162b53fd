// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.RemoveFlags;
import dev.ringfence.abi.RenameFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Making, removing, renaming and listing names, with the same errors on every ground. */
@ParameterizedClass
@EnumSource
class NamingTest {

  @Parameter Ground ground;

  private Ground.Root root;
  private Rig rig;
  private Resource base;

  @BeforeEach
  void open() throws IOException {
    root = ground.newRoot();
    rig = new Rig(ground.openEngine());
    Files.createDirectories(root.path().resolve("d/e"));
    Files.writeString(root.path().resolve("file"), "x");
    base = rig.grant(root.path());
  }

  @AfterEach
  void close() throws IOException {
    rig.close();
    root.close();
  }

  private SyscallError error(Rig.Op op) {
    return op.error();
  }

  private Path at(String name) {
    return root.path().resolve(name);
  }

  @Test
  void directoriesAreMadeAndRemoved() {
    assertThat(rig.pathOp(OpCode.MAKE_DIRECTORY, base, "d/new", 0).result).isZero();
    assertThat(at("d/new")).isDirectory();
    assertThat(error(rig.pathOp(OpCode.MAKE_DIRECTORY, base, "d/new", 0)))
        .isEqualTo(SyscallError.ALREADY_EXISTS);
    assertThat(rig.pathOp(OpCode.REMOVE, base, "d/new", RemoveFlags.DIRECTORY).result).isZero();
    assertThat(at("d/new")).doesNotExist();
  }

  @Test
  void removeTellsKindsApart() {
    assertThat(error(rig.pathOp(OpCode.REMOVE, base, "d", 0)))
        .isEqualTo(SyscallError.IS_A_DIRECTORY);
    assertThat(error(rig.pathOp(OpCode.REMOVE, base, "file", RemoveFlags.DIRECTORY)))
        .isEqualTo(SyscallError.NOT_A_DIRECTORY);
    assertThat(error(rig.pathOp(OpCode.REMOVE, base, "d", RemoveFlags.DIRECTORY)))
        .isEqualTo(SyscallError.DIRECTORY_NOT_EMPTY);
    assertThat(error(rig.pathOp(OpCode.REMOVE, base, "missing", 0)))
        .isEqualTo(SyscallError.NOT_FOUND);
    assertThat(at("d/e")).isDirectory();
  }

  @Test
  void renameReplacesOnlyWhatFits() {
    assertThat(error(rig.twoPathOp(OpCode.RENAME, base, "file", "d", 0)))
        .isEqualTo(SyscallError.IS_A_DIRECTORY);
    assertThat(error(rig.twoPathOp(OpCode.RENAME, base, "d", "file", 0)))
        .isEqualTo(SyscallError.NOT_A_DIRECTORY);
    assertThat(error(rig.twoPathOp(OpCode.RENAME, base, "d", "d/e/x", 0)))
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
    assertThat(error(rig.twoPathOp(OpCode.RENAME, base, "file", ".", 0)))
        .isEqualTo(SyscallError.BUSY);
    assertThat(error(rig.twoPathOp(OpCode.RENAME, base, "file", "d/e", RenameFlags.NO_REPLACE)))
        .isEqualTo(SyscallError.ALREADY_EXISTS);
    assertThat(rig.twoPathOp(OpCode.RENAME, base, "file", "d/moved", 0).result).isZero();
    assertThat(at("d/moved")).exists();
  }

  @Test
  void aLinkIsMadeAndRead() {
    assertThat(rig.twoPathOp(OpCode.SYMLINK, base, "link", "../somewhere", 0).result).isZero();
    Rig.Op read = rig.op(OpCode.READ_LINK, base, "link");
    read.length = 64;
    rig.run(read);
    assertThat(rig.text(read)).isEqualTo("../somewhere");
    Rig.Op cut = rig.op(OpCode.READ_LINK, base, "link");
    cut.length = 2;
    assertThat(rig.run(cut).result).isEqualTo(2);
    Rig.Op ofFile = rig.op(OpCode.READ_LINK, base, "file");
    ofFile.length = 64;
    assertThat(error(rig.run(ofFile))).isEqualTo(SyscallError.INVALID_ARGUMENT);
  }

  // ---- listings --------------------------------------------------------------------------------

  @Test
  void aListingGoesOnFromAnyOfItsCookies() throws IOException {
    Set<String> expected = new HashSet<>(Set.of("d", "file"));
    for (int i = 0; i < 100; i++) {
      Files.createFile(at("f" + i));
      expected.add("f" + i);
    }
    Set<String> seen = new HashSet<>();
    long cookie = 0;
    for (; ; ) {
      Rig.Op op = rig.list(base, cookie, 300);
      if (op.result == 0) {
        break;
      }
      for (Rig.Listed each : rig.entries(op)) {
        assertThat(seen.add(each.name())).as(each.name()).isTrue();
      }
      cookie = op.value;
    }
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void aCookieThatNoListingStandsAtBeginsAnew() {
    for (int i = 0; i < KeptListings.KEPT_MAX + 2; i++) {
      Rig.Op first = rig.list(base, 0, 24);
      assertThat(rig.entries(first)).hasSize(1);
    }
    Rig.Op second = rig.list(base, 1, 300);
    assertThat(rig.entries(second)).hasSize(1);
    assertThat(rig.list(base, 99, 300).result).isZero();
    assertThat(error(rig.list(base, -1, 300))).isEqualTo(SyscallError.INVALID_ARGUMENT);
    assertThat(error(rig.list(base, 0, 8))).isEqualTo(SyscallError.INVALID_ARGUMENT);
  }
}
