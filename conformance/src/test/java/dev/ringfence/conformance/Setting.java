// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run of the suite stands on: an engine of this machine, and a way to use its rings.
 *
 * @param engine the name that {@link EngineChoice#choose} takes
 * @param rings how rings are made and served
 */
record Setting(String engine, Rings rings) {

  /** How rings are made and served. */
  enum Rings {
    /** Indices start at 0, {@code enter} serves. */
    ENTERED("entered", 0),
    /** Indices start just below 2^32 and wrap at once, {@code enter} serves. */
    WRAPPING("entered near 2^32", -3),
    /** Indices start just below 2^32, a poller serves. */
    POLLED("polled near 2^32", -2);

    final String words;
    final int firstIndex;

    Rings(String words, int firstIndex) {
      this.words = words;
      this.firstIndex = firstIndex;
    }
  }

  private static final List<String> ENGINES = List.of("io_uring", "portable");
  private static final List<String> USABLE = new ArrayList<>();

  static {
    for (String engine : ENGINES) {
      try (Kernel probe = Kernel.open(EngineChoice.choose(engine))) {
        USABLE.add(probe.engineName());
      } catch (SyscallException e) {
        System.out.println("conformance: no " + engine + " on this machine: " + e.getMessage());
      }
    }
  }

  /** Every setting that this machine allows. */
  static Stream<Setting> available() {
    return engines().flatMap(engine -> Stream.of(Rings.values()).map(r -> new Setting(engine, r)));
  }

  /** The engines that this machine allows. */
  static Stream<String> engines() {
    return USABLE.stream();
  }

  /** Opens a kernel for this setting. */
  Kernel openKernel() {
    System.setProperty("ringfence.firstIndex", Integer.toString(rings.firstIndex));
    try {
      return Kernel.open(EngineChoice.choose(engine));
    } finally {
      System.clearProperty("ringfence.firstIndex");
    }
  }

  boolean polled() {
    return rings == Rings.POLLED;
  }

  @Override
  public String toString() {
    return engine + ", " + rings.words;
  }
}
