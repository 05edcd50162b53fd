// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.Quotas;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Revoke is complete when it returns, whatever is in flight: ten thousand reads of a pipe and of a
 * file, revoked by another thread at any moment while they are taken, run, wait and end.
 */
class RevokeInFlightTest extends Stress {

  private static final int ROUNDS = figure("revoke.rounds", 20);
  private static final int OPERATIONS = 10_000;
  private static final int RING = 16_384;
  private static final int FROM_PIPE = 64;
  private static final int FROM_FILE = 512;
  private static final byte UNTOUCHED = 0x5a;
  private static final byte IN_PIPE = 0x41;
  private static final byte LAST_IN_PIPE = 0x42;
  private static final int WRITTEN = FROM_PIPE * 100;

  private final long seed = Seeds.next();
  private final RandomGenerator random = new java.util.Random(seed);
  private final byte[] content = content();
  private ExecutorService other;
  private Domain domain;
  private Client client;
  private long root;
  private long source;
  private long sink;
  private Range pipeArea;
  private Range fileArea;
  private Range written;
  private Range drained;

  /** Neither zero nor the pattern of an untouched buffer. */
  private static byte[] content() {
    byte[] content = new byte[OPERATIONS * FROM_FILE];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (0x80 | (i * 31 ^ i >> 9));
    }
    return content;
  }

  /** What the revoking thread saw at the instant after a revoke had returned. */
  private record Returned(long result, int completionTail, long checksum) {}

  @BeforeEach
  void begin() throws IOException {
    other = Executors.newSingleThreadExecutor();
    Files.write(tree.resolve("file"), content);
    domain = opened(Quotas.defaults());
    client = Client.setUp(domain, RING, ringFlags());
    root = client.grant("root");
    source = client.grant("source");
    sink = client.grant("sink");
    client.memory().take(4096);
    pipeArea = client.memory().take(OPERATIONS * FROM_PIPE);
    fileArea = client.memory().take(OPERATIONS * FROM_FILE);
    byte[] bytes = new byte[WRITTEN];
    Arrays.fill(bytes, IN_PIPE);
    written = client.memory().hold(bytes);
    drained = client.memory().take(WRITTEN);
    CompletionAssert.assertThat(client.run(client.register(fileArea, 0))).succeeded();
  }

  @AfterEach
  void end() {
    domain.close();
    other.close();
  }

  @Test
  void revokeIsCompleteWhenItReturnsWithTenThousandReadsInFlight() throws Exception {
    fillAndRevoke();
    round();
    Held before = Held.now(client);
    long began = System.nanoTime();
    long succeeded = 0;
    for (int i = 0; i < ROUNDS; i++) {
      succeeded += round();
    }
    long millis = (System.nanoTime() - began) / 1_000_000;
    say(
        "%d rounds of %d reads revoked in %d ms, %d had succeeded before (seed %d)"
            .formatted(ROUNDS, OPERATIONS, millis, succeeded, seed));
    Held.now(client).assertNoMoreThan(before);
  }

  /** Everything waits for the pipe when it is revoked: the most that is ever in flight. */
  private void fillAndRevoke() {
    long pipe = client.duplicate(source, Rights.READ);
    Entry[] reads = new Entry[OPERATIONS + 1];
    for (int i = 0; i < reads.length; i++) {
      reads[i] = client.read(pipe, pipeArea.first(1));
    }
    client.submit(reads);
    long began = System.nanoTime();
    assertThat(client.revoke(pipe)).isZero();
    say(
        "%d waiting reads revoked in %d us"
            .formatted(reads.length, (System.nanoTime() - began) / 1000));
    assertThat(client.collect(reads.length))
        .allMatch(each -> each.result() == SyscallError.CAPABILITY_REVOKED.result());
  }

  /** One round; how many reads succeeded. */
  private long round() throws Exception {
    client.memory().fill(pipeArea, UNTOUCHED);
    client.memory().fill(fileArea, UNTOUCHED);
    long pipe = client.duplicate(source, Rights.READ | Rights.DUP);
    long child = client.duplicate(pipe, Rights.READ);
    long directory = client.duplicate(root, Rights.ALL & Rights.READ_ONLY);
    long file = client.opened(directory, "file", Rights.READ | Rights.SEEK);
    int firstCompletion = client.completionHead();
    int firstEntry = client.submissionTail();

    int pipeMoment = random.nextInt(OPERATIONS + 1);
    int fileMoment = random.nextInt(OPERATIONS + 1);
    boolean pipeFirst = random.nextBoolean();
    CompletableFuture<Returned[]> revoked =
        CompletableFuture.supplyAsync(
            () -> {
              Returned[] returned = new Returned[2];
              for (boolean ofPipe : new boolean[] {pipeFirst, !pipeFirst}) {
                awaitTaken(firstEntry + (ofPipe ? pipeMoment : fileMoment));
                returned[ofPipe ? 0 : 1] =
                    revoke(ofPipe ? pipe : directory, ofPipe ? pipeArea : fileArea);
              }
              return returned;
            },
            other);

    Entry[] reads = new Entry[OPERATIONS];
    for (int i = 0; i < OPERATIONS; i++) {
      reads[i] = isOfPipe(i) ? readPipe(i, i % 4 == 0 ? child : pipe) : readFile(i, file);
    }
    submit(reads);
    List<Completion> done = client.collect(OPERATIONS + 1);
    Returned[] returned = revoked.get();
    assertThat(returned[0].result).as("revoke of the pipe").isZero();
    assertThat(returned[1].result).as("revoke of the directory").isZero();
    drain();
    long succeeded = check(done, firstCompletion, returned);
    assertThat(checksum(pipeArea))
        .as("what was read from the pipe")
        .isEqualTo(returned[0].checksum);
    assertThat(checksum(fileArea))
        .as("what was read from the file")
        .isEqualTo(returned[1].checksum);
    return succeeded;
  }

  private static boolean isOfPipe(int index) {
    return index % 2 == 0;
  }

  private Range bufferOf(int index) {
    return isOfPipe(index)
        ? new Range(pipeArea.address() + (long) index * FROM_PIPE, FROM_PIPE)
        : new Range(fileArea.address() + (long) index * FROM_FILE, FROM_FILE);
  }

  private Entry readPipe(int index, long capability) {
    return client.read(capability, bufferOf(index)).tag(index);
  }

  /** Plain, of a registered buffer, or at the current position. */
  private Entry readFile(int index, long capability) {
    Entry read = client.read(capability, bufferOf(index)).at((long) index * FROM_FILE).tag(index);
    return switch (index % 8) {
      case 1 -> read.fixed(0, (long) index * FROM_FILE, FROM_FILE);
      case 3 -> read.atPosition();
      default -> read;
    };
  }

  /** Submits in batches of any size, and somewhere between them writes for a hundred reads. */
  private void submit(Entry[] reads) {
    int batch = new int[] {100, 1000, OPERATIONS}[random.nextInt(3)];
    int write = random.nextInt(OPERATIONS);
    boolean wrote = false;
    for (int from = 0; from < reads.length; from += batch) {
      client.submit(Arrays.copyOfRange(reads, from, Math.min(reads.length, from + batch)));
      if (!wrote && (from + batch > write || from + batch >= reads.length)) {
        wrote = true;
        client.submit(client.write(sink, written).tag(OPERATIONS));
      }
    }
  }

  /** Waits until the kernel has taken the entries before {@code index}. Any thread. */
  private void awaitTaken(int index) {
    while (RingHeader.headAcquire(client.segment(), client.submissionHeader()) - index < 0) {
      Thread.onSpinWait();
    }
  }

  private Returned revoke(long capability, Range area) {
    long result = client.revoke(capability);
    int tail = RingHeader.tailAcquire(client.segment(), client.completionHeader());
    return new Returned(result, tail, checksum(area));
  }

  private long checksum(Range area) {
    CRC32C sum = new CRC32C();
    sum.update(
        client
            .segment()
            .asSlice(client.memory().offsetOf(area.address()), area.length())
            .asByteBuffer());
    return sum.getValue();
  }

  /** Empties the pipe: a read that had survived its revoke would take what is written here. */
  private void drain() {
    byte[] last = {IN_PIPE, IN_PIPE, LAST_IN_PIPE};
    client.memory().put(drained.first(3), last);
    CompletionAssert.assertThat(client.run(client.write(sink, drained.first(3)))).succeededWith(3);
    byte[] end;
    do {
      Completion read = client.run(client.read(source, drained));
      CompletionAssert.assertThat(read).succeeded();
      end = client.memory().bytes(drained.first(read.result()));
    } while (end[end.length - 1] != LAST_IN_PIPE);
  }

  private long check(List<Completion> done, int firstCompletion, Returned[] returned) {
    BitSet seen = new BitSet();
    long succeeded = 0;
    for (int i = 0; i < done.size(); i++) {
      Completion each = done.get(i);
      int index = (int) each.userData();
      if (seen.get(index)) {
        throw new AssertionError("a second completion: " + each + seedWords());
      }
      seen.set(index);
      if (index == OPERATIONS) {
        CompletionAssert.assertThat(each).succeededWith(WRITTEN);
      } else if (each.result() >= 0) {
        succeeded++;
        int late = firstCompletion + i - returned[isOfPipe(index) ? 0 : 1].completionTail;
        if (late >= 0) {
          throw new AssertionError("posted after revoke had returned: " + each + seedWords());
        }
        checkRead(index, each.result());
      } else {
        if (each.result() != SyscallError.CAPABILITY_REVOKED.result()
            && each.result() != SyscallError.INVALID_HANDLE.result()) {
          throw new AssertionError(each + seedWords());
        }
        checkNotRead(index);
      }
    }
    assertThat(seen.cardinality()).isEqualTo(OPERATIONS + 1);
    return succeeded;
  }

  private void checkRead(int index, int count) {
    byte[] read = client.memory().bytes(bufferOf(index).first(count));
    int from = index * FROM_FILE;
    for (int i = 0; i < count; i++) {
      boolean right =
          isOfPipe(index)
              ? read[i] == IN_PIPE
              : isAtPosition(index) || read[i] == content[from + i];
      if (!right) {
        throw new AssertionError("read " + index + " is wrong at byte " + i + seedWords());
      }
    }
  }

  /** Nothing of the resource is in the buffer: it was not touched, or it was wiped. */
  private void checkNotRead(int index) {
    for (byte each : client.memory().bytes(bufferOf(index))) {
      if (each != UNTOUCHED && each != 0) {
        throw new AssertionError("a revoked read left what it read: " + index + seedWords());
      }
    }
  }

  private static boolean isAtPosition(int index) {
    return index % 8 == 3;
  }

  private String seedWords() {
    return " (-Dringfence.seed=" + seed + ")";
  }
}
