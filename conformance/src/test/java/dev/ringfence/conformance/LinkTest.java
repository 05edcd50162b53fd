// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LINK and HARDLINK: chains. */
class LinkTest extends Conformance {

  private static final int FAILURE = SyscallError.IO_ERROR.result();

  private static void assertOrder(List<Completion> done, Entry... entries) {
    assertThat(done)
        .extracting(Completion::userData)
        .containsExactlyElementsOf(List.of(entries).stream().map(Entry::tag).toList());
  }

  @Test
  void aChainRunsInOrder() {
    long file = fileWith("----------", Rights.READ | Rights.WRITE);
    Range room = room(10);
    Entry write = client.write(file, "chained").link();
    Entry read = client.read(file, room).link();
    Entry last = client.nop(3);
    List<Completion> done = client.runAll(write, read, last);
    assertOrder(done, write, read, last);
    assertThat(done.get(0)).succeededWith(7);
    assertThat(done.get(1)).succeededWith(10);
    assertThat(done.get(2)).succeededWith(3);
    assertThat(text(room, 10)).isEqualTo("chained---");
  }

  @Test
  void aChainAsLongAsTheQueueRunsInOrder() {
    Entry[] chain =
        IntStream.range(0, ENTRIES)
            .mapToObj(i -> i == ENTRIES - 1 ? client.nop(i) : client.nop(i).link())
            .toArray(Entry[]::new);
    assertOrder(client.runAll(chain), chain);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aFailureCancelsWhatFollowsAndNothingBefore(int failing) {
    Entry[] chain = new Entry[5];
    for (int i = 0; i < chain.length; i++) {
      chain[i] = client.nop(i == failing ? FAILURE : i);
      if (i < chain.length - 1) {
        chain[i].link();
      }
    }
    List<Completion> done = client.runAll(chain);
    assertOrder(done, chain);
    for (int i = 0; i < chain.length; i++) {
      if (i < failing) {
        assertThat(done.get(i)).succeededWith(i);
      } else {
        assertThat(done.get(i))
            .failedWith(i == failing ? SyscallError.IO_ERROR : SyscallError.OPERATION_CANCELLED);
      }
    }
  }

  @Test
  void whatIsCancelledDoesNotHappen() {
    client.runAll(
        client.nop(FAILURE).link(), client.makeDirectory(root, "never").link(), client.nop());
    assertThat(tree.resolve("never")).doesNotExist();
  }

  @Test
  void aHardlinkSurvivesAFailure() {
    List<Completion> done =
        client.runAll(
            client.nop(FAILURE).hardlink(), client.nop(FAILURE).hardlink(), client.nop(5));
    assertThat(done.get(0)).failedWith(SyscallError.IO_ERROR);
    assertThat(done.get(1)).failedWith(SyscallError.IO_ERROR);
    assertThat(done.get(2)).succeededWith(5);
  }

  @Test
  void withBothFlagsHardlinkDecides() {
    List<Completion> done = client.runAll(client.nop(FAILURE).link().hardlink(), client.nop(5));
    assertThat(done.get(1)).succeededWith(5);
  }

  @Test
  void aLinkAfterAHardlinkBreaks() {
    List<Completion> done =
        client.runAll(client.nop(FAILURE).hardlink(), client.nop(FAILURE).link(), client.nop(5));
    assertThat(done.get(2)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void twoChainsAreIndependent() {
    Entry first = client.nop(FAILURE).link();
    Entry second = client.nop(1);
    Entry third = client.nop(2).link();
    Entry fourth = client.nop(3);
    client.submit(first, second, third, fourth);
    assertThat(client.await(first)).failedWith(SyscallError.IO_ERROR);
    assertThat(client.await(second)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(client.await(third)).succeededWith(2);
    assertThat(client.await(fourth)).succeededWith(3);
  }

  @Test
  void aChainThatWaitsDoesNotHoldUpOthers() {
    Entry read = client.read(source, room(1)).link();
    Entry after = client.nop(1);
    client.submit(read, after);
    assertThat(client.runAll(client.nop(2).link(), client.nop(3)))
        .extracting(Completion::result)
        .containsExactly(2, 3);
    client.run(client.write(sink, "x"));
    assertThat(client.await(read)).succeededWith(1);
    assertThat(client.await(after)).succeededWith(1);
  }

  @Test
  void aShortReadBreaksAChain() {
    long file = fileWith("0123456789", Rights.READ);
    List<Completion> done = client.runAll(client.read(file, room(11)).link(), client.nop(1));
    assertThat(done.get(0)).succeededWith(10);
    assertThat(done.get(1)).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void aFullReadDoesNotBreakAChain() {
    long file = fileWith("0123456789", Rights.READ);
    List<Completion> done = client.runAll(client.read(file, room(10)).link(), client.nop(1));
    assertThat(done.get(1)).succeededWith(1);
  }

  @Test
  void aShortReadDoesNotBreakAHardlink() {
    long file = fileWith("0123456789", Rights.READ);
    List<Completion> done = client.runAll(client.read(file, room(11)).hardlink(), client.nop(1));
    assertThat(done.get(1)).succeededWith(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aMalformedMemberFailsItselfAndCancelsAllOthers(int malformed) {
    Entry[] chain = new Entry[3];
    for (int i = 0; i < chain.length; i++) {
      chain[i] = client.nop(i).padding(i == malformed ? 1 : 0);
      if (i < chain.length - 1) {
        chain[i].hardlink();
      }
    }
    client.submit(chain);
    for (int i = 0; i < chain.length; i++) {
      assertThat(client.await(chain[i]))
          .failedWith(
              i == malformed ? SyscallError.INVALID_ARGUMENT : SyscallError.OPERATION_CANCELLED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void anUnknownOperationInAChainFailsItselfAndCancelsAllOthers(int unknown) {
    Entry[] chain = new Entry[3];
    for (int i = 0; i < chain.length; i++) {
      chain[i] = i == unknown ? Entry.ofCode(77) : client.nop(i);
      if (i < chain.length - 1) {
        chain[i].link();
      }
    }
    client.submit(chain);
    for (int i = 0; i < chain.length; i++) {
      assertThat(client.await(chain[i]))
          .failedWith(
              i == unknown ? SyscallError.INVALID_OP_CODE : SyscallError.OPERATION_CANCELLED);
    }
  }

  @Test
  void aLinkOnTheLastPublishedEntryLinksNothing() {
    assertThat(client.run(client.nop(FAILURE).link())).failedWith(SyscallError.IO_ERROR);
    assertThat(client.run(client.nop(4))).succeededWith(4);
  }

  @Test
  void aTimeoutThatFiresBreaksALinkButNotAHardlink() {
    Duration soon = Duration.ofMillis(2);
    List<Completion> linked = client.runAll(client.timeout(soon).link(), client.nop(1));
    assertThat(linked.get(0)).failedWith(SyscallError.TIMEOUT);
    assertThat(linked.get(1)).failedWith(SyscallError.OPERATION_CANCELLED);
    List<Completion> hard = client.runAll(client.timeout(soon).hardlink(), client.nop(1));
    assertThat(hard.get(0)).failedWith(SyscallError.TIMEOUT);
    assertThat(hard.get(1)).succeededWith(1);
  }

  @Test
  void aLinkedOpenSeesWhatTheRenameBeforeItMade() {
    file("old", "old");
    file("new", "new content");
    Entry rename = client.rename(root, "new", "old").link();
    Entry open = client.open(root, "old", Rights.READ);
    client.submit(rename, open);
    assertThat(client.await(rename)).succeededWith(0);
    Range room = room(32);
    assertThat(client.run(client.read(client.await(open).capability(), room))).succeededWith(11);
    assertThat(text(room, 11)).isEqualTo("new content");
  }

  @Test
  void aLinkedCloseComesAfterTheReadBeforeIt() {
    long file = fileWith("0123456789", Rights.READ);
    Range room = room(10);
    List<Completion> done =
        client.runAll(client.read(file, room).link(), client.close(file).link(), client.nop(1));
    assertThat(done.get(0)).succeededWith(10);
    assertThat(done.get(1)).succeededWith(0);
    assertThat(done.get(2)).succeededWith(1);
    assertThat(text(room, 10)).isEqualTo("0123456789");
  }

  @Test
  void aCapabilityClosedEarlierInTheChainIsGone() {
    long file = fileWith("0123456789", Rights.READ);
    List<Completion> done = client.runAll(client.close(file).link(), client.read(file, room(10)));
    assertThat(done.get(0)).succeededWith(0);
    assertThat(done.get(1)).failedWith(SyscallError.INVALID_HANDLE);
  }

  @Test
  void aDenialBreaksAChain() {
    long readable = fileWith("x", Rights.READ);
    List<Completion> done =
        client.runAll(
            client.write(readable, "y").link(),
            client.open(root, "made", OpenFlags.CREATE, Rights.WRITE));
    assertThat(done.get(0)).missed(Rights.WRITE);
    assertThat(done.get(1)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(tree.resolve("made")).doesNotExist();
  }

  @Test
  void aChainForWhichThereIsNoRoomYetRunsAsOneLater() {
    Client ring = client.another(4, ringFlags() | Client.completionOrder(2));
    ring.submit(ring.nop(1), ring.nop(2));
    Entry[] chain = {ring.nop(FAILURE).link(), ring.nop(4).link(), ring.nop(5).link(), ring.nop(6)};
    ring.push(chain);
    assertThat(ring.collect(2)).extracting(Completion::result).containsExactly(1, 2);
    List<Completion> done = ring.collect(4);
    assertOrder(done, chain);
    assertThat(done.get(0)).failedWith(SyscallError.IO_ERROR);
    assertThat(done.get(3)).failedWith(SyscallError.OPERATION_CANCELLED);
  }
}
