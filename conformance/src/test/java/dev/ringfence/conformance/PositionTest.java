// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SyscallError;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The current position of a file: offset all ones. */
class PositionTest extends Conformance {

  private static final long READS = Rights.READ | Rights.SEEK;
  private static final long BOTH = READS | Rights.WRITE | Rights.DUP;

  private String next(long file, int length) {
    Range room = room(length);
    Completion done = client.run(client.read(file, room).atPosition());
    assertThat(done).succeeded();
    return text(room, done.result());
  }

  @Test
  void eachReadGoesOnWhereTheLastOneEnded() {
    long file = fileWith("0123456789", READS);
    assertThat(next(file, 4)).isEqualTo("0123");
    assertThat(next(file, 1)).isEqualTo("4");
    assertThat(next(file, 100)).isEqualTo("56789");
    assertThat(next(file, 100)).isEmpty();
  }

  @Test
  void readsAndWritesShareThePosition() {
    long file = fileWith("0123456789", BOTH);
    assertThat(next(file, 3)).isEqualTo("012");
    assertThat(client.run(client.write(file, "abc").atPosition())).succeededWith(3);
    assertThat(next(file, 2)).isEqualTo("67");
    assertThat(client.run(client.write(file, "long").atPosition())).succeededWith(4);
    assertThat(content("file")).isEqualTo("012abc67long");
  }

  @Test
  void anOffsetOfItsOwnLeavesThePositionAlone() {
    long file = fileWith("0123456789", READS);
    next(file, 2);
    Range room = room(3);
    assertThat(client.run(client.read(file, room).at(7))).succeededWith(3);
    assertThat(next(file, 2)).isEqualTo("23");
  }

  @Test
  void thePositionNeedsTheRightToSeek() {
    long file = fileWith("0123456789", Rights.READ | Rights.WRITE);
    assertThat(client.run(client.read(file, room(1)).atPosition())).missed(Rights.SEEK);
    assertThat(client.run(client.write(file, "x").atPosition())).missed(Rights.SEEK);
    long onlySeeks = client.opened(root, "file", Rights.SEEK);
    assertThat(client.run(client.read(onlySeeks, room(1)).atPosition())).missed(Rights.READ);
  }

  @Test
  void severalInFlightRunInTheOrderInWhichTheyStart() {
    long file = fileWith("", BOTH);
    Entry[] writes = new Entry[ENTRIES];
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < ENTRIES; i++) {
      String text = Character.toString('a' + i).repeat(1 + i * 700);
      expected.append(text);
      writes[i] = client.write(file, text).atPosition();
    }
    for (Completion each : client.runAll(writes)) {
      assertThat(each).succeeded();
    }
    assertThat(content("file")).isEqualTo(expected.toString());
  }

  @Test
  void severalReadsInFlightGetConsecutiveBytes() {
    long file = fileWith("0123456789abcdefghijklmnopqrstuvwxyz", READS);
    Entry[] reads = new Entry[12];
    Range[] rooms = new Range[12];
    for (int i = 0; i < 12; i++) {
      rooms[i] = room(3);
      reads[i] = client.read(file, rooms[i]).atPosition();
    }
    client.runAll(reads);
    StringBuilder all = new StringBuilder();
    for (Range each : rooms) {
      all.append(text(each, 3));
    }
    assertThat(all.toString()).isEqualTo("0123456789abcdefghijklmnopqrstuvwxyz");
  }

  @Test
  void duplicatesShareOnePosition() {
    long file = fileWith("0123456789", BOTH);
    long copy = client.duplicate(file, READS);
    assertThat(next(file, 3)).isEqualTo("012");
    assertThat(next(copy, 3)).isEqualTo("345");
    client.run(client.close(file));
    assertThat(next(copy, 3)).isEqualTo("678");
  }

  @Test
  void eachOpenHasAPositionOfItsOwn() {
    long file = fileWith("0123456789", READS);
    long other = client.opened(root, "file", READS);
    next(file, 5);
    assertThat(next(other, 2)).isEqualTo("01");
  }

  @Test
  void whatFailsDoesNotMoveThePosition() {
    long file = fileWith("0123456789", READS);
    next(file, 2);
    assertThat(client.run(client.read(file, new Range(client.memory().end(), 4)).atPosition()))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.read(file, room(4).first(0)).atPosition())).succeededWith(0);
    assertThat(next(file, 2)).isEqualTo("23");
  }

  @Test
  void aWriteAtAPositionBehindTheEndLeavesAHole() {
    long file = fileWith("0123456789", BOTH | Rights.TRUNCATE);
    next(file, 10);
    assertThat(client.run(client.truncate(file, 2))).succeededWith(0);
    assertThat(client.run(client.write(file, "z").atPosition())).succeededWith(1);
    assertThat(content("file")).isEqualTo("01\0\0\0\0\0\0\0\0z");
  }

  @Test
  void aChainAtThePositionGoesOnFromMemberToMember() {
    long file = fileWith("0123456789", READS);
    Range first = room(2);
    Range second = room(2);
    client.runAll(
        client.read(file, first).atPosition().link(), client.read(file, second).atPosition());
    assertThat(text(first, 2) + text(second, 2)).isEqualTo("0123");
  }

  @Test
  void cancellingThoseThatWaitForTheirTurnLeavesTheTurnToOthers() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    long file = fileWith("0123456789", READS);
    Client other = client.another(ENTRIES, ringFlags());
    Range here = room(8);
    Range there = room(8);
    CompletableFuture<Void> competing =
        CompletableFuture.runAsync(() -> {
          for (int i = 0; i < 400; i++) {
            other.runAll(
                other.read(file, there).atPosition(), other.read(file, there).atPosition());
          }
        });
    for (int i = 0; i < 400; i++) {
      Entry read = client.read(file, here).atPosition();
      client.submit(read);
      if (random.nextBoolean()) {
        Thread.onSpinWait();
      }
      Entry cancel = client.cancel(read.tag());
      client.submit(cancel);
      client.await(cancel);
      int result = client.await(read).result();
      assertThat(result == SyscallError.OPERATION_CANCELLED.result() || result >= 0)
          .as("seed %d, result %d", seed, result)
          .isTrue();
    }
    competing.get();
    assertThat(client.run(client.read(file, here).atPosition())).succeeded();
  }

  @Test
  void thePositionIsTheWordOfAllOnes() {
    assertThat(SubmissionEntry.CURRENT_POSITION).isEqualTo(-1L);
  }
}
