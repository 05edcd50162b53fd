// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** POLL: which events come, and that none is missed. */
class PollTest extends Conformance {

  private static final int IN = PollEvents.IN;
  private static final int OUT = PollEvents.OUT;
  private static final int ERR = PollEvents.ERR;
  private static final int HUP = PollEvents.HUP;

  @Test
  void aSourceIsReadyWhenThereAreBytesAndPollingTakesNone() {
    Entry poll = client.poll(source, IN);
    client.submit(poll);
    assertThat(client.pending()).isZero();
    client.run(client.write(sink, "abc"));
    assertThat(client.await(poll)).succeededWith(IN).isPlain();
    assertThat(client.run(client.poll(source, IN))).succeededWith(IN);
    Range room = room(8);
    assertThat(client.run(client.read(source, room))).succeededWith(3);
    assertThat(text(room, 3)).isEqualTo("abc");
  }

  @Test
  void aSinkIsReadyWhenThereIsRoom() {
    assertThat(client.run(client.poll(sink, OUT))).succeededWith(OUT);
    assertThat(client.run(client.write(sink, room(1 << 20)))).succeeded();
    Entry poll = client.poll(sink, OUT);
    client.submit(poll);
    assertThat(client.pending()).isZero();
    assertThat(client.run(client.read(source, room(65536)))).succeeded();
    assertThat(client.await(poll)).succeededWith(OUT);
  }

  @Test
  void aSourceWhoseWriterIsGoneHangsUp() {
    Entry poll = client.poll(source, IN);
    client.submit(poll);
    client.run(client.close(sink));
    assertThat(client.await(poll)).succeededWith(HUP);
    assertThat(client.run(client.poll(source, IN))).succeededWith(HUP);
    assertThat(client.run(client.poll(source, HUP))).succeededWith(HUP);
  }

  @Test
  void bytesThatAWriterLeftAreReadyBesideTheHangup() {
    client.run(client.write(sink, "left"));
    client.run(client.close(sink));
    assertThat(client.run(client.poll(source, IN))).succeededWith(IN | HUP);
  }

  @Test
  void aSinkWhoseReaderIsGoneHasFailed() {
    client.run(client.close(source));
    assertThat(client.run(client.poll(sink, OUT))).succeededWith(OUT | ERR);
    assertThat(client.run(client.poll(sink, ERR))).succeededWith(ERR);
    assertThat(client.run(client.poll(sink, HUP))).succeededWith(ERR);
  }

  @Test
  void aPollOfAFullSinkHearsOfItsReadersEnd() {
    assertThat(client.run(client.write(sink, room(1 << 20)))).succeeded();
    Entry poll = client.poll(sink, OUT);
    Entry error = client.poll(sink, ERR);
    client.submit(poll, error);
    client.run(client.close(source));
    assertThat(client.await(poll).result() & ERR).isEqualTo(ERR);
    assertThat(client.await(error)).succeededWith(ERR);
  }

  @Test
  void aFileIsAlwaysReady() {
    long file = fileWith("", Rights.READ | Rights.WRITE);
    assertThat(client.run(client.poll(file, IN))).succeededWith(IN);
    assertThat(client.run(client.poll(file, OUT))).succeededWith(OUT);
    assertThat(client.run(client.poll(file, IN | OUT))).succeededWith(IN | OUT);
  }

  @Test
  void whatIsPolledForNeedsItsRight() {
    long readable = client.duplicate(source, Rights.READ);
    long writable = client.duplicate(sink, Rights.WRITE);
    long mute = client.duplicate(source, 0);
    assertThat(client.run(client.poll(readable, OUT))).missed(Rights.WRITE);
    assertThat(client.run(client.poll(writable, IN))).missed(Rights.READ);
    assertThat(client.run(client.poll(mute, IN | OUT))).missed(Rights.READ | Rights.WRITE);
    Entry hangup = client.poll(mute, HUP);
    client.submit(hangup);
    client.run(client.close(sink));
    client.run(client.close(writable));
    assertThat(client.await(hangup)).succeededWith(HUP);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 0x20, IN | 0x40, -1, Integer.MIN_VALUE})
  void otherMasksAreInvalid(int mask) {
    assertThat(client.run(client.poll(source, mask))).failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void onlyFilesAndPipesArePolled() {
    assertThat(client.run(client.poll(root, IN))).failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
    assertThat(client.run(client.poll(12_345, IN))).failedWith(SyscallError.INVALID_HANDLE);
  }

  @Test
  void noEventIsLostBetweenArmingAndWaiting() {
    Client writer = client.another(4, ringFlags());
    Range byteOf = client.memory().hold("x");
    Range room = room(1);
    for (int i = 0; i < 500; i++) {
      Entry poll = client.poll(source, IN);
      client.push(poll);
      writer.run(writer.write(sink, byteOf));
      assertThat(client.await(poll)).succeededWith(IN);
      assertThat(client.run(client.read(source, room))).succeededWith(1);
    }
  }

  @Test
  void thousandsOfPollsEachHearOfOneByte() {
    int many = 2048;
    Client wide = client.another(many, ringFlags());
    Entry[] polls = new Entry[many];
    for (int i = 0; i < many; i++) {
      polls[i] = wide.poll(source, IN).tag(i);
    }
    wide.submit(polls);
    client.run(client.write(sink, "!"));
    boolean[] seen = new boolean[many];
    for (Completion each : wide.collect(many)) {
      assertThat(each).succeededWith(IN);
      assertThat(seen[(int) each.userData()]).isFalse();
      seen[(int) each.userData()] = true;
    }
  }

  @Test
  void aCancelledPollLeavesTheBytesToOthers() {
    Entry poll = client.poll(source, IN).tag(1);
    client.submit(poll);
    assertThat(client.run(client.cancel(1).tag(2))).succeededWith(0);
    assertThat(client.await(poll)).failedWith(SyscallError.OPERATION_CANCELLED);
    client.run(client.write(sink, "abc"));
    assertThat(client.run(client.read(source, room(8)))).succeededWith(3);
  }
}
