// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Random histories of duplicating, opening, accepting, sending, closing and revoking over three
 * domains, side by side with {@link DerivationModel}. What is sent may be an end of a channel,
 * which may have messages waiting.
 *
 * <p>A failure names its seed: {@code -Dringfence.seed=…} replays that history alone. {@code
 * -Dringfence.histories=…} sets how many there are.
 */
class DerivationHistoryTest {

  private static final int DOMAINS = 3;
  private static final int HISTORIES = Integer.getInteger("ringfence.histories", 100_000);

  /** So few that histories meet the end of the table. */
  private static final int CAPABILITIES_MAX = 18;

  /** So few that bytes of messages that were not given back are missed soon. */
  private static final long ARENA_BYTES = 16_384;

  private final ModelEngine engine = new ModelEngine();
  private final List<Program> programs = new ArrayList<>();
  private Kernel kernel;

  @BeforeEach
  void openKernel() {
    kernel = Kernel.on(engine, KernelOptions.defaults());
    Quotas quotas =
        Quotas.defaults()
            .withCapabilitiesMax(CAPABILITIES_MAX)
            .withArenaBytes(ARENA_BYTES)
            .withMappedBytesMax(0);
    List<DomainBuilder> builders = new ArrayList<>();
    for (int i = 0; i < DOMAINS; i++) {
      builders.add(
          kernel
              .domain("d" + i)
              .quotas(quotas)
              .directory("root", Path.of("anywhere"), Rights.ALL)
              .network("net", NetworkPolicy.listen("127.0.0.1:*"), Rights.ALL));
    }
    for (int from = 0; from < DOMAINS; from++) {
      for (int to = 0; to < DOMAINS; to++) {
        if (from != to) {
          Kernel.Channel channel = kernel.channel();
          builders.get(from).channel("to" + to, channel.first(), Rights.ALL);
          builders.get(to).channel("from" + from, channel.second(), Rights.ALL);
        }
      }
    }
    builders.forEach(each -> programs.add(new Program(each.open())));
  }

  @AfterEach
  void closeKernel() {
    kernel.close();
    assertThat(engine.open).hasValue(0);
  }

  @Test
  void everyHistoryIsAsTheModelSays() {
    Long replayed = Long.getLong("ringfence.seed");
    long first = replayed != null ? replayed : new Random().nextLong();
    int count = replayed != null ? 1 : HISTORIES;
    long[] holds = holdsOnNetworks();
    for (int i = 0; i < count; i++) {
      long seed = first + i;
      try {
        new DerivationHistory(programs, CAPABILITIES_MAX, engine, new SplittableRandom(seed)).run();
        assertThat(holdsOnNetworks()).as("sockets let go of their networks").isEqualTo(holds);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("replay with -Dringfence.seed=" + seed, e);
      }
    }
  }

  /** A socket holds its network; no program can see that, so the kernel is asked. */
  private long[] holdsOnNetworks() {
    return programs.stream()
        .flatMapToLong(
            each -> LongStream.of(each.domain().table().lookup(each.grant("net")).held.holders))
        .toArray();
  }
}
