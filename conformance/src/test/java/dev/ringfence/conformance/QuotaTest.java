// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Quotas;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each quota: beyond it QuotaExceeded, which changes nothing, and what was used comes back. */
class QuotaTest extends Conformance {

  private static final int CAPABILITIES = 8;
  private static final int OPERATIONS = 4;
  private static final int RINGS = 3;

  @Override
  Quotas quotas() {
    return QUOTAS
        .withCapabilitiesMax(CAPABILITIES)
        .withOperationsInFlightMax(OPERATIONS)
        .withRingsMax(RINGS)
        .withRegisteredBytesMax(1000);
  }

  private long left(int offset) {
    Range room = client.queryRoom();
    assertThat(client.run(client.query(0, room))).succeededWith(CapabilityStatus.SIZE);
    return client
        .segment()
        .get(
            java.lang.foreign.ValueLayout.JAVA_LONG,
            client.memory().offsetOf(room.address()) + offset);
  }

  @Test
  void operationsInFlightAreBounded() {
    Entry[] reads = new Entry[OPERATIONS];
    for (int i = 0; i < OPERATIONS; i++) {
      reads[i] = client.read(source, room(1)).tag(5);
    }
    client.submit(reads);
    assertThat(client.run(client.makeDirectory(root, "never")))
        .failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(client.run(client.nop(3))).as("the kernel's own work").succeededWith(3);
    assertThat(tree.resolve("never")).doesNotExist();
    assertThat(client.run(client.cancelAll(5).tag(6))).succeededWith(OPERATIONS);
    client.collect(OPERATIONS);
    assertThat(client.run(client.makeDirectory(root, "now"))).succeededWith(0);
    assertThat(left(CapabilityStatus.OPERATIONS_LEFT_OFFSET)).isEqualTo(OPERATIONS);
  }

  @Test
  void capabilitiesAreBoundedAndComeBackWhenClosed() {
    file("file", "0123");
    List<Long> held = new ArrayList<>();
    while (left(CapabilityStatus.CAPABILITIES_LEFT_OFFSET) > 0) {
      held.add(client.duplicate(root, Rights.STAT));
    }
    assertThat(held).hasSize(CAPABILITIES - 3);
    assertThat(client.dup(root, 0)).isEqualTo(SyscallError.QUOTA_EXCEEDED.result());
    assertThat(client.run(client.open(root, "new", OpenFlags.CREATE, Rights.WRITE)))
        .failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(tree.resolve("new")).as("refused before anything happens").doesNotExist();
    assertThat(client.run(client.register(room(8)))).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(left(CapabilityStatus.REGISTERED_BYTES_LEFT_OFFSET)).isEqualTo(1000);
    client.run(client.close(held.get(0)));
    long file = client.opened(root, "file", Rights.READ);
    assertThat(client.dup(root, 0)).isEqualTo(SyscallError.QUOTA_EXCEEDED.result());
    assertThat(client.revoke(file)).isZero();
    assertThat(left(CapabilityStatus.CAPABILITIES_LEFT_OFFSET)).isEqualTo(1);
  }

  @Test
  void anOpenThatFailsGivesItsPlaceBack() {
    long before = left(CapabilityStatus.CAPABILITIES_LEFT_OFFSET);
    for (int i = 0; i < 3 * CAPABILITIES; i++) {
      assertThat(client.run(client.open(root, "absent", Rights.READ)))
          .failedWith(SyscallError.NOT_FOUND);
      assertThat(client.run(client.register(room(8), 2000)))
          .failedWith(SyscallError.INVALID_BUFFER_INDEX);
    }
    assertThat(left(CapabilityStatus.CAPABILITIES_LEFT_OFFSET)).isEqualTo(before);
    assertThat(left(CapabilityStatus.REGISTERED_BYTES_LEFT_OFFSET)).isEqualTo(1000);
  }

  @Test
  void ringsAreBounded() {
    assertThat(left(CapabilityStatus.RINGS_LEFT_OFFSET)).isEqualTo(RINGS - 1);
    client.another(4, 0);
    client.another(4, ringFlags());
    assertThat(left(CapabilityStatus.RINGS_LEFT_OFFSET)).isZero();
    assertThat(Client.setup(domain, 4, 0)).isEqualTo(SyscallError.QUOTA_EXCEEDED.result());
    assertThat(client.run(client.nop(2))).succeededWith(2);
  }

  @Test
  void mappedBytesAreCountedByThePage() {
    long before = left(CapabilityStatus.ARENA_BYTES_LEFT_OFFSET);
    long address = client.run(client.map(1)).value();
    assertThat(left(CapabilityStatus.ARENA_BYTES_LEFT_OFFSET)).isEqualTo(before - 4096);
    assertThat(client.run(client.unmap(new Range(address, 1)))).succeededWith(0);
    assertThat(left(CapabilityStatus.ARENA_BYTES_LEFT_OFFSET)).isEqualTo(before);
  }

  // ---- QUERY -----------------------------------------------------------------------------------

  @Test
  void aQueryTellsTypeStateAndRights() {
    long capability = client.duplicate(root, Rights.STAT | Rights.READ);
    Range room = client.queryRoom();
    client.memory().fill(room, 0x55);
    assertThat(client.run(client.query(capability, room)))
        .succeededWith(CapabilityStatus.SIZE)
        .isPlain();
    long at = client.memory().offsetOf(room.address());
    assertThat(CapabilityStatus.type(client.segment(), at))
        .isEqualTo(CapabilityType.DIRECTORY.code());
    assertThat(CapabilityStatus.state(client.segment(), at)).isEqualTo(1);
    assertThat(CapabilityStatus.rights(client.segment(), at)).isEqualTo(Rights.STAT | Rights.READ);
    assertThat(CapabilityStatus.deadline(client.segment(), at)).as("never").isZero();
    assertThat(CapabilityStatus.meteredBytesLeft(client.segment(), at))
        .as("no limit")
        .isEqualTo(-1);
    assertThat(CapabilityStatus.meteredOperationsLeft(client.segment(), at)).isEqualTo(-1);
    assertThat(client.memory().bytes(room.from(CapabilityStatus.RESERVED_OFFSET))).containsOnly(0);
  }

  @Test
  void aQueryOfNothingTellsOfTheDomainOnly() {
    Range room = client.queryRoom();
    client.memory().fill(room, 0x55);
    assertThat(client.run(client.query(0, room))).succeededWith(96);
    assertThat(client.memory().bytes(room.first(16))).containsOnly(0);
    assertThat(client.run(client.query(12_345, room))).failedWith(SyscallError.INVALID_HANDLE);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 95})
  void aQueryNeedsRoom(int length) {
    assertThat(client.run(client.query(root, client.queryRoom().first(length))))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }
}
