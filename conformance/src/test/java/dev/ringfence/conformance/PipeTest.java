// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** READ and WRITE of pipes: bytes in order, and waiting for the other end. */
class PipeTest extends Conformance {

  /** Fills the pipe, which takes a part of what it is offered; then a write that waits. */
  private Entry fill() {
    assertThat(client.run(client.write(sink, room(1 << 20)))).succeeded();
    Entry waiting = client.write(sink, room(4096));
    client.submit(waiting);
    return waiting;
  }

  @Test
  void whatIsWrittenIsRead() {
    Range room = room(64);
    assertThat(client.run(client.write(sink, "hello"))).succeededWith(5).isPlain();
    assertThat(client.run(client.read(source, room))).succeededWith(5).isPlain();
    assertThat(text(room, 5)).isEqualTo("hello");
  }

  @Test
  void aReadWaitsForTheFirstBytesAndTakesWhatIsThere() {
    Range room = room(64);
    Entry read = client.read(source, room);
    client.submit(read);
    assertThat(client.pending()).isZero();
    client.run(client.write(sink, "late"));
    assertThat(client.await(read)).succeededWith(4);
    assertThat(text(room, 4)).isEqualTo("late");
  }

  @Test
  void eachByteGoesToOneOfTheReadsThatWait() {
    List<Entry> reads = new ArrayList<>();
    List<Range> rooms = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      rooms.add(room(1));
      reads.add(client.read(source, rooms.get(i)));
    }
    client.submit(reads.toArray(Entry[]::new));
    client.run(client.write(sink, "abcdefgh"));
    for (int i = 0; i < 8; i++) {
      assertThat(client.await(reads.get(i))).succeededWith(1);
    }
    assertThat(rooms.stream().map(room -> text(room, 1)))
        .containsExactlyInAnyOrder("a", "b", "c", "d", "e", "f", "g", "h");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4096, Long.MAX_VALUE, Long.MIN_VALUE, -2})
  void aPipeHasNoOffsets(long offset) {
    assertThat(client.run(client.read(source, room(4)).at(offset)))
        .failedWith(SyscallError.INVALID_SEEK);
    assertThat(client.run(client.write(sink, "x").at(offset)))
        .failedWith(SyscallError.INVALID_SEEK);
  }

  @Test
  void allOnesIsNoOffsetAndNeedsNoRightToSeek() {
    Range room = room(4);
    assertThat(client.run(client.write(sink, "abc").atPosition())).succeededWith(3);
    assertThat(client.run(client.read(source, room).atPosition())).succeededWith(3);
    assertThat(text(room, 3)).isEqualTo("abc");
  }

  @Test
  void anEmptyTransferDoesNotWait() {
    assertThat(client.run(client.read(source, room(4).first(0)))).succeededWith(0);
    assertThat(client.run(client.write(sink, room(4).first(0)))).succeededWith(0);
  }

  @Test
  void aPipeWhoseWriterIsGoneIsReadToItsEnd() {
    Range room = room(16);
    client.run(client.write(sink, "left"));
    client.run(client.close(sink));
    assertThat(client.run(client.read(source, room))).succeededWith(4);
    assertThat(client.run(client.read(source, room))).succeededWith(0);
    assertThat(client.run(client.read(source, room))).succeededWith(0);
  }

  @Test
  void aReadThatWaitsHearsOfTheWritersEnd() {
    Entry read = pendingRead();
    assertThat(client.run(client.close(sink))).succeededWith(0);
    assertThat(client.await(read)).succeededWith(0);
  }

  @Test
  void theWriterIsGoneOnlyWithItsLastDuplicate() {
    long copy = client.duplicate(sink, Rights.WRITE);
    Entry read = pendingRead();
    client.run(client.close(sink));
    client.run(client.write(copy, "more"));
    assertThat(client.await(read)).succeededWith(4);
    Entry last = pendingRead();
    client.run(client.close(copy));
    assertThat(client.await(last)).succeededWith(0);
  }

  @Test
  void writingWithoutAReaderBreaks() {
    client.run(client.close(source));
    assertThat(client.run(client.write(sink, "x"))).failedWith(SyscallError.BROKEN_PIPE);
    assertThat(client.run(client.write(sink, "x"))).failedWith(SyscallError.BROKEN_PIPE);
  }

  @Test
  void aWriteToAFullPipeWaitsForRoom() {
    Entry waiting = fill();
    Range room = room(65536);
    assertThat(client.pending()).isZero();
    assertThat(client.run(client.read(source, room))).succeeded();
    assertThat(client.await(waiting)).succeededWith(4096);
  }

  @Test
  void aWriteThatWaitsBreaksWhenTheReaderGoes() {
    Entry waiting = fill();
    client.run(client.close(source));
    assertThat(client.await(waiting)).failedWith(SyscallError.BROKEN_PIPE);
  }

  @Test
  void eachEndGoesOneWay() {
    // both ends were granted with every right, so it is the pipe itself that refuses
    assertThat(client.run(client.write(source, "x"))).failedWith(SyscallError.PERMISSION_DENIED);
    assertThat(client.run(client.read(sink, room(4)))).failedWith(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void duplicatesWithFewerRightsAreHeldToThem() {
    long mute = client.duplicate(sink, Rights.DUP);
    long deaf = client.duplicate(source, Rights.DUP);
    assertThat(client.run(client.write(mute, "x"))).missed(Rights.WRITE);
    assertThat(client.run(client.read(deaf, room(1)))).missed(Rights.READ);
  }

  @Test
  void megabytesGoThroughAPipeUnchanged() throws Exception {
    byte[] content = new byte[3 << 19];
    new Random(5).nextBytes(content);
    Range whole = client.memory().hold(content);
    Range room = room(1 << 16);
    Client writer = client.another(4, ringFlags());
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(() -> {
          for (int sent = 0; sent < content.length; ) {
            Completion done = writer.run(writer.write(sink, whole.from(sent)));
            assertThat(done).succeeded();
            sent += done.result();
          }
        });
    for (int received = 0; received < content.length; ) {
      int moved = client.run(client.read(source, room)).result();
      assertThat(moved).isPositive();
      assertThat(client.memory().bytes(room.first(moved)))
          .isEqualTo(Arrays.copyOfRange(content, received, received + moved));
      received += moved;
    }
    writing.get();
  }
}
