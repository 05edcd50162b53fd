// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.Quotas;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** {@code sys_capability_dup}: children with the same or fewer rights. */
class DupTest extends Conformance {

  private static final int CAPABILITIES = 64;

  @Override
  Quotas quotas() {
    return QUOTAS.withCapabilitiesMax(CAPABILITIES);
  }

  @Test
  void aDuplicateWorksLikeItsSource() {
    long file = fileWith("content", Rights.READ | Rights.DUP);
    long copy = client.duplicate(file, Rights.READ);
    assertThat(copy).isPositive().isNotEqualTo(file);
    Range room = room(16);
    assertThat(client.run(client.read(copy, room))).succeededWith(7);
    assertThat(text(room, 7)).isEqualTo("content");
  }

  @Test
  void aDuplicateHasExactlyTheRightsAskedFor() {
    long file = fileWith("content", Rights.READ_WRITE);
    for (long rights : new long[] {0, Rights.READ, Rights.READ | Rights.WRITE, Rights.DUP}) {
      long copy = client.duplicate(file, rights);
      assertThat(Inspection.rightsOf(client, copy)).isEqualTo(rights);
    }
    assertThat(
            Inspection.rightsOf(
                client, client.duplicate(file, Rights.READ_WRITE & ~Rights.READDIR)))
        .isEqualTo(Rights.READ_WRITE & ~Rights.READDIR);
  }

  @Test
  void rightsNeverGrowByDup() {
    long file = fileWith("content", Rights.READ | Rights.DUP);
    for (int bit = 0; bit < 64; bit++) {
      long right = 1L << bit;
      boolean held = (right & (Rights.READ | Rights.DUP)) != 0;
      boolean known = (right & Rights.ALL) != 0;
      SyscallError refusal = known ? SyscallError.PERMISSION_DENIED : SyscallError.INVALID_ARGUMENT;
      if (held) {
        assertThat(client.dup(file, right)).isPositive();
      } else {
        assertThat(client.dup(file, right)).as("right %d", bit).isEqualTo(refusal.result());
        assertThat(client.dup(file, right | Rights.READ)).isEqualTo(refusal.result());
      }
    }
  }

  @Test
  void withoutDupThereIsNoDuplicateNotEvenWithoutRights() {
    long file = fileWith("content", Rights.READ | Rights.WRITE | Rights.STAT);
    assertThat(client.dup(file, Rights.READ)).isEqualTo(SyscallError.PERMISSION_DENIED.result());
    assertThat(client.dup(file, 0)).isEqualTo(SyscallError.PERMISSION_DENIED.result());
  }

  @Test
  void aDuplicateWithoutRightsCanBeInspectedClosedAndRevokedAndNothingElse() {
    long none = client.duplicate(root, 0);
    assertThat(Inspection.rightsOf(client, none)).isZero();
    assertThat(client.run(client.list(none, room(512), 0))).missed(Rights.READDIR);
    assertThat(client.dup(none, 0)).isEqualTo(SyscallError.PERMISSION_DENIED.result());
    assertThat(client.run(client.close(none))).succeededWith(0);
    assertThat(client.revoke(client.duplicate(root, 0))).isZero();
  }

  @Test
  void everyTypeCanBeDuplicated() {
    long file = fileWith("content", Rights.READ_WRITE);
    assertThat(client.dup(root, CapabilityType.DIRECTORY.applicableRights())).isPositive();
    assertThat(client.dup(source, CapabilityType.PIPE.applicableRights())).isPositive();
    assertThat(client.dup(file, Rights.READ | Rights.STAT)).isPositive();
    long buffer = client.run(client.register(room(4096), 3)).capability();
    assertThat(client.dup(buffer, Rights.READ)).isPositive();
    client.run(client.unregister(3));
  }

  @Test
  void duplicatesOfDuplicatesGoAsDeepAsTheTable() {
    long deepest = root;
    long rights = CapabilityType.DIRECTORY.applicableRights();
    for (int depth = 0; depth < CAPABILITIES - 3; depth++) {
      deepest = client.duplicate(deepest, rights);
    }
    assertThat(client.run(client.makeDirectory(deepest, "deep"))).succeededWith(0);
    assertThat(client.dup(deepest, rights)).isEqualTo(SyscallError.QUOTA_EXCEEDED.result());
    assertThat(client.revoke(root)).isZero();
    assertThat(client.run(client.makeDirectory(deepest, "later")))
        .failedWith(SyscallError.INVALID_HANDLE);
  }

  @Test
  void aFullTableRefusesAndChangesNothing() {
    Set<Long> copies = new HashSet<>();
    for (long left = Inspection.slotsLeft(client); left > 0; left--) {
      copies.add(client.duplicate(root, Rights.DUP));
    }
    assertThat(copies).hasSize(CAPABILITIES - 3);
    assertThat(client.dup(root, 0)).isEqualTo(SyscallError.QUOTA_EXCEEDED.result());
    assertThat(Inspection.slotsLeft(client)).isZero();
    assertThat(client.run(client.close(copies.iterator().next()))).succeededWith(0);
    assertThat(Inspection.slotsLeft(client)).isEqualTo(1);
    assertThat(client.dup(root, 0)).isPositive();
  }

  @Test
  void anUnknownIdIsNoHandle() {
    for (long id : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, root + 1, ~root, -root}) {
      assertThat(client.dup(id, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
    }
    long closed = client.duplicate(root, 0);
    client.run(client.close(closed));
    assertThat(client.dup(closed, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
  }

  @Test
  void theChecksOfDupHaveAnOrder() {
    long file = fileWith("content", Rights.READ);
    long unknownBit = 1L << 63;
    assertThat(client.dup(1, unknownBit)).isEqualTo(SyscallError.INVALID_HANDLE.result());
    assertThat(client.dup(file, unknownBit)).isEqualTo(SyscallError.INVALID_ARGUMENT.result());
  }

  @Test
  void idsAreNeverGivenTwice() {
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 5000; i++) {
      long copy = client.duplicate(root, 0);
      assertThat(seen.add(copy)).as("the id %x is new", copy).isTrue();
      assertThat(copy).isPositive();
      if (i % 2 == 0) {
        assertThat(client.revoke(copy)).isZero();
      } else {
        assertThat(client.run(client.close(copy))).succeededWith(0);
      }
    }
    for (long stale : seen) {
      assertThat(client.dup(stale, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
    }
  }

  @Test
  void idsOfAnotherDomainMeanNothing() {
    Domain other = opened(QUOTAS);
    Client stranger = Client.setUp(other, 4, ringFlags());
    for (long id : new long[] {root, source, sink}) {
      assertThat(stranger.dup(id, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
      assertThat(stranger.revoke(id)).isEqualTo(SyscallError.INVALID_HANDLE.result());
      assertThat(stranger.run(stranger.close(id))).failedWith(SyscallError.INVALID_HANDLE);
      assertThat(stranger.run(stranger.query(id, stranger.queryRoom())))
          .failedWith(SyscallError.INVALID_HANDLE);
    }
    assertThat(client.run(client.makeDirectory(root, "still"))).succeededWith(0);
  }

  @Test
  void noRandomNumberIsAnId() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200_000; i++) {
      long probe = i % 2 == 0 ? random.nextLong() : root ^ 1L << random.nextInt(64);
      if (probe != root && probe != source && probe != sink) {
        assertThat(client.revoke(probe))
            .as("probe %x of seed %d", probe, seed)
            .isEqualTo(SyscallError.INVALID_HANDLE.result());
      }
    }
  }
}
