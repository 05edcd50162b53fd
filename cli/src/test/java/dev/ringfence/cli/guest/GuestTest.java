// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ringfence.abi.Rights;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.DomainBuilder;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A kernel, a domain, and a native program inside: what the tests of both libraries share. */
abstract class GuestTest {

  private static final long STREAM = Rights.WRITE | Rights.SEEK;

  private static final Map<Path, Path> BUILT = new HashMap<>();

  @TempDir static Path builds;

  @TempDir Path directory;

  Kernel kernel;
  Path in;
  Path out;

  /** Makes a program as a library in a directory that is new. */
  abstract Path build(Path place, String source);

  @BeforeEach
  void openTheKernel() throws IOException {
    kernel = Kernel.open(EngineChoice.choose(null));
    in = Files.createDirectory(directory.resolve("in"));
    out = Files.createDirectory(directory.resolve("out"));
  }

  @AfterEach
  void closeTheKernel() {
    kernel.close();
  }

  /** A domain with {@code in} to read, {@code out} to write, and files as its streams. */
  DomainBuilder domain() {
    return kernel
        .domain("guest")
        .directory("in", in, Rights.READ_ONLY)
        .directory("out", out, Rights.DIRECTORY_FULL)
        .file("stdout", directory.resolve("stdout"), STREAM)
        .file("stderr", directory.resolve("stderr"), STREAM);
  }

  /** Built once for all tests of a class, but loaded from a copy: its variables must be new. */
  GuestInside inside(String source, Domain domain) throws Exception {
    Path place = builds.resolve(source);
    if (!BUILT.containsKey(place)) {
      BUILT.put(place, build(Files.createDirectories(place), source));
    }
    Path copy = Files.createTempFile(directory, "guest", ".so");
    Files.copy(BUILT.get(place), copy, StandardCopyOption.REPLACE_EXISTING);
    return new GuestInside(copy, domain);
  }

  void clearStreams() throws IOException {
    Files.writeString(directory.resolve("stdout"), "");
    Files.writeString(directory.resolve("stderr"), "");
  }

  /** Runs a program in a domain of its own; its exit status. */
  int run(String source, String... arguments) throws Exception {
    clearStreams();
    try (Domain domain = domain().open();
        GuestInside guest = inside(source, domain)) {
      return guest.run(arguments);
    }
  }

  byte[] said(String stream) throws IOException {
    return Files.readAllBytes(directory.resolve(stream));
  }

  String text(String stream) throws IOException {
    return new String(said(stream), UTF_8);
  }

  /** Makes a file of any bytes, which it returns. */
  static byte[] file(Path place, int size) throws IOException {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    Files.write(place, content);
    return content;
  }
}
