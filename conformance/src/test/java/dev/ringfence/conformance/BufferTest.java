// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Quotas;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** REGISTER_BUFFER, UNREGISTER_BUFFER, FIXED_BUFFER. */
class BufferTest extends Conformance {

  private static final int QUOTA = 64 << 10;
  private static final int GUARD = 64;

  @Override
  Quotas quotas() {
    return QUOTAS.withRegisteredBytesMax(QUOTA);
  }

  private long registered(Range range, int index) {
    Completion done = client.run(client.register(range, index));
    assertThat(done).succeededWith(index);
    return done.capability();
  }

  private Entry fixedRead(long capability, int index, long offset, int length) {
    return client.read(capability, new Range(0, 0)).fixed(index, offset, length);
  }

  private Entry fixedWrite(long capability, int index, long offset, int length) {
    return client.write(capability, new Range(0, 0)).fixed(index, offset, length);
  }

  // ---- registering -----------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 17, 1023})
  void aBufferIsRegisteredUnderTheIndexThatWasAskedFor(int index) {
    Completion done = client.run(client.register(room(100), index));
    assertThat(done).succeededWith(index);
    assertThat(done.flags()).isEqualTo(CompletionFlags.CAPABILITY);
    assertThat(client.run(client.unregister(index))).succeededWith(0).isPlain();
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 1025, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE, -2})
  void anIndexAbove1023IsInvalid(int index) {
    long file = fileWith("0123", Rights.READ);
    assertThat(client.run(client.register(room(100), index)))
        .failedWith(SyscallError.INVALID_BUFFER_INDEX);
    assertThat(client.run(client.unregister(index))).failedWith(SyscallError.INVALID_BUFFER_INDEX);
    assertThat(client.run(fixedRead(file, index, 0, 1)))
        .failedWith(SyscallError.INVALID_BUFFER_INDEX);
  }

  @Test
  void theKernelChoosesAFreeIndex() {
    registered(room(16), 0);
    registered(room(16), 2);
    assertThat(client.run(client.register(room(16)))).succeededWith(1);
    assertThat(client.run(client.register(room(16)))).succeededWith(3);
    assertThat(client.run(client.unregister(-1))).failedWith(SyscallError.INVALID_BUFFER_INDEX);
  }

  @Test
  void everyIndexCanBeUsedAndNoMore() {
    for (int i = 0; i < 1024; i++) {
      assertThat(client.run(client.register(client.memory().whole().first(8)))).succeededWith(i);
    }
    assertThat(client.run(client.register(room(8)))).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(client.run(client.unregister(500))).succeededWith(0);
    assertThat(client.run(client.register(room(8)))).succeededWith(500);
  }

  @Test
  void aTakenIndexAlreadyExists() {
    registered(room(16), 5);
    assertThat(client.run(client.register(room(16), 5))).failedWith(SyscallError.ALREADY_EXISTS);
    assertThat(client.run(client.unregister(5))).succeededWith(0);
    registered(room(16), 5);
  }

  @Test
  void nothingIsRegisteredOutsideTheArenaOrWithoutLength() {
    Range end = new Range(client.memory().end() - 8, 9);
    assertThat(client.run(client.register(end, 0))).failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.register(new Range(client.base(), 8), 0)))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.register(room(8).first(0), 0)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.unregister(0))).failedWith(SyscallError.BUFFER_NOT_REGISTERED);
  }

  @Test
  void theBytesThatMayBeRegisteredAreBoundedAndGivenBack() {
    Range whole = room(QUOTA + 1);
    assertThat(client.run(client.register(whole, 0))).failedWith(SyscallError.QUOTA_EXCEEDED);
    registered(whole.first(QUOTA), 0);
    assertThat(client.run(client.register(room(1), 1))).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(client.run(client.unregister(0))).succeededWith(0);
    long capability = registered(whole.first(QUOTA), 0);
    assertThat(client.revoke(capability)).isZero();
    capability = registered(whole.first(QUOTA), 0);
    assertThat(client.run(client.close(capability))).succeededWith(0);
    registered(whole.first(QUOTA), 0);
  }

  @Test
  void aBufferBelongsToTheRingThatRegisteredIt() {
    registered(room(16), 3);
    Client other = client.another(4, ringFlags());
    long file = fileWith("0123", Rights.READ);
    assertThat(other.run(fixedRead(file, 3, 0, 1))).failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(other.run(other.unregister(3))).failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(other.run(other.register(room(16), 3))).succeededWith(3);
  }

  // ---- using -----------------------------------------------------------------------------------

  @Test
  void transfersAtOddPlacesMoveExactlyTheirBytes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] content = new byte[8000];
    new Random(1).nextBytes(content);
    file("file", content);
    long file = client.opened(root, "file", Rights.READ | Rights.WRITE);
    Range guarded = room(GUARD + 4099 + GUARD);
    Range buffer = guarded.from(GUARD).first(4099);
    registered(buffer, 7);
    for (int i = 0; i < 60; i++) {
      int at = random.nextInt(4098);
      int length = 1 + random.nextInt(4099 - at);
      int offset = random.nextInt(8000 - 4099);
      client.memory().fill(guarded, '#');
      assertThat(client.run(fixedRead(file, 7, at, length).at(offset))).succeededWith(length);
      byte[] expected = new byte[guarded.length()];
      java.util.Arrays.fill(expected, (byte) '#');
      System.arraycopy(content, offset, expected, GUARD + at, length);
      assertThat(client.memory().bytes(guarded)).as("seed %d", seed).isEqualTo(expected);
      assertThat(client.run(fixedWrite(file, 7, at, length).at(offset))).succeededWith(length);
    }
    assertThat(tree.resolve("file")).hasBinaryContent(content);
  }

  @Test
  void aTransferStaysWithinItsBuffer() {
    long file = fileWith("0123456789", Rights.READ | Rights.WRITE);
    Range buffer = room(16);
    registered(buffer, 0);
    assertThat(client.run(fixedRead(file, 0, 15, 1))).succeededWith(1);
    assertThat(client.run(fixedRead(file, 0, 16, 0))).succeededWith(0);
    long[] offsets = {16, 17, 4096, -1, Long.MIN_VALUE, Long.MAX_VALUE, buffer.address()};
    for (long offset : offsets) {
      assertThat(client.run(fixedRead(file, 0, offset, 1)))
          .failedWith(SyscallError.INVALID_ADDRESS);
      assertThat(client.run(fixedWrite(file, 0, offset, 1)))
          .failedWith(SyscallError.INVALID_ADDRESS);
    }
    assertThat(client.run(fixedRead(file, 0, 0, 17))).failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(fixedRead(file, 0, 8, 9))).failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(fixedRead(file, 0, 0, 0x7fff_f000)))
        .failedWith(SyscallError.INVALID_ADDRESS);
  }

  @Test
  void pipesUseBuffersToo() {
    Range buffer = room(16);
    registered(buffer, 0);
    client.run(client.write(sink, "piped"));
    assertThat(client.run(fixedRead(source, 0, 3, 10))).succeededWith(5);
    assertThat(text(buffer.from(3), 5)).isEqualTo("piped");
  }

  @Test
  void otherOperationsTakeNoRegisteredBuffer() {
    registered(room(64), 0);
    Entry[] others = {
      client.nop(),
      client.open(root, "x", Rights.READ),
      client.stat(root, statusRoom()),
      client.fsync(root),
      client.poll(source, 1),
      client.list(root, room(512), 0),
      client.query(root, client.queryRoom()),
      client.timeout(java.time.Duration.ZERO),
      client.register(room(8), 1),
      client.unregister(0),
    };
    for (Entry each : others) {
      assertThat(client.run(each.with(SubmissionFlags.FIXED_BUFFER)))
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
    assertThat(client.run(client.read(source, room(4)).with(SubmissionFlags.BUFFER_SELECT)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  private Range statusRoom() {
    return client.statusRoom();
  }

  // ---- ending ----------------------------------------------------------------------------------

  @Test
  void aBufferEndsWithItsCapability() {
    long file = fileWith("0123", Rights.READ);
    long closed = registered(room(16), 0);
    assertThat(client.run(client.close(closed))).succeededWith(0);
    assertThat(client.run(fixedRead(file, 0, 0, 1))).failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    long revoked = registered(room(16), 0);
    assertThat(client.revoke(revoked)).isZero();
    assertThat(client.run(fixedRead(file, 0, 0, 1))).failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    registered(room(16), 0);
  }

  @Test
  void aBufferEndsWithItsCapabilityThoughADuplicateLives() {
    long file = fileWith("0123", Rights.READ);
    long first = registered(room(16), 0);
    long copy = client.duplicate(first, Rights.READ);
    assertThat(client.run(client.close(first))).succeededWith(0);
    assertThat(client.run(fixedRead(file, 0, 0, 1))).failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    registered(room(16), 0);
    assertThat(client.run(client.close(copy))).succeededWith(0);
    assertThat(client.run(fixedRead(file, 0, 0, 1))).succeededWith(1);
  }

  @Test
  void unregisteringEndsTheCapabilityAndItsDuplicates() {
    long capability = registered(room(16), 0);
    long copy = client.duplicate(capability, Rights.READ);
    assertThat(client.run(client.unregister(0))).succeededWith(0);
    assertThat(client.dup(capability, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
    assertThat(client.dup(copy, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
    assertThat(client.run(client.unregister(0))).failedWith(SyscallError.BUFFER_NOT_REGISTERED);
  }

  @Test
  void unregisteringWaitsForTheLastUser() {
    Range buffer = room(16);
    registered(buffer, 0);
    Entry read = fixedRead(source, 0, 0, 16);
    client.submit(read);
    Entry unregister = client.unregister(0);
    client.submit(unregister);
    assertThat(client.run(fixedRead(source, 0, 0, 16)))
        .failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(client.pending()).isZero();
    client.run(client.write(sink, "late"));
    assertThat(client.await(read)).succeededWith(4);
    assertThat(client.await(unregister)).succeededWith(0);
    assertThat(text(buffer, 4)).isEqualTo("late");
  }

  @Test
  void aRevokeOfSomethingElseLeavesAUserOfAnUnregisteredBufferAlone() {
    registered(room(16), 0);
    Entry read = fixedRead(source, 0, 0, 16);
    client.submit(read);
    Entry unregister = client.unregister(0);
    client.submit(unregister);
    assertThat(client.revoke(client.duplicate(root, Rights.STAT))).isZero();
    client.run(client.write(sink, "fine"));
    assertThat(client.await(read)).succeededWith(4);
    assertThat(client.await(unregister)).succeededWith(0);
  }

  @Test
  void closingTheCapabilityLetsItsUsersFinish() {
    Range buffer = room(16);
    long capability = registered(buffer, 0);
    Entry read = fixedRead(source, 0, 0, 16);
    client.submit(read);
    assertThat(client.run(client.close(capability))).succeededWith(0);
    client.run(client.write(sink, "late"));
    assertThat(client.await(read)).succeededWith(4);
    assertThat(text(buffer, 4)).isEqualTo("late");
  }

  @Test
  void revokingTheCapabilityCancelsItsUsers() {
    long capability = registered(room(16), 0);
    Entry read = fixedRead(source, 0, 0, 16);
    client.begin(read);
    assertThat(client.revoke(capability)).isZero();
    assertThat(client.await(read)).failedWith(SyscallError.CAPABILITY_REVOKED);
    Range room = room(4);
    client.run(client.write(sink, "kept"));
    assertThat(client.run(client.read(source, room))).succeededWith(4);
  }
}
