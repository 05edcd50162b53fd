// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.FsyncFlags;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.RingHeader;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Quotas;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** READ and WRITE at offsets of a file: exact bytes, at any size and place. */
class TransferTest extends Conformance {

  private static final long BOTH = Rights.READ | Rights.WRITE;
  private static final int LENGTH_MAX = 0x7fff_f000;

  @Override
  Quotas quotas() {
    return QUOTAS.withArenaBytes(16L << 20);
  }

  private static byte[] pattern(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private long fileWith(byte[] content, long rights) {
    file("file", content);
    return client.opened(root, "file", rights);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 511, 4095, 4096, 4097, 65_537, (1 << 20) - 1, 1 << 20, (3 << 20) + 5})
  void whatIsWrittenIsReadBackWhole(int size) throws IOException {
    long file = fileWith(new byte[0], BOTH);
    byte[] content = pattern(size, size);
    assertThat(client.run(client.write(file, client.memory().hold(content)))).succeededWith(size);
    assertThat(Files.readAllBytes(tree.resolve("file"))).isEqualTo(content);
    Range back = room(size);
    assertThat(client.run(client.read(file, back))).succeededWith(size).isPlain();
    assertThat(client.memory().bytes(back)).isEqualTo(content);
  }

  @Test
  void anEmptyTransferSucceedsAndMovesNothing() {
    long file = fileWith("0123", BOTH);
    Range none = room(16).first(0);
    assertThat(client.run(client.write(file, none).at(100))).succeededWith(0);
    assertThat(client.run(client.read(file, none))).succeededWith(0);
    assertThat(content("file")).isEqualTo("0123");
  }

  @Test
  void aReadStopsAtTheEndOfTheFile() {
    long file = fileWith("0123456789", Rights.READ);
    Range room = room(20);
    client.memory().fill(room, '#');
    assertThat(client.run(client.read(file, room).at(6))).succeededWith(4);
    assertThat(text(room, 6)).as("nothing behind the bytes is touched").isEqualTo("6789##");
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 11, 4096, 1L << 40})
  void aReadAtOrPastTheEndMovesNothing(long offset) {
    long file = fileWith("0123456789", Rights.READ);
    Range room = room(20);
    client.memory().fill(room, '#');
    assertThat(client.run(client.read(file, room).at(offset))).succeededWith(0);
    assertThat(text(room, 1)).isEqualTo("#");
  }

  @Test
  void aLongReadStopsAtTheEndToo() {
    byte[] content = pattern((1 << 20) + 77, 3);
    long file = fileWith(content, Rights.READ);
    Range room = room(3 << 20);
    assertThat(client.run(client.read(file, room))).succeededWith(content.length);
    assertThat(client.memory().bytes(room.first(content.length))).isEqualTo(content);
  }

  @Test
  void whatWasNeverWrittenReadsAsZeros() {
    long file = fileWith("ab", BOTH);
    assertThat(client.run(client.write(file, "z").at(100_000))).succeededWith(1);
    Range room = room(100_001);
    client.memory().fill(room, '#');
    assertThat(client.run(client.read(file, room))).succeededWith(100_001);
    byte[] expected = new byte[100_001];
    expected[0] = 'a';
    expected[1] = 'b';
    expected[100_000] = 'z';
    assertThat(client.memory().bytes(room)).isEqualTo(expected);
  }

  @Test
  void aWriteChangesNothingAroundIt() {
    long file = fileWith("0123456789", Rights.WRITE);
    assertThat(client.run(client.write(file, "abc").at(3))).succeededWith(3);
    assertThat(content("file")).isEqualTo("012abc6789");
  }

  @Test
  void aFileOpenedToAppendGrowsWhateverTheOffset() {
    file("log", "start;");
    long first = client.opened(root, "log", OpenFlags.APPEND, BOTH);
    long second = client.opened(root, "log", OpenFlags.APPEND, Rights.WRITE);
    assertThat(client.run(client.write(first, "one;").at(0))).succeededWith(4);
    assertThat(client.run(client.write(second, "two;").at(1L << 40))).succeededWith(4);
    assertThat(client.run(client.write(first, "three;").at(3))).succeededWith(6);
    assertThat(content("log")).isEqualTo("start;one;two;three;");
    Range room = room(5);
    assertThat(client.run(client.read(first, room).at(6))).succeededWith(5);
    assertThat(text(room, 5)).isEqualTo("one;t");
  }

  // ---- refusals --------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(longs = {-2, -4096, Long.MIN_VALUE})
  void anOffsetAbove63BitsIsInvalid(long offset) {
    long file = fileWith("0123", BOTH);
    assertThat(client.run(client.read(file, room(4)).at(offset)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.write(file, "x").at(offset)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(content("file")).isEqualTo("0123");
  }

  @ParameterizedTest
  @ValueSource(ints = {LENGTH_MAX + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
  void aLengthAboveTheLimitIsInvalid(int length) {
    long file = fileWith("0123", BOTH);
    Range start = new Range(client.memory().whole().address(), length);
    assertThat(client.run(client.read(file, start))).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.write(file, start))).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void theLongestLengthIsJudgedByTheArenaOnly() {
    long file = fileWith("0123", BOTH);
    Range start = new Range(client.memory().whole().address(), LENGTH_MAX);
    assertThat(client.run(client.read(file, start))).failedWith(SyscallError.INVALID_ADDRESS);
  }

  @Test
  void aSecondOperandIsRefused() {
    long file = fileWith("0123", BOTH);
    assertThat(client.run(client.read(file, room(4)).auxiliary1(1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.write(file, "x").auxiliary1(1L << 63)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void aReadOnlyFileRefusesWritesAndAWriteOnlyOneReads() {
    long readable = fileWith("0123", Rights.READ);
    long writable = client.opened(root, "file", Rights.WRITE);
    assertThat(client.run(client.write(readable, "x"))).missed(Rights.WRITE);
    assertThat(client.run(client.read(writable, room(4)))).missed(Rights.READ);
    assertThat(content("file")).isEqualTo("0123");
  }

  // ---- many at once ----------------------------------------------------------------------------

  @Test
  void readsAtRandomOffsetsReturnWhatIsThere() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] content = pattern(300_000, 11);
    long file = fileWith(content, Rights.READ);
    Range[] rooms = IntStream.range(0, ENTRIES).mapToObj(i -> room(9000)).toArray(Range[]::new);
    for (int round = 0; round < 40; round++) {
      Entry[] reads = new Entry[ENTRIES];
      int[] offsets = new int[ENTRIES];
      for (int i = 0; i < ENTRIES; i++) {
        offsets[i] = random.nextInt(content.length);
        reads[i] = client.read(file, rooms[i].first(1 + random.nextInt(9000))).at(offsets[i]);
      }
      client.submit(reads);
      for (int i = 0; i < ENTRIES; i++) {
        int moved = client.await(reads[i]).result();
        assertThat(client.memory().bytes(rooms[i].first(moved)))
            .as("seed %d", seed)
            .isNotEmpty()
            .isEqualTo(Arrays.copyOfRange(content, offsets[i], offsets[i] + moved));
      }
    }
  }

  @Test
  void writesAtManyOffsetsAtOnceAllArrive() throws IOException {
    long file = fileWith(new byte[0], Rights.WRITE);
    byte[] content = pattern(ENTRIES * 5000, 12);
    Range whole = client.memory().hold(content);
    Entry[] writes = new Entry[ENTRIES];
    for (int i = 0; i < ENTRIES; i++) {
      writes[i] = client.write(file, whole.from(i * 5000).first(5000)).at(i * 5000L);
    }
    assertThat(client.runAll(writes)).extracting(Completion::result).containsOnly(5000);
    assertThat(Files.readAllBytes(tree.resolve("file"))).isEqualTo(content);
  }

  @Test
  void aFileThatShrinksWhileItIsReadGivesShortReadsAndNoWrongByte() throws Exception {
    byte[] content = pattern(1 << 20, 13);
    long file = fileWith(content, Rights.READ);
    Path path = tree.resolve("file");
    CompletableFuture<Void> shrinking =
        CompletableFuture.runAsync(() -> shrink(path, content.length));
    Range[] rooms = IntStream.range(0, 4).mapToObj(i -> room(1 << 18)).toArray(Range[]::new);
    boolean over;
    do {
      over = shrinking.isDone();
      Entry[] reads = new Entry[4];
      for (int i = 0; i < 4; i++) {
        reads[i] = client.read(file, rooms[i]).at((long) i << 18);
      }
      client.submit(reads);
      for (int i = 0; i < 4; i++) {
        int moved = client.await(reads[i]).result();
        assertThat(moved).isNotNegative();
        assertThat(client.memory().bytes(rooms[i].first(moved)))
            .isEqualTo(Arrays.copyOfRange(content, i << 18, (i << 18) + moved));
      }
    } while (!over);
    shrinking.get();
  }

  /** By whole pages: what is left of a page that is cut may show its zeros early. */
  private static void shrink(Path path, int from) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      for (int size = from; size > 0; size -= 4 * 4096) {
        channel.truncate(size);
        Thread.yield();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void asynchronyChangesNothingButTiming() {
    long file = fileWith("0123456789", BOTH);
    Range room = room(10);
    Entry write = client.write(file, "abc").at(2).with(SubmissionFlags.ASYNC).link();
    Entry read = client.read(file, room).with(SubmissionFlags.ASYNC);
    client.submit(write, read);
    assertThat(client.await(write)).succeededWith(3);
    assertThat(client.await(read)).succeededWith(10);
    assertThat(text(room, 10)).isEqualTo("01abc56789");
    Entry refused = client.write(file, "x").at(-2).with(SubmissionFlags.ASYNC);
    assertThat(client.run(refused)).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void theSlotsOfEntriesThatWereTakenMayBeOverwritten() {
    long file = fileWith("0123456789", Rights.READ);
    Entry[] batch = new Entry[ENTRIES];
    Range[] rooms = new Range[ENTRIES];
    for (int i = 0; i < ENTRIES; i++) {
      rooms[i] = room(8);
      // half of them wait, so that the slots are overwritten before they begin
      batch[i] =
          i % 2 == 0 ? client.read(file, rooms[i]).at(i % 10) : client.read(source, rooms[i]);
    }
    client.submit(batch);
    long array =
        client.base()
            - client.segment().address()
            + RingHeader.entriesOffset(client.segment(), client.submissionHeader());
    client.segment().asSlice(array, ENTRIES * (long) SubmissionEntry.SIZE).fill((byte) 0xff);
    Client other = client.another(2, ringFlags());
    assertThat(other.run(other.write(sink, "12345678".repeat(ENTRIES / 2))))
        .succeededWith(ENTRIES * 4);
    for (int i = 0; i < ENTRIES; i++) {
      Completion done = client.await(batch[i]);
      assertThat(done).succeededWith(i % 2 == 1 ? 8 : Math.min(8, 10 - i % 10));
      String expected = i % 2 == 1 ? "12345678" : "0123456789".substring(i % 10);
      assertThat(text(rooms[i], done.result())).isEqualTo(expected.substring(0, done.result()));
    }
  }

  // ---- durability ------------------------------------------------------------------------------

  @Test
  void aDrainedFsyncCompletesAfterTheWritesBeforeIt() {
    long file = fileWith("", BOTH);
    Entry[] batch = new Entry[9];
    for (int i = 0; i < 8; i++) {
      batch[i] = client.write(file, "12345678").at(i * 8L);
    }
    batch[8] = client.fsync(file).drain();
    assertThat(client.runAll(batch).get(8)).isOf(batch[8]).succeededWith(0);
    assertThat(client.run(client.fsync(file).auxiliary1(FsyncFlags.DATA_ONLY))).succeededWith(0);
    assertThat(client.run(client.fsync(file).auxiliary1(2)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.fsync(client.opened(root, "file", Rights.READ))))
        .missed(Rights.WRITE);
    assertThat(client.run(client.fsync(root))).succeededWith(0);
  }
}
