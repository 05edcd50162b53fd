// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SystemCall;
import dev.ringfence.host.Guests.Holdings;
import dev.ringfence.kernel.Kernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Guests die at any moment, are many, are bounded, and leave nothing behind. */
class GuestLifeTest {

  private static final int SIGKILL = 9;

  /** Reads from the pipe that is its first grant, and waits for what never comes. */
  private static final String READS_FOR_EVER =
      """
      u64 base = call(2002, 8, 0, 0);
      u32 *sq = (u32 *) base, *cq = (u32 *) (base + 0x1000);
      u64 pipe = *(u64 *) (base + 0x3000 + 64);
      u64 arena = base + *(u64 *) (base + 48);
      u8 *sqe = (u8 *) base + sq[7];
      sqe[0] = 1; /* READ */
      *(u64 *) (sqe + 8) = pipe;
      *(u64 *) (sqe + 16) = arena;
      *(u32 *) (sqe + 24) = 16;
      *(u64 *) (sqe + 40) = ~0UL;
      cq[8] = 1;
      __atomic_store_n(&sq[1], sq[1] + 1, __ATOMIC_RELEASE);
      call(2003, 0, 0, 0);
      return 42;
      """;

  @TempDir Path temporary;

  @RegisterExtension private final Guests guests = new Guests();

  private Path bare(String name, String body) {
    return CProgram.bare(temporary, name, body);
  }

  /** Until the guest is inside this call, as Linux tells it. */
  private static void awaitCall(Guest guest, SystemCall call) throws Exception {
    Path where = Path.of("/proc", String.valueOf(guest.pid()), "syscall");
    while (!Files.readString(where).startsWith(call.number() + " ")) {
      assertThat(guest.exit()).as("still running").isNotDone();
      Thread.onSpinWait();
    }
  }

  @Test
  void guestsThatAreKilledAtAnyMomentLeaveNothing() throws Exception {
    Path spins =
        bare(
            "spins",
            """
            u64 base = call(2002, 256, 0, 0);
            for (;;) {
              call(2004, 1, 2, 0);
              call(2003, base, 0, 0);
              call(2002, 8, 0, 0);
            }
            """);
    Path wellBehaved = bare("well", "return call(2002, 8, 0, 0) == BASE ? 42 : 1;");
    guests.assertServes(wellBehaved);
    Holdings before = Holdings.now();
    for (int round = 0; round < 100; round++) {
      Guest guest = guests.start(spins);
      if (round % 2 == 1) {
        Thread.onSpinWait();
        guests.assertServes(wellBehaved);
      }
      guest.kill();
      assertThat(Guests.end(guest).signal()).isEqualTo(SIGKILL);
    }
    guests.assertServes(wellBehaved);
    assertThat(Holdings.now()).isEqualTo(before);
  }

  @Test
  void manyGuestsRunAtOnce() throws Exception {
    Path waits =
        bare(
            "waits",
            """
            u64 base = call(2002, 8, 0, 0);
            ((u32 *) (base + 0x1000))[8] = 1;
            for (;;) { u64 second[2] = {1, 0}; call(35, (long) second, 0, 0); }
            """);
    Holdings before = Holdings.now();
    List<Guest> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(guests.start(waits));
    }
    assertThat(many.stream().map(Guest::pid).distinct()).hasSize(100);
    assertThat(Holdings.now().listeners()).isEqualTo(before.listeners() + 100);
    assertThat(Holdings.now().mappings()).isEqualTo(before.mappings() + 100);
    many.forEach(Guest::kill);
    for (Guest guest : many) {
      assertThat(Guests.end(guest).signal()).isEqualTo(SIGKILL);
    }
    assertThat(Holdings.now()).isEqualTo(before);
  }

  @Test
  void aGuestThatWaitsForeverIsStopped() throws Exception {
    Kernel.Pipe pipe = guests.kernel.pipe();
    Guest guest =
        guests.start(
            bare("reads", READS_FOR_EVER),
            guests
                .kernel
                .domain("reader")
                .pipe("in", pipe.source(), Rights.READ)
                .pipe("out", pipe.sink(), Rights.WRITE));
    awaitCall(guest, SystemCall.IO_URING_ENTER);
    // its capabilities are revoked: what it waits for is over, and it ends by itself
    assertThat(guest.stop(Duration.ofSeconds(Guests.PATIENCE_SECONDS)))
        .isEqualTo(new GuestExit(42, 0));
  }

  @Test
  void aGuestThatDoesNotListenIsKilledAfterTheGraceTime() throws Exception {
    Guest guest = guests.start(bare("deaf", "for (;;) call(24, 0, 0, 0);"));
    assertThat(guest.stop(Duration.ofMillis(10)).signal()).isEqualTo(SIGKILL);
  }

  @Test
  void theEndOfTheHostIsTheEndOfItsGuests() throws Exception {
    Guest guest = guests.start(bare("deaf", "for (;;) call(24, 0, 0, 0);"));
    guests.host.close();
    assertThat(guest.exit().get(Guests.PATIENCE_SECONDS, TimeUnit.SECONDS).signal())
        .isEqualTo(SIGKILL);
  }

  @Test
  void memoryBeyondTheLimitIsNotGiven() throws Exception {
    Path takes =
        bare(
            "takes",
            """
            long few = call6(9, 0, 1 << 20, 3, 0x22, -1, 0);
            long many = call6(9, 0, 64 << 20, 3, 0x22, -1, 0);
            return few > 0 && many == -12 ? 42 : 1;
            """);
    GuestLimits limits = new GuestLimits(16 << 20, 0);
    Guest guest = guests.host.start(GuestProgram.of(takes), limits, guests.kernel.domain("takes"));
    assertThat(Guests.end(guest)).isEqualTo(new GuestExit(42, 0));
  }

  @Test
  void aGuestThatUsesUpItsTimeIsKilled() throws Exception {
    GuestLimits limits = new GuestLimits(0, 1);
    Path spins = bare("spins", "for (;;) ;");
    Guest guest = guests.host.start(GuestProgram.of(spins), limits, guests.kernel.domain("spins"));
    assertThat(Guests.end(guest).signal()).isIn(SIGKILL, 24);
  }
}
