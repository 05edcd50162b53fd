// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.LinuxException;
import dev.ringfence.linux.ResourceLimit;
import dev.ringfence.linux.SystemCall;
import dev.ringfence.linux.SystemCallNumber;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The limit of descriptors of this process, lowered until it is closed.
 *
 * <p>At the limit no class can be loaded from a directory, which is where a build keeps them (a jar
 * stays open). So all of ours are loaded before.
 */
final class DescriptorLimit implements AutoCloseable {

  /** More than the tests ever have open. */
  private static final int NUMBERS = 2048;

  private static boolean loaded;

  private final long before;

  private DescriptorLimit(long before) {
    this.before = before;
  }

  /** Lets nothing more be opened. */
  static DescriptorLimit reached() throws IOException, LinuxException {
    Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "needs Linux");
    loadClasses();
    DescriptorLimit limit =
        new DescriptorLimit(ResourceLimit.of(ResourceLimit.RLIMIT_NOFILE).soft());
    limit.leave(0);
    return limit;
  }

  /** Lets {@code count} more be opened, from now on. */
  void leave(int count) throws LinuxException {
    // the host gives the lowest free number, and none from the limit on
    int limit = 0;
    for (int free = 0; isOpen(limit) || free < count; limit++) {
      free += isOpen(limit) ? 0 : 1;
    }
    set(limit);
  }

  /** How many are open; asking opens none. */
  static int open() {
    int open = 0;
    for (int number = 0; number < NUMBERS; number++) {
      open += isOpen(number) ? 1 : 0;
    }
    return open;
  }

  private static boolean isOpen(int number) {
    return Descriptors.fcntl(number, Descriptors.F_GETFL, 0) >= 0;
  }

  private static void set(long soft) throws LinuxException {
    long hard = ResourceLimit.of(ResourceLimit.RLIMIT_NOFILE).hard();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = arena.allocate(ValueLayout.JAVA_LONG, 2);
      limit.setAtIndex(ValueLayout.JAVA_LONG, 0, soft);
      limit.setAtIndex(ValueLayout.JAVA_LONG, 1, hard);
      long result =
          SystemCall.call(
              SystemCallNumber.PRLIMIT64, 0, ResourceLimit.RLIMIT_NOFILE, limit.address(), 0, 0, 0);
      LinuxException.check("prlimit64", result);
    }
  }

  private static synchronized void loadClasses() throws IOException {
    if (loaded) {
      return;
    }
    loaded = true;
    List<Class<?>> oneOfEachPlace =
        List.of(
            dev.ringfence.abi.OpCode.class,
            Descriptors.class,
            dev.ringfence.kernel.Kernel.class,
            DescriptorLimit.class);
    for (Class<?> each : oneOfEachPlace) {
      Path place =
          Path.of(URI.create(each.getProtectionDomain().getCodeSource().getLocation().toString()));
      if (Files.isDirectory(place)) {
        loadClasses(place, each.getClassLoader());
      }
    }
  }

  private static void loadClasses(Path place, ClassLoader loader) throws IOException {
    List<String> names;
    try (Stream<Path> files = Files.walk(place)) {
      names =
          files
              .map(file -> place.relativize(file).toString())
              .filter(name -> name.startsWith("dev/") && name.endsWith(".class"))
              .filter(name -> !name.contains("-info"))
              .map(name -> name.replace(".class", "").replace('/', '.'))
              .toList();
    }
    try {
      for (String name : names) {
        Class.forName(name, false, loader);
      }
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws LinuxException {
    set(before);
  }
}
