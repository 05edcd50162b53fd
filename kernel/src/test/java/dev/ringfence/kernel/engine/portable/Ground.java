// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What a directory may stand on: every behaviour is the same on each. */
enum Ground {
  /** The host, directories held open. */
  HOST,
  /** The host, by paths alone. */
  HOST_BY_PATHS,
  /** Another file system that holds directories open. */
  MEMORY,
  /** Another file system, by paths alone. */
  MEMORY_BY_PATHS;

  boolean onHost() {
    return this == HOST || this == HOST_BY_PATHS;
  }

  PortableEngine openEngine() {
    return this == HOST || this == MEMORY
        ? PortableEngine.open()
        : PortableEngine.openByPathsAlone();
  }

  /** A new empty directory, removed when closed. */
  Root newRoot() throws IOException {
    if (onHost()) {
      Path path = Files.createTempDirectory("ringfence");
      return new Root(path, () -> removeTree(path));
    }
    FileSystem memory =
        Jimfs.newFileSystem(
            Configuration.unix().toBuilder()
                .setAttributeViews("basic", "owner", "posix", "unix")
                .build());
    return new Root(Files.createDirectories(memory.getPath("/granted")), memory::close);
  }

  private static void removeTree(Path path) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(path)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }

  /** What frees the root. */
  interface Remover {
    void remove() throws IOException;
  }

  /** A directory for one test. */
  record Root(Path path, Remover remover) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      remover.remove();
    }
  }
}
