// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.user.PipeSink;
import dev.ringfence.user.PipeSource;
import dev.ringfence.user.Program;
import dev.ringfence.user.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs a bundled program on each engine of this machine, in a domain that holds {@link #in} to
 * read, {@link #out} to write, and pipes as its standard streams.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("engines")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ProgramTest {

  private static final long READING = Rights.READ | Rights.DUP;
  private static final long WRITING = Rights.WRITE | Rights.DUP;

  /** What a program left behind. */
  record Outcome(int status, String out, String err) {}

  @Parameter String engine;

  @TempDir Path temporary;

  Path in;
  Path out;

  static Stream<String> engines() {
    return Stream.of(EngineChoice.IO_URING, EngineChoice.PORTABLE).filter(ProgramTest::isUsable);
  }

  private static boolean isUsable(String engine) {
    try {
      EngineChoice.choose(engine);
      return true;
    } catch (SyscallException e) {
      System.out.println("programs: no " + engine + " on this machine: " + e.getMessage());
      return false;
    }
  }

  @BeforeEach
  final void makeDirectories() throws IOException {
    in = Files.createDirectory(temporary.resolve("in"));
    out = Files.createDirectory(temporary.resolve("out"));
  }

  final Outcome run(Program program, String... arguments) {
    return runWith("", program, arguments);
  }

  /** Runs with this text to read from stdin. */
  final Outcome runWith(String typed, Program program, String... arguments) {
    try (Kernel kernel = Kernel.open(EngineChoice.choose(engine))) {
      Kernel.Pipe stdin = kernel.pipe();
      Kernel.Pipe stdout = kernel.pipe();
      Kernel.Pipe stderr = kernel.pipe();
      try (Domain domain =
              kernel
                  .domain("program")
                  .directory("in", in, Rights.READ_ONLY)
                  .directory("out", out, Rights.DIRECTORY_FULL)
                  .pipe("stdin", stdin.source(), READING)
                  .pipe("stdout", stdout.sink(), WRITING)
                  .pipe("stderr", stderr.sink(), WRITING)
                  .pipe("typed", stdin.sink(), WRITING)
                  .pipe("shown", stdout.source(), READING)
                  .pipe("told", stderr.source(), READING)
                  .open();
          Session session = Session.over(domain)) {
        session.sink("typed").print(typed);
        session.sink("typed").close();
        int status = started(program, session, List.of(arguments));
        return new Outcome(
            status,
            drained(session.stdout(), session.source("shown")),
            drained(session.stderr(), session.source("told")));
      }
    }
  }

  private static int started(Program program, Session session, List<String> arguments) {
    try {
      return program.run(session, arguments);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("the program failed", e);
    }
  }

  private static String drained(PipeSink written, PipeSource read) {
    written.close();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] piece = new byte[4096];
    int length;
    while ((length = read.read(piece)) >= 0) {
      all.write(piece, 0, length);
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  // ---- vocabulary ------------------------------------------------------------------------------

  final Path file(String name, String content) throws IOException {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  final Path file(String name, byte[] content) throws IOException {
    Path file = in.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  final Path link(String name, String target) throws IOException {
    Path link = in.resolve(name);
    Files.createDirectories(link.getParent());
    return Files.createSymbolicLink(link, Path.of(target));
  }
}
