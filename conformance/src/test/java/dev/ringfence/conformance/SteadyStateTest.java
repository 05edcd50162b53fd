// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Once warm, the raw ring costs a program no garbage, and a polled one no system call. */
class SteadyStateTest extends Stress {

  private static final int READS = figure("steady.reads", 300_000);

  /** Of the virtual machine, if it compiles something anew: not one byte in a hundred reads. */
  private static final long STRAY_BYTES = 2048;

  private static final int TRACED_READS = figure("steady.tracedReads", 50_000);
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void readsOnTheRawRingAllocateNothing() throws IOException {
    boolean promised = !Difference.GARBAGE.appliesTo(setting);
    int reads = promised ? READS : READS / 10; // java.nio on virtual threads: only measured
    try (SteadyReader reader = new SteadyReader(kernel, tree, setting.polled())) {
      reader.read(reads / 2); // compiled, and every pool as large as it gets
      long[] before = new long[2];
      long[] after = new long[2];
      long poller = poller();
      long everyone = THREADS.getTotalThreadAllocatedBytes();
      allocated(before, poller);
      reader.read(reads);
      allocated(after, poller);
      everyone = THREADS.getTotalThreadAllocatedBytes() - everyone;
      say(
          "%d reads: %d bytes by the program's thread, %d by the poller, %d by all (%d a read)"
              .formatted(
                  reads, after[0] - before[0], after[1] - before[1], everyone, everyone / reads));
      if (promised) {
        assertThat(after[0] - before[0]).as("bytes, program").isLessThan(STRAY_BYTES);
        assertThat(after[1] - before[1]).as("bytes, poller").isLessThan(STRAY_BYTES);
      }
    }
  }

  private static void allocated(long[] bytes, long poller) {
    bytes[0] = THREADS.getCurrentThreadAllocatedBytes();
    bytes[1] = poller == 0 ? 0 : THREADS.getThreadAllocatedBytes(poller);
  }

  /** The poller's thread, or 0. */
  private static long poller() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("ringfence-poller"))
        .mapToLong(Thread::threadId)
        .findFirst()
        .orElse(0);
  }

  @Test
  void aPolledRingCostsTheProgramsThreadNoSystemCall() throws Exception {
    assumeTrue(setting.polled(), "only polled rings promise this");
    assumeTrue(isTraceable(), "strace is not there, or may not trace");
    Path trace = temporary.resolve("trace");
    Process process =
        new ProcessBuilder(
                "strace",
                "-ff",
                "-o",
                trace.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SteadyReader.class.getName(),
                setting.engine(),
                tree.toString(),
                Integer.toString(TRACED_READS))
            .redirectErrorStream(true)
            .start();
    String output;
    try (BufferedReader reader = process.inputReader()) {
      output = String.join("\n", reader.lines().toList());
    }
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(output).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    List<String> calls = between(lines(trace));
    say(
        "%d polled reads: %d system calls of the program's thread"
            .formatted(TRACED_READS, calls.size()));
    // a safepoint or a sleeping poller may cost one now and then; an operation costs none
    assertThat(calls).hasSizeLessThan(TRACED_READS / 1000);
  }

  private boolean isTraceable() throws IOException, InterruptedException {
    try {
      return new ProcessBuilder("strace", "-o", "/dev/null", "true").start().waitFor() == 0;
    } catch (IOException e) {
      say("not traced: %s".formatted(e.getMessage()));
      return false;
    }
  }

  /** The trace of the thread that passed both marks. */
  private List<String> lines(Path prefix) throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(prefix.getFileName() + ".")) {
          List<String> lines =
              Files.readAllLines(file, java.nio.charset.StandardCharsets.ISO_8859_1);
          if (lines.stream().anyMatch(line -> line.contains(SteadyReader.END))) {
            return lines;
          }
        }
      }
    }
    throw new AssertionError("no thread of the traced program passed its marks");
  }

  private static List<String> between(List<String> lines) {
    int begin = -1;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(SteadyReader.BEGIN)) {
        begin = i;
      } else if (lines.get(i).contains(SteadyReader.END)) {
        return lines.subList(begin + 1, i);
      }
    }
    throw new AssertionError("the marks are missing");
  }
}
