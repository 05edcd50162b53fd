// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which file systems a grant reaches. */
class BoundaryTest {

  @TempDir Path tree;

  private static BasicFileAttributes of(Path path) throws IOException {
    return Place.attributesOf(path);
  }

  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.error()).isEqualTo(SyscallError.PERMISSION_DENIED));
  }

  @Test
  void theSameFileSystemIsInside() throws IOException {
    Path file = Files.createFile(tree.resolve("file"));
    Boundary boundary = new Boundary(tree, of(tree), false);
    assertThatCode(() -> boundary.judge(file, of(file))).doesNotThrowAnyException();
  }

  @Test
  void procfsIsOutsideOfEveryGrant() throws IOException {
    Path proc = Path.of("/proc/self");
    Assumptions.assumeTrue(Files.isDirectory(proc), "no /proc");
    for (boolean crossMounts : new boolean[] {false, true}) {
      Boundary boundary = new Boundary(tree, of(tree), crossMounts);
      Path status = Path.of("/proc/self/status");
      assertRefused(() -> boundary.judge(status, of(status)));
    }
    assertRefused(() -> Boundary.refusePseudo(proc));
  }

  @Test
  void anotherRealFileSystemIsInsideOnlyIfMountsAreGranted() throws IOException {
    Path other = Path.of("/dev/shm");
    Assumptions.assumeTrue(Files.isDirectory(other), "no second file system");
    Boundary strict = new Boundary(tree, of(tree), false);
    assertRefused(() -> strict.judge(other, of(other)));
    Boundary wide = new Boundary(tree, of(tree), true);
    assertThatCode(() -> wide.judge(other, of(other))).doesNotThrowAnyException();
  }

  @Test
  void anIdentityIsReadFromAFileKey() {
    assertThat(Identity.parse("(dev=fe00,ino=12345)")).isEqualTo(new Identity(0xfe00, 12_345));
    for (String other :
        new String[] {"", "(dev=fe00)", "(dev=xyz,ino=1)", "12345", "(dev=1,ino=)"}) {
      assertThat(Identity.parse(other)).isNull();
    }
  }
}
