// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.host.Guest;
import dev.ringfence.host.GuestExit;
import dev.ringfence.host.GuestLimits;
import dev.ringfence.host.GuestProgram;
import dev.ringfence.host.Host;
import dev.ringfence.kernel.DomainBuilder;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.commons.cli.Options;
import org.jspecify.annotations.Nullable;

/**
 * A native program as {@code run} starts it: a guest.
 *
 * @param engine what the user chose, or null
 * @param program what runs
 * @param limits of its process
 * @param wallTime after which it is ended; null: never
 */
record NativeProgram(
    @Nullable String engine,
    GuestProgram program,
    GuestLimits limits,
    @Nullable Duration wallTime) {

  /** Between the end of its capabilities and its own, when it is told to end. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private static final List<String> ITS_OPTIONS = List.of("env", "memory", "cpu-time", "wall-time");

  /** Options that only such a program takes. */
  static Options options() {
    return new Options()
        .addOption(
            Command.valued(
                "env", "NAME=VALUE", "A variable that a native program sees; it sees no others."))
        .addOption(Command.valued("memory", "BYTES", "Limits a native program's memory: 64M."))
        .addOption(Command.valued("cpu-time", "TIME", "Limits a native program's CPU time: 10s."))
        .addOption(Command.valued("wall-time", "TIME", "Ends a native program after a time: 1m."));
  }

  /** What these arguments start. */
  static NativeProgram of(Arguments arguments, String file, List<String> words) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (String variable : arguments.all("env", text -> text)) {
      int equals = variable.indexOf('=');
      if (equals < 1) {
        throw new UsageException("`" + variable + "` is no variable: write --env NAME=VALUE");
      }
      environment.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    String memory = arguments.one("memory");
    Duration cpu = time(arguments, "cpu-time");
    return new NativeProgram(
        arguments.one("engine"),
        new GuestProgram(Path.of(file), words, environment),
        new GuestLimits(
            memory == null ? 0 : Amounts.amount(memory, "--memory " + memory),
            // Linux counts whole seconds
            cpu == null ? 0 : Math.max(1, cpu.plusMillis(999).toSeconds())),
        time(arguments, "wall-time"));
  }

  private static @Nullable Duration time(Arguments arguments, String option) {
    String text = arguments.one(option);
    return text == null ? null : Amounts.time(text, "--" + option + " " + text);
  }

  /** A program of Java's has no process of its own that they could be for. */
  static void refuseOptions(Arguments arguments, String program) {
    for (String option : ITS_OPTIONS) {
      if (arguments.has(option)) {
        throw new UsageException(
            "--" + option + " is for native programs, which `" + program + "` is not");
      }
    }
  }

  /** Runs it to its end; an interrupt of this process ends it too. */
  int run(Grants grants) throws Exception {
    try (Kernel kernel = Kernel.open(EngineChoice.choose(engine));
        Host host = Host.open()) {
      DomainBuilder builder = kernel.domain(String.valueOf(program.executable().getFileName()));
      grants.addTo(builder);
      try (Guest guest = host.start(program, limits, builder)) {
        Thread interrupted = Thread.ofPlatform().unstarted(() -> guest.stop(GRACE));
        Runtime.getRuntime().addShutdownHook(interrupted);
        GuestExit exit = await(guest);
        if (exit.signal() != 0) {
          System.err.println("ringfence: " + program.executable() + " was " + exit.words());
        }
        try {
          Runtime.getRuntime().removeShutdownHook(interrupted);
        } catch (IllegalStateException underWay) {
          // this process is told to end, and its status is not this one
        }
        return exit.code();
      }
    }
  }

  private GuestExit await(Guest guest) throws Exception {
    if (wallTime == null) {
      return guest.exit().get();
    }
    try {
      return guest.exit().get(wallTime.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      System.err.println("ringfence: the time of " + program.executable() + " is over");
      return guest.stop(GRACE);
    }
  }
}
