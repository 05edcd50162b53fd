// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** CLOSE: one capability is given up; what it had begun and what came of it live on. */
class CloseTest extends Conformance {

  private void assertGone(long id) {
    assertThat(client.run(client.query(id, client.queryRoom())))
        .failedWith(SyscallError.INVALID_HANDLE);
    assertThat(client.run(client.close(id))).failedWith(SyscallError.INVALID_HANDLE);
    assertThat(client.revoke(id)).isEqualTo(SyscallError.INVALID_HANDLE.result());
  }

  @Test
  void whatWasClosedIsNoHandle() {
    long file = fileWith("x", Rights.READ);
    assertThat(client.run(client.close(file))).succeededWith(0).isPlain();
    assertGone(file);
  }

  @Test
  void closingNeedsNoRight() {
    assertThat(client.run(client.close(client.duplicate(root, 0)))).succeededWith(0);
  }

  @Test
  void unknownIdsAreNoHandles() {
    for (long id : new long[] {0, 1, -1, root + 1, Long.MIN_VALUE | root}) {
      assertThat(client.run(client.close(id))).failedWith(SyscallError.INVALID_HANDLE);
    }
  }

  @Test
  void theSlotIsFree() {
    long before = Inspection.slotsLeft(client);
    long copy = client.duplicate(root, 0);
    assertThat(Inspection.slotsLeft(client)).isEqualTo(before - 1);
    client.run(client.close(copy));
    assertThat(Inspection.slotsLeft(client)).isEqualTo(before);
  }

  @Test
  void operationsInFlightFinish() {
    long copy = client.duplicate(source, Rights.READ);
    Range room = room(8);
    Entry read = client.read(copy, room);
    client.submit(read);
    assertThat(client.run(client.close(copy))).succeededWith(0);
    assertGone(copy);
    assertThat(client.run(client.write(sink, "late"))).succeededWith(4);
    assertThat(client.await(read)).succeededWith(4);
    assertThat(text(room, 4)).isEqualTo("late");
  }

  @Test
  void theResourceLivesUntilItsLastOperationIsDone() {
    Range room = room(8);
    Entry read = client.read(source, room);
    client.submit(read);
    assertThat(client.run(client.close(source))).succeededWith(0);
    assertThat(client.run(client.write(sink, "late"))).succeededWith(4);
    assertThat(client.await(read)).succeededWith(4);
    // now nobody can read any more; the host may need a moment to say so
    eventually(
        "the pipe is broken",
        () -> client.run(client.write(sink, "x")).result() == SyscallError.BROKEN_PIPE.result());
  }

  @Test
  void childrenLiveOn() {
    long parent = client.duplicate(root, Rights.DIRECTORY_FULL);
    long child = client.duplicate(parent, Rights.DIRECTORY_FULL);
    file("file", "content");
    long file = client.opened(parent, "file", Rights.READ);
    assertThat(client.run(client.close(parent))).succeededWith(0);
    assertThat(client.run(client.makeDirectory(child, "made"))).succeededWith(0);
    assertThat(client.run(client.read(file, room(16)))).succeededWith(7);
  }

  @Test
  void anAncestorCanStillRevokeChildrenOfWhatWasClosed() {
    long top = client.duplicate(root, Rights.DIRECTORY_FULL);
    long middle = client.duplicate(top, Rights.DIRECTORY_FULL);
    long child = client.duplicate(middle, Rights.DIRECTORY_FULL);
    long grandchild = client.duplicate(child, Rights.STAT);
    client.run(client.close(middle));
    client.run(client.close(child));
    assertThat(Inspection.rightsOf(client, grandchild)).isEqualTo(Rights.STAT);
    assertThat(client.revoke(top)).isZero();
    assertGone(grandchild);
  }

  @Test
  void siblingsOfAdoptedChildrenDoNotDieWithThem() {
    long top = client.duplicate(root, Rights.DIRECTORY_FULL);
    long middle = client.duplicate(top, Rights.DIRECTORY_FULL);
    long sibling = client.duplicate(top, Rights.STAT);
    long first = client.duplicate(middle, Rights.STAT);
    long second = client.duplicate(middle, Rights.STAT);
    client.run(client.close(middle));
    assertThat(client.revoke(first)).isZero();
    assertThat(Inspection.rightsOf(client, second)).isEqualTo(Rights.STAT);
    assertThat(Inspection.rightsOf(client, sibling)).isEqualTo(Rights.STAT);
    assertThat(client.revoke(top)).isZero();
    assertGone(second);
    assertGone(sibling);
  }

  @Test
  void childrenOfAClosedGrantBelongToNobody() {
    long child = client.duplicate(root, Rights.STAT);
    client.run(client.close(root));
    assertGone(root);
    assertThat(Inspection.rightsOf(client, child)).isEqualTo(Rights.STAT);
    assertThat(client.revoke(child)).isZero();
  }

  @Test
  void aSharedFileStaysOpenUntilItsLastCapabilityIsClosed() throws IOException {
    Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "no /proc to count with");
    file("counted", "0123456789");
    long before = openedTimes("counted");
    long file = client.opened(root, "counted", Rights.READ | Rights.DUP);
    long opened = openedTimes("counted");
    long copy = client.duplicate(file, Rights.READ);
    client.run(client.close(file));
    assertThat(client.run(client.read(copy, room(10)))).succeededWith(10);
    assertThat(openedTimes("counted")).isEqualTo(opened).isGreaterThan(before);
    assertThat(client.run(client.close(copy))).succeededWith(0);
    eventually("the file is closed", () -> openedTimes("counted") == before);
  }

  @Test
  void revokingTheLastCapabilityClosesTheFile() {
    Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "no /proc to count with");
    file("counted", "0123456789");
    long before = openedTimes("counted");
    long top = client.duplicate(root, Rights.DIRECTORY_FULL);
    client.opened(top, "counted", Rights.READ);
    client.opened(top, "counted", Rights.READ);
    assertThat(openedTimes("counted")).isGreaterThan(before);
    assertThat(client.revoke(top)).isZero();
    eventually("the file is closed", () -> openedTimes("counted") == before);
  }

  /** How many descriptors of this process name a file of the tree; fixed files do not show. */
  private long openedTimes(String name) {
    Path wanted = tree.resolve(name);
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(
              each -> {
                try {
                  return Files.readSymbolicLink(each).equals(wanted);
                } catch (IOException e) {
                  return false; // the listing's own descriptor, gone by now
                }
              })
          .count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void closingWhatAChainUsesLaterBreaksIt() {
    long file = fileWith("x", Rights.READ);
    Entry[] chain = {
      client.read(source, room(1)).link(), client.read(file, room(1)).link(), client.nop(1)
    };
    client.submit(chain);
    assertThat(client.run(client.close(file))).succeededWith(0);
    client.run(client.write(sink, "x"));
    assertThat(client.await(chain[0])).succeededWith(1);
    assertThat(client.await(chain[1])).failedWith(SyscallError.INVALID_HANDLE);
    assertThat(client.await(chain[2])).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void twoClosesOfOneCapabilityGiveOneSuccess() {
    long copy = client.duplicate(root, 0);
    int first = client.run(client.close(copy)).result();
    int second = client.run(client.close(copy)).result();
    assertThat(first).isZero();
    assertThat(second).isEqualTo(SyscallError.INVALID_HANDLE.result());
  }

  @Test
  void closingABuffersCapabilityEndsTheBuffer() {
    Range memory = room(4096);
    long buffer = client.run(client.register(memory, 2)).capability();
    assertThat(client.run(client.close(buffer))).succeededWith(0);
    assertThat(client.run(client.read(source, room(1)).fixed(2, 0, 1)))
        .failedWith(SyscallError.BUFFER_NOT_REGISTERED);
    assertThat(client.run(client.register(memory, 2)).result()).isEqualTo(2);
  }
}
