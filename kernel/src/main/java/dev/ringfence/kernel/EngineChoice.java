// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.portable.PortableEngine;
import dev.ringfence.kernel.engine.uring.UringEngine;
import dev.ringfence.linux.HostProbe;
import dev.ringfence.linux.ResourceLimit;
import dev.ringfence.linux.uring.IoUringProbe;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which engine a kernel will run on, and why.
 *
 * <p>Choosing tries the engine: what forbids it is known before anything depends on it. A choice
 * holds no resource of the host.
 */
public final class EngineChoice {

  /** The engine on Linux io_uring. */
  public static final String IO_URING = "io_uring";

  /** The engine on java.nio, for any system. */
  public static final String PORTABLE = "portable";

  private static final String OPENAT2_REMEDY =
      "use Linux 5.6 or newer, and allow openat2 in the seccomp profile";

  private final String name;
  private final String reason;
  private final Supplier<Engine> opener;

  private EngineChoice(String name, String reason, Supplier<Engine> opener) {
    this.name = name;
    this.reason = reason;
    this.opener = opener;
  }

  /**
   * Something that was looked at.
   *
   * @param subject what it is, such as {@code io_uring}
   * @param satisfied whether it is as it should be
   * @param found what was found, in words
   * @param remedy what helps where it is not satisfied; empty otherwise
   */
  public record Finding(String subject, boolean satisfied, String found, String remedy) {}

  /**
   * Chooses an engine.
   *
   * @param wanted {@link #IO_URING}, {@link #PORTABLE}, or null for the best that works here
   * @throws SyscallException when the engine that was asked for cannot be used, with the remedy
   */
  public static EngineChoice choose(@Nullable String wanted) {
    if (wanted == null) {
      return best();
    }
    return switch (wanted) {
      case IO_URING -> {
        Obstacle obstacle = obstacle();
        if (obstacle != null) {
          throw new SyscallException(
              SyscallError.NOT_IMPLEMENTED,
              "io_uring cannot be used: %s; %s, or use --engine portable"
                  .formatted(obstacle.what, obstacle.remedy));
        }
        yield uring("it was asked for");
      }
      case PORTABLE -> portable("it was asked for");
      default ->
          throw new SyscallException(
              SyscallError.INVALID_ARGUMENT,
              "unknown engine `" + wanted + "`: use io_uring or portable");
    };
  }

  private static EngineChoice best() {
    Obstacle obstacle = obstacle();
    return obstacle == null
        ? uring("io_uring works here, and nothing is faster")
        : portable("io_uring cannot be used here: " + obstacle.what);
  }

  /** What forbids the engine on io_uring, and what helps. */
  private record Obstacle(String what, String remedy) {}

  /**
   * Sends an operation through a ring: that a ring can be made does not say that it can be used.
   */
  private static @Nullable Obstacle obstacle() {
    IoUringProbe probe = IoUringProbe.run();
    if (!probe.usable()) {
      return new Obstacle(probe.describe(), probe.verdict().remedy());
    }
    try {
      UringEngine.open().close();
      return null;
    } catch (SyscallException e) {
      return new Obstacle(
          e.getMessage(), HostProbe.run().hasOpenat2() ? "see ringfence doctor" : OPENAT2_REMEDY);
    }
  }

  private static EngineChoice uring(String reason) {
    return new EngineChoice(IO_URING, reason, UringEngine::open);
  }

  private static EngineChoice portable(String reason) {
    return new EngineChoice(PORTABLE, reason, PortableEngine::open);
  }

  /** The engine's name. */
  public String name() {
    return name;
  }

  /** Why it was chosen: a clause without a full stop. */
  public String reason() {
    return reason;
  }

  Engine openEngine() {
    return opener.get();
  }

  /** Looks at what the engines depend on, for {@code ringfence doctor}. Takes some milliseconds. */
  public static List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    IoUringProbe uring = IoUringProbe.run();
    HostProbe host = HostProbe.run();
    findings.add(new Finding("kernel", true, "Linux " + host.release(), ""));
    findings.add(
        new Finding(
            "io_uring",
            uring.usable(),
            uring.describe(),
            uring.usable() ? "" : uring.verdict().remedy()));
    findings.add(
        new Finding(
            "openat2",
            host.hasOpenat2(),
            host.hasOpenat2()
                ? "paths are confined by the kernel itself"
                : "openat2 is refused: io_uring mode cannot confine paths",
            host.hasOpenat2() ? "" : OPENAT2_REMEDY));
    findings.add(lockedMemory(host.lockedMemory()));
    findings.add(openFiles(host.openFiles()));
    findings.add(
        new Finding(
            "seccomp",
            true,
            host.seccompMode() == HostProbe.SECCOMP_FILTER
                ? "this process runs under a filter"
                : "no filter",
            ""));
    return findings;
  }

  private static final long LOCKED_BYTES_WANTED = 64L << 20;
  private static final long OPEN_FILES_WANTED = 4096;

  private static Finding lockedMemory(ResourceLimit limit) {
    boolean enough = limit.allows(LOCKED_BYTES_WANTED);
    return new Finding(
        "locked memory",
        enough,
        limit.allows(Long.MAX_VALUE)
            ? "no limit"
            : (limit.soft() >> 10)
                + " KiB may be locked; registered buffers beyond that are not"
                + " pinned, which costs some speed (root is not limited)",
        enough ? "" : "ulimit -l unlimited, or LimitMEMLOCK= in the service");
  }

  private static Finding openFiles(ResourceLimit limit) {
    boolean enough = limit.allows(OPEN_FILES_WANTED);
    return new Finding(
        "open files",
        enough,
        limit.allows(Long.MAX_VALUE) ? "no limit" : limit.soft() + " descriptors",
        enough ? "" : "ulimit -n 65536");
  }
}
