// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How a path is kept beneath its directory, on every ground. */
@ParameterizedClass
@EnumSource
class WalkTest {

  @Parameter Ground ground;

  private Ground.Root root;
  private PortableEngine engine;
  private DirectoryResource base;

  @BeforeEach
  void plant() throws IOException {
    root = ground.newRoot();
    engine = ground.openEngine();
    Path top = root.path();
    Files.createDirectories(top.resolve("d/e"));
    Files.writeString(top.resolve("d/file"), "x");
    Files.createSymbolicLink(top.resolve("link"), path("d"));
    Files.createSymbolicLink(top.resolve("out"), path(".."));
    Files.createSymbolicLink(top.resolve("far"), path("d/../../x"));
    Files.createSymbolicLink(top.resolve("absolute"), top.toAbsolutePath());
    Files.createSymbolicLink(top.resolve("loop"), path("loop"));
    Files.createSymbolicLink(top.resolve("dangling"), path("d/new"));
    base = (DirectoryResource) engine.openDirectory(top, false);
  }

  private Path path(String text) {
    return root.path().getFileSystem().getPath(text);
  }

  @AfterEach
  void cleanUp() throws IOException {
    base.close();
    engine.close();
    root.close();
  }

  /** Where a path ends, relative to the root; or the error. */
  private String walk(String text, Walk.Last last) throws IOException {
    try (Walk walk = new Walk(base)) {
      walk.go(text.getBytes(StandardCharsets.UTF_8), last);
      Path end = walk.place().path();
      Path name = walk.name();
      String where = root.path().relativize(name == null ? end : end.resolve(name)).toString();
      return (name == null ? "[" + where + "]" : where) + (walk.found() == null ? " missing" : "");
    } catch (Refusal e) {
      return e.error().name();
    }
  }

  private String follow(String text) throws IOException {
    return walk(text, Walk.Last.FOLLOW);
  }

  @Test
  void aPathEndsAtItsLastName() throws IOException {
    assertThat(follow("d/file")).isEqualTo("d/file");
    assertThat(follow("d//./file")).isEqualTo("d/file");
    assertThat(follow("d/new")).isEqualTo("d/new missing");
    assertThat(follow("link/e")).isEqualTo("d/e");
  }

  @Test
  void aPathOfDotsEndsAtADirectory() throws IOException {
    assertThat(follow(".")).isEqualTo("[]");
    assertThat(follow("d/..")).isEqualTo("[]");
    assertThat(follow("d/e/..")).isEqualTo("[d]");
    assertThat(follow("d/e/")).isEqualTo("[d/e]");
  }

  @Test
  void nothingLeadsAboveTheTop() throws IOException {
    String refused = SyscallError.PERMISSION_DENIED.name();
    for (String hostile :
        new String[] {
          "..", "d/../..", "out", "out/x", "far", "absolute", "absolute/d", "/", "/d"
        }) {
      assertThat(follow(hostile)).as(hostile).isEqualTo(refused);
    }
  }

  @Test
  void whatIsMissingOnTheWayIsNotFoundAndAFileNoDirectory() throws IOException {
    assertThat(follow("no/x")).isEqualTo(SyscallError.NOT_FOUND.name());
    assertThat(follow("no/..")).isEqualTo(SyscallError.NOT_FOUND.name());
    assertThat(follow("d/file/x")).isEqualTo(SyscallError.NOT_A_DIRECTORY.name());
    assertThat(follow("d/file/")).isEqualTo(SyscallError.NOT_A_DIRECTORY.name());
  }

  @Test
  void theLastLinkIsFollowedLookedAtOrNamed() throws IOException {
    assertThat(walk("link", Walk.Last.FOLLOW)).isEqualTo("d");
    assertThat(walk("link", Walk.Last.NO_FOLLOW)).isEqualTo("link");
    assertThat(walk("link/", Walk.Last.NO_FOLLOW)).isEqualTo("[d]");
    assertThat(walk("out", Walk.Last.NAME)).isEqualTo("out");
    assertThat(walk("dangling", Walk.Last.FOLLOW)).isEqualTo("d/new missing");
  }

  @Test
  void linksInOnePathAreBounded() throws IOException {
    assertThat(follow("loop")).isEqualTo(SyscallError.PERMISSION_DENIED.name());
    String forty = "link/../".repeat(Walk.LINKS_MAX);
    assertThat(follow(forty + "d")).isEqualTo("d");
    assertThat(follow(forty + "link")).isEqualTo(SyscallError.PERMISSION_DENIED.name());
  }

  @Test
  void upAndDownIsBoundedToo() throws IOException {
    // each round opens d anew, since something in it is looked at
    String rounds = "d/e/../../".repeat(400);
    assertThat(follow(rounds + "d")).isEqualTo("d");
  }
}
