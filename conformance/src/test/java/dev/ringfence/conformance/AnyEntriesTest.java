// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.Quotas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whatever a program submits, it gets one completion for each entry, a typed error for each bad
 * one, and nothing beside its directory. Entries are made by {@link EntryMaker}; a failure names
 * the seed that makes the same ones again.
 */
class AnyEntriesTest extends Stress {

  private static final int ENTRIES = figure("entries", 60_000);
  private static final int BATCH = 64;
  private static final int BATCHES_OF_A_DOMAIN = 200;
  private static final long CANCEL_TAG = 1_000;
  private static final long PIPE = CapabilityType.PIPE.applicableRights();
  private static final Quotas QUOTAS =
      Quotas.defaults()
          .withArenaBytes(256 << 10)
          .withMappedBytesMax(256 << 10)
          .withCapabilitiesMax(512)
          .withRegisteredBytesMax(1 << 20);

  private final long seed = Seeds.next();
  private final Random random = new Random(seed);
  private long batches;
  private long failed;

  @Test
  void anyEntryGetsOneCompletionAndABadOneATypedError() throws IOException {
    say("entries of seed %d".formatted(seed));
    long began = System.nanoTime();
    runDomain();
    long descriptors = Held.openDescriptors();
    long heap = Held.liveHeapBytes();
    while (batches * BATCH < ENTRIES) {
      runDomain();
      assertThat(Held.openDescriptors()).as(seedWords()).isLessThanOrEqualTo(descriptors);
    }
    assertThat(Held.liveHeapBytes()).as("heap").isLessThan(heap + (16L << 20));
    say(
        "%d entries, %d failed with a typed error, in %d ms"
            .formatted(batches * BATCH, failed, (System.nanoTime() - began) / 1_000_000));
  }

  /** A domain of some batches; every second one exits by itself. */
  private void runDomain() throws IOException {
    clearTree();
    Files.writeString(tree.resolve("file"), "content");
    // no path that is made leads to it
    Files.writeString(tree.resolve("kept"), "content");
    Files.createDirectories(tree.resolve("deep/b"));
    Files.createSymbolicLink(tree.resolve("escape"), canary.root());
    Files.createSymbolicLink(tree.resolve("link"), Path.of("../outside/canary"));
    Domain domain = opened(QUOTAS);
    try {
      Client client = Client.setUp(domain, BATCH * 2, ringFlags());
      waitForPipe(client);
      EntryMaker maker = new EntryMaker(random, client.memory());
      for (int i = 0; i < BATCHES_OF_A_DOMAIN; i++) {
        batch(client, maker);
      }
      if (random.nextBoolean()) {
        client.submit(client.exit(7).tag(0));
      }
    } catch (RuntimeException | Error e) {
      throw new AssertionError(seedWords(), e);
    } finally {
      domain.close();
    }
    canary.assertUntouched();
  }

  private void clearTree() throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(tree)) {
          Files.delete(path);
        }
      }
    }
  }

  private void batch(Client client, EntryMaker maker) {
    batches++;
    long root = client.duplicate(client.grant("root"), Rights.READ_WRITE | Rights.DIRECTORY_FULL);
    long weak = client.duplicate(root, Rights.READ | Rights.READDIR);
    long source = client.duplicate(client.grant("source"), PIPE);
    long sink = client.duplicate(client.grant("sink"), PIPE);
    long file = client.opened(root, "kept", Rights.READ | Rights.WRITE | Rights.SEEK);
    maker.use(root, file, weak, source, sink, file, 0, random.nextLong(), root ^ 1);
    maker.changePaths();
    boolean drains = batches % 4 == 0;
    Entry[] entries = new Entry[BATCH];
    for (int i = 0; i < BATCH; i++) {
      entries[i] = maker.make(i, drains);
    }
    client.submit(entries);
    // what waits for the pipe or for time ends now, also where a drain keeps the cancel waiting
    client.submit(client.cancelEverything().tag(CANCEL_TAG));
    for (long each : new long[] {root, source, sink}) {
      long revoked = client.revoke(each);
      boolean known = revoked == 0 || revoked == SyscallError.INVALID_HANDLE.result();
      assertThat(known).as("revoke: %d", revoked).isTrue();
    }
    check(entries, client.collectAll());
  }

  private void check(Entry[] entries, List<Completion> done) {
    int[] seen = new int[entries.length];
    int cancels = 0;
    for (Completion each : done) {
      if (each.userData() == CANCEL_TAG) {
        cancels++;
      } else {
        Entry entry = entries[(int) each.userData()];
        seen[(int) each.userData()]++;
        checkResult(entry, each);
      }
    }
    assertThat(cancels).isEqualTo(1);
    for (int i = 0; i < seen.length; i++) {
      boolean mayBeSilent =
          entries[i].has(SubmissionFlags.SKIP_SUCCESS) && !EntryMaker.isMalformed(entries[i]);
      if (seen[i] > 1 || seen[i] == 0 && !mayBeSilent) {
        throw new AssertionError(seen[i] + " completions of " + entries[i]);
      }
    }
  }

  private void checkResult(Entry entry, Completion completion) {
    int result = completion.result();
    SyscallError error = result < 0 ? SyscallError.ofResult(result) : null;
    failed += result < 0 ? 1 : 0;
    boolean echo = entry.code() == OpCode.NOP.code();
    boolean right;
    if (OpCode.of(entry.code()) == null) {
      right = error == SyscallError.INVALID_OP_CODE;
    } else if (entry.hasReservedWord()) {
      right = error == SyscallError.INVALID_ARGUMENT;
    } else if (result < 0) {
      right = error != null && (error != SyscallError.INTERNAL_ERROR || echo);
    } else {
      right = !entry.has(SubmissionFlags.SKIP_SUCCESS);
    }
    int known = CompletionFlags.CAPABILITY | CompletionFlags.VALUE;
    boolean plain = completion.flags() != 0 || completion.reserved() == 0;
    if (!right || !plain || (completion.flags() & ~known) != 0 || completion.padding() != 0) {
      throw new AssertionError("wrong: " + completion + " of " + entry);
    }
  }

  private String seedWords() {
    return "-Dringfence.seed=" + seed + ", batch " + batches;
  }

  // ---- while the memory changes ----------------------------------------------------------------

  @Test
  void whoeverScribblesOverSharedMemoryHarmsOnlyItself() throws Exception {
    int scribbles = figure("scribbles", 20);
    say("scribbles of seed %d".formatted(seed));
    Files.writeString(tree.resolve("file"), "content");
    Domain healthy = opened(QUOTAS);
    Client client = Client.setUp(healthy, 8, ringFlags());
    waitForPipe(client);
    try (Neighbour neighbour = new Neighbour(client)) {
      scribble(neighbour);
      long descriptors = Held.openDescriptors();
      for (int i = 0; i < scribbles; i++) {
        scribble(neighbour);
        assertThat(Held.openDescriptors()).as(seedWords()).isLessThanOrEqualTo(descriptors);
      }
      say(
          "%d domains scribbled over, %d reads of a neighbour"
              .formatted(scribbles, neighbour.rounds()));
    } finally {
      healthy.close();
    }
  }

  /** One domain, until its program is thrown out of its ring or has done its batches. */
  private void scribble(Neighbour neighbour) throws InterruptedException {
    clearTreeQuietly();
    long rounds = neighbour.rounds();
    Domain domain = opened(QUOTAS);
    Client client = Client.setUp(domain, BATCH * 2, ringFlags());
    Scribbler scribbler = new Scribbler(client, random.nextLong());
    Thread program = new Thread(() -> submitBlindly(client, random.nextLong()), "scribbled");
    program.start();
    scribbler.start();
    // a wait_for that was scribbled may keep it in enter: then the domain's end gets it out
    program.join(100);
    scribbler.stop();
    domain.close();
    program.join();
    neighbour.awaitMoreThan(rounds);
    canary.assertUntouched();
  }

  private void clearTreeQuietly() {
    for (String name : new String[] {"a", "b", "c", "d", "e"}) {
      try {
        Files.deleteIfExists(tree.resolve(name));
      } catch (IOException e) {
        say("stays: %s".formatted(e)); // a directory with something in it; it does no harm
      }
    }
  }

  private void submitBlindly(Client client, long ownSeed) {
    EntryMaker maker = new EntryMaker(new Random(ownSeed), client.memory());
    try {
      long root = client.grant("root");
      maker.use(root, client.grant("sink"), root, client.grant("source"), 0);
      maker.changePaths();
      long invalid = SyscallError.INVALID_STATE.result();
      for (int i = 0; i < 2_000; i++) {
        client.pushBlindly(maker.make(i, true));
        if (i % 8 == 0 && client.enter() == invalid) {
          return;
        }
        int tail = RingHeader.tailAcquire(client.segment(), client.completionHeader());
        client.forgeCompletionHead(tail);
      }
    } catch (IllegalStateException e) {
      // the domain ended and its memory is gone
      return;
    }
  }
}
