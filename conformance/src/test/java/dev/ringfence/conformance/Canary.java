// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A tree beside the granted one: every name, byte and time in it stays as it was. */
final class Canary {

  private final Path root;
  private final Map<String, String> before;

  private Canary(Path root) {
    this.root = root;
    this.before = look();
  }

  /** Fills an empty directory. */
  static Canary put(Path root) throws IOException {
    Files.writeString(root.resolve("canary"), "must not be seen, must not change");
    Files.createDirectory(root.resolve("a"));
    Files.writeString(root.resolve("a").resolve("b"), "nor this");
    Files.createSymbolicLink(root.resolve("link"), Path.of("canary"));
    return new Canary(root);
  }

  Path root() {
    return root;
  }

  void assertUntouched() {
    assertThat(look()).as("what lies outside the tree").isEqualTo(before);
  }

  private Map<String, String> look() {
    Map<String, String> seen = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        seen.put(root.relativize(path).toString(), describe(path));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return seen;
  }

  private static String describe(Path path) throws IOException {
    BasicFileAttributes is =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    String content = "";
    if (is.isRegularFile()) {
      content = HexFormat.of().formatHex(Files.readAllBytes(path));
    } else if (is.isSymbolicLink()) {
      content = Files.readSymbolicLink(path).toString();
    }
    return is.lastModifiedTime() + " " + is.size() + " " + content;
  }
}
