// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SetupFlags;
import dev.ringfence.abi.SyscallResult;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.user.CompletionHandler;
import dev.ringfence.user.Ring;
import dev.ringfence.user.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a cached file through the raw ring, 32 at a time; also a program that strace watches. */
final class SteadyReader implements AutoCloseable {

  /** Names that the program looks for, only so that they show in its trace. */
  static final String BEGIN = "steady-begins-here";

  static final String END = "steady-ends-here";

  private static final int DEPTH = 32;
  private static final int BYTES = 512;
  private static final long IDLE_MILLIS = 60_000L << SetupFlags.IDLE_MILLIS_SHIFT;

  private final Domain domain;
  private final Ring ring;
  private final long file;
  private final long address;
  private final CompletionHandler handler = this::completed;
  private long read;
  private int wrong;

  SteadyReader(Kernel kernel, Path tree, boolean polled) throws IOException {
    Path path = Files.write(tree.resolve("steady"), new byte[BYTES * DEPTH]);
    domain = kernel.domain("steady").file("file", path, Rights.READ).open();
    Session session = Session.over(domain);
    file = session.grants().get(0).capabilityId();
    address = session.arena().allocate((long) BYTES * DEPTH).address();
    ring =
        switch (session.newRing(DEPTH, polled ? SetupFlags.SQPOLL | IDLE_MILLIS : 0)) {
          case SyscallResult.Ok<Ring>(Ring made) -> made;
          case SyscallResult.Err<Ring>(var error) -> throw new AssertionError("no ring: " + error);
        };
  }

  /** Runs {@code count} reads. */
  void read(int count) {
    read = 0;
    int submitted = 0;
    while (read < count) {
      while (submitted < count
          && submitted - read < DEPTH
          && ring.read(file, slot(submitted), BYTES, (long) BYTES * (submitted % DEPTH), 1)) {
        submitted++;
      }
      if (ring.polled()) {
        ring.submit();
        Thread.onSpinWait();
      } else {
        ring.submitAndWait((int) Math.min(DEPTH, submitted - read));
      }
      ring.reap(handler, DEPTH);
    }
    if (wrong > 0) {
      throw new AssertionError(wrong + " reads failed");
    }
  }

  private long slot(int index) {
    return address + (long) BYTES * (index % DEPTH);
  }

  private void completed(long userData, int result, int flags, long value) {
    read++;
    wrong += result == BYTES && userData == 1 && flags == 0 && value == 0 ? 0 : 1;
  }

  @Override
  public void close() {
    domain.close();
  }

  /** Engine, directory, number of reads: on a polled ring. */
  public static void main(String[] arguments) throws IOException {
    Path tree = Path.of(arguments[1]);
    try (Kernel kernel = Kernel.open(EngineChoice.choose(arguments[0]));
        SteadyReader reader = new SteadyReader(kernel, tree, true)) {
      int count = Integer.parseInt(arguments[2]);
      reader.read(count);
      boolean marked = Files.exists(tree.resolve(BEGIN));
      reader.read(count);
      marked |= Files.exists(tree.resolve(END));
      System.out.println(marked ? "there is a file of the mark's name" : "read");
    }
  }
}
