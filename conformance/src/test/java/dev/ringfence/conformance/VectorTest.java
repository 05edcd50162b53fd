// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.Vector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** READ_VECTOR and WRITE_VECTOR. */
class VectorTest extends Conformance {

  private static final long ALL = Rights.READ | Rights.WRITE | Rights.SEEK;

  @Test
  void rangesAreFilledInTheirOrder() {
    long file = fileWith("0123456789", ALL);
    Range second = room(3);
    Range first = room(4);
    assertThat(client.run(client.readVector(file, first, second).at(1))).succeededWith(7).isPlain();
    assertThat(text(first, 4) + "," + text(second, 3)).isEqualTo("1234,567");
  }

  @Test
  void rangesAreWrittenInTheirOrder() {
    long file = fileWith("0123456789", ALL);
    Range one = client.memory().hold("ab");
    Range two = client.memory().hold("cde");
    assertThat(client.run(client.writeVector(file, two, one, two).at(8))).succeededWith(8);
    assertThat(content("file")).isEqualTo("01234567cdeabcde");
  }

  @Test
  void emptyRangesAreSkippedWhereverTheyPoint() {
    long file = fileWith("0123456789", ALL);
    Range into = room(2);
    Range nowhere = new Range(1, 0);
    assertThat(client.run(client.readVector(file, nowhere, into, nowhere, nowhere)))
        .succeededWith(2);
    assertThat(text(into, 2)).isEqualTo("01");
    assertThat(client.run(client.readVector(file, nowhere, nowhere))).succeededWith(0);
  }

  @Test
  void theEndOfTheFileEndsIt() {
    long file = fileWith("01234", ALL);
    Range first = room(4);
    Range second = room(4);
    Range third = room(4);
    assertThat(client.run(client.readVector(file, first, second, third))).succeededWith(5);
    assertThat(text(second, 1)).isEqualTo("4");
    assertThat(client.run(client.readVector(file, first, second).at(5))).succeededWith(0);
  }

  @Test
  void doingLessThanAskedBreaksALink() {
    long file = fileWith("01234", ALL);
    Entry read = client.readVector(file, room(4), room(4)).link();
    Entry next = client.nop();
    client.push(read, next);
    assertThat(client.await(read)).succeededWith(5);
    assertThat(client.await(next)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void theCurrentPositionMovesByAllOfIt() {
    long file = fileWith("0123456789", ALL);
    client.run(client.readVector(file, room(2), room(3)).atPosition());
    Range rest = room(9);
    assertThat(client.run(client.read(file, rest).atPosition())).succeededWith(5);
    assertThat(text(rest, 5)).isEqualTo("56789");
  }

  @Test
  void theListMayHold1024RangesAndNoMore() {
    file("file", "x".repeat(Vector.COUNT_MAX));
    long file = client.opened(root, "file", ALL);
    Range into = room(Vector.COUNT_MAX);
    Range list = room((Vector.COUNT_MAX + 1) * Vector.SIZE);
    for (int i = 0; i <= Vector.COUNT_MAX; i++) {
      client.setVector(list, i, into.address() + i, 1);
    }
    Entry most = Entry.of(OpCode.READ_VECTOR).capability(file).addr(list.address());
    assertThat(client.run(most.len(Vector.COUNT_MAX))).succeededWith(Vector.COUNT_MAX);
    assertThat(text(into, Vector.COUNT_MAX)).isEqualTo("x".repeat(Vector.COUNT_MAX));
    Entry more = Entry.of(OpCode.READ_VECTOR).capability(file).addr(list.address());
    assertThat(client.run(more.len(Vector.COUNT_MAX + 1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void aListHasAtLeastOneRange(int count) {
    long file = fileWith("0", ALL);
    Entry entry = client.readVector(file, room(1)).len(count);
    assertThat(client.run(entry)).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void theListMustBeAlignedAndInTheArena() {
    long file = fileWith("0", ALL);
    Range list = room(32);
    Entry entry = Entry.of(OpCode.READ_VECTOR).capability(file).len(1);
    assertThat(client.run(entry.addr(list.address() + 4))).failedWith(SyscallError.NOT_ALIGNED);
    entry = Entry.of(OpCode.READ_VECTOR).capability(file).len(2);
    assertThat(client.run(entry.addr(client.memory().end() - Vector.SIZE)))
        .failedWith(SyscallError.INVALID_ADDRESS);
  }

  @Test
  void everyRangeMustBeInTheArenaBeforeAnyIsTouched() {
    long file = fileWith("0123456789", ALL);
    Range good = room(2);
    client.memory().fill(good, '-');
    Range bad = new Range(client.memory().end() - 1, 2);
    assertThat(client.run(client.readVector(file, good, bad)))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(text(good, 2)).isEqualTo("--");
  }

  @Test
  void allTogetherTheyAreBounded() {
    long file = fileWith("0123456789", ALL);
    Range list = room(2 * Vector.SIZE);
    Range into = room(8);
    client.setVector(list, 0, into.address(), 8);
    Entry entry = Entry.of(OpCode.READ_VECTOR).capability(file).addr(list.address()).len(2);
    for (long length : new long[] {0x7fff_f000L - 7, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      client.setVector(list, 1, into.address(), length);
      assertThat(client.run(entry)).failedWith(SyscallError.INVALID_ARGUMENT);
    }
  }

  @Test
  void theListIsCopiedWhenTheOperationBegins() {
    Range list = room(Vector.SIZE);
    Range into = room(4);
    client.setVector(list, 0, into.address(), 4);
    Entry read = Entry.of(OpCode.READ_VECTOR).capability(source).addr(list.address()).len(1);
    client.submit(read);
    // what comes after it has begun, so it has as well
    client.run(client.nop());
    client.setVector(list, 0, 1, Long.MAX_VALUE);
    client.run(client.write(sink, "late"));
    assertThat(client.await(read)).succeededWith(4);
    assertThat(text(into, 4)).isEqualTo("late");
  }

  @Test
  void aPipeIsWrittenAsAWholeAndReadAsFarAsIsCertain() {
    Range one = client.memory().hold("ab");
    Range two = client.memory().hold("cd");
    assertThat(client.run(client.writeVector(sink, one, two))).succeededWith(4);
    Range first = room(2);
    Completion read = client.run(client.readVector(source, first, room(2)));
    assertThat(read.result()).isBetween(2, 4);
    assertThat(text(first, 2)).isEqualTo("ab");
    assertThat(client.run(client.readVector(source, first).at(1)))
        .failedWith(SyscallError.INVALID_SEEK);
  }

  @Test
  void theRightsAreThoseOfReadAndWrite() {
    long readable = fileWith("0", Rights.READ);
    Range byteRange = room(1);
    assertThat(client.run(client.writeVector(readable, byteRange))).missed(Rights.WRITE);
    assertThat(client.run(client.readVector(readable, byteRange).atPosition())).missed(Rights.SEEK);
    long writable = client.opened(root, "file", Rights.WRITE);
    assertThat(client.run(client.readVector(writable, byteRange))).missed(Rights.READ);
    assertThat(client.run(client.readVector(root, byteRange)))
        .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
  }

  @Test
  void memoryOfAnyRangeStaysMappedUntilItIsOver() {
    Range mapped = new Range(client.run(client.map(4096)).value(), 4096);
    Entry read = client.readVector(source, room(2), mapped.first(2));
    client.submit(read);
    Entry unmap = client.unmap(mapped);
    client.submit(unmap);
    client.run(client.nop());
    assertThat(client.reap()).as("the read may still write there").isEmpty();
    client.run(client.write(sink, "ab"));
    assertThat(client.await(read)).succeededWith(2);
    assertThat(client.await(unmap)).succeededWith(0);
  }
}
