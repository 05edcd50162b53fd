// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Quotas;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The order of the checks: each entry here is wrong in one way and in every way that comes later,
 * and the first one decides. The table of capabilities is full, so no quota allows an OPEN.
 */
class CheckOrderTest extends Conformance {

  private static final long NOWHERE = 1;
  private static final long UNKNOWN_ID = 12_345;

  @Override
  Quotas quotas() {
    return QUOTAS.withCapabilitiesMax(5);
  }

  private long none;
  private long file;

  @BeforeEach
  void fillTheTable() {
    file("file", "x");
    none = client.duplicate(root, 0);
    file = client.opened(root, "file", Rights.READ);
  }

  private static Entry wrongOpen(long capability) {
    return Entry.of(OpCode.OPEN)
        .capability(capability)
        .addr(NOWHERE)
        .len(9999)
        .auxiliary0(-1)
        .auxiliary1(Rights.READ);
  }

  @Test
  void anUnknownOperationComesFirst() {
    assertThat(client.run(Entry.ofCode(99).capability(UNKNOWN_ID).padding(1).with(16)))
        .failedWith(SyscallError.INVALID_OP_CODE);
  }

  @Test
  void thenWhatMustBeZero() {
    assertThat(client.run(wrongOpen(UNKNOWN_ID).padding(1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(wrongOpen(UNKNOWN_ID).reserved1(1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(wrongOpen(UNKNOWN_ID).reserved2(1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(wrongOpen(UNKNOWN_ID).with(16)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(wrongOpen(UNKNOWN_ID).auxiliary1(-1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void thenTheId() {
    assertThat(client.run(wrongOpen(UNKNOWN_ID))).failedWith(SyscallError.INVALID_HANDLE);
  }

  @Test
  void thenTheType() {
    assertThat(client.run(wrongOpen(file))).failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
  }

  @Test
  void thenTheRights() {
    long wanted = Rights.READ | Rights.CREATE | Rights.TRUNCATE; // all flags are set
    assertThat(client.run(wrongOpen(none))).missed(wanted);
  }

  @Test
  void thenTheQuota() {
    assertThat(client.run(wrongOpen(root))).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(client.run(client.open(root, "../x", Rights.READ)))
        .failedWith(SyscallError.QUOTA_EXCEEDED);
  }

  @Test
  void thenTheArguments() {
    client.run(client.close(file));
    assertThat(client.run(wrongOpen(root))).failedWith(SyscallError.INVALID_ARGUMENT);
    Entry open = Entry.of(OpCode.OPEN).capability(root).addr(NOWHERE).auxiliary1(Rights.READ);
    assertThat(client.run(open.len(9999))).failedWith(SyscallError.NAME_TOO_LONG);
    assertThat(client.run(client.open(root, new Range(NOWHERE, 4), 0, Rights.READ)))
        .failedWith(SyscallError.INVALID_ADDRESS);
    assertThat(client.run(client.open(root, "/missing", Rights.READ)))
        .failedWith(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void thenTheResource() {
    client.run(client.close(file));
    assertThat(client.run(client.open(root, "missing", Rights.READ)))
        .failedWith(SyscallError.NOT_FOUND);
  }

  @Test
  void theSecondCapabilityComesAfterTheRightsOfTheFirst() {
    assertThat(client.run(client.rename(none, "/x", UNKNOWN_ID, "/y", 0))).missed(Rights.RENAME);
    assertThat(client.run(client.rename(root, "/x", UNKNOWN_ID, "/y", 0)))
        .failedWith(SyscallError.INVALID_HANDLE);
    assertThat(client.run(client.rename(root, "/x", source, "/y", 0)))
        .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
    assertThat(client.run(client.rename(root, "/x", none, "/y", 0)))
        .missed(Rights.RENAME | Rights.DELETE);
    assertThat(client.run(client.rename(root, "/x", 0, "/y", 0)))
        .failedWith(SyscallError.PERMISSION_DENIED);
  }

  @Test
  void aDenialByThePathNamesNoRight() {
    client.run(client.close(file));
    assertThat(client.run(client.open(root, "../x", OpenFlags.CREATE, Rights.READ)))
        .failedWith(SyscallError.PERMISSION_DENIED)
        .isPlain();
  }

  @Test
  void aRefusedEntryTakesNoSlotAndNoPermit() {
    client.run(client.close(file));
    long slots = Inspection.slotsLeft(client);
    long permits = Inspection.operationsLeft(client);
    for (int i = 0; i < 100; i++) {
      client.run(wrongOpen(root));
      client.run(client.open(root, "missing", Rights.READ));
      client.run(client.open(root, "../x", Rights.READ));
    }
    org.assertj.core.api.Assertions.assertThat(Inspection.slotsLeft(client)).isEqualTo(slots);
    org.assertj.core.api.Assertions.assertThat(Inspection.operationsLeft(client))
        .isBetween(permits - 64, permits + 64);
  }
}
