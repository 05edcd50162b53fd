// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.kernel.DomainBuilder;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A kernel and a host for the guests of one test, closed behind it, and what they take of this
 * process.
 */
final class Guests implements AfterEachCallback {

  static final long PATIENCE_SECONDS = 60;

  final Kernel kernel = Kernel.open(EngineChoice.choose(null));
  final Host host = Host.open();

  /** Runs a guest that is granted nothing to its end. */
  GuestExit run(Path program, String... arguments) throws Exception {
    return end(start(program, arguments));
  }

  Guest start(Path program, String... arguments) {
    return host.start(GuestProgram.of(program, arguments), kernel.domain("guest"));
  }

  Guest start(Path program, DomainBuilder grants) {
    return host.start(GuestProgram.of(program), grants);
  }

  static GuestExit end(Guest guest) throws Exception {
    try (guest) {
      return guest.exit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** What this process holds for guests: descriptors of theirs, and mappings of their memory. */
  record Holdings(long listeners, long processes, long arenas, long mappings) {

    static Holdings now() throws IOException {
      List<String> open = new ArrayList<>();
      try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
        for (Path descriptor : descriptors.toList()) {
          try {
            open.add(Files.readSymbolicLink(descriptor).toString());
          } catch (NoSuchFileException e) {
            // closed meanwhile, such as the listing's own
          }
        }
      }
      try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
        return new Holdings(
            count(open, "seccomp notify"),
            count(open, "pidfd"),
            count(open, "memfd:ringfence-arena"),
            count(maps.toList(), "memfd:ringfence-arena"));
      }
    }

    private static long count(List<String> names, String part) {
      return names.stream().filter(name -> name.contains(part)).count();
    }
  }

  /** A well-behaved guest still gets what it asks for. */
  void assertServes(Path wellBehaved) throws Exception {
    assertThat(run(wellBehaved)).isEqualTo(new GuestExit(42, 0));
  }

  @Override
  public void afterEach(ExtensionContext test) {
    host.close();
    kernel.close();
  }
}
