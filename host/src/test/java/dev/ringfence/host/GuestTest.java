// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A guest begins, calls, and ends. */
class GuestTest {

  @TempDir Path temporary;

  @RegisterExtension private final Guests guests = new Guests();

  private Path bare(String body) {
    return CProgram.bare(temporary, "guest", body);
  }

  @Test
  void theFirstRingIsAtItsAddress() throws Exception {
    Path program = bare("return call(2002, 256, 0, 0) == 0x200000000000 ? 42 : 1;");
    assertThat(guests.run(program)).isEqualTo(new GuestExit(42, 0));
  }

  @Test
  void argumentsPassAndTheEnvironmentIsWhatIsGranted() throws Exception {
    Path program =
        bare(
            """
            if (argc != 3 || length(argv[1]) != 5 || length(argv[2]) != 0) return 1;
            char **environment = argv + argc + 1;
            if (!environment[0]) return 2;
            if (environment[1]) return 3;
            return environment[0][0] == 'A' && environment[0][2] == '7' ? 0 : 4;
            """);
    GuestProgram granted = new GuestProgram(program, List.of("first", ""), Map.of("A", "7"));
    assertThat(Guests.end(guests.host.start(granted, guests.kernel.domain("guest"))))
        .isEqualTo(new GuestExit(0, 0));
  }

  @Test
  void anOperationIsSubmittedAndWaitedFor() throws Exception {
    Path program =
        bare(
            """
            u64 base = call(2002, 8, 0, 0);
            u32 *sq = (u32 *) base, *cq = (u32 *) (base + 0x1000);
            u8 *sqe = (u8 *) base + sq[7];
            sqe[0] = 0; /* NOP */
            *(u64 *) (sqe + 32) = 77;
            cq[8] = 1; /* wait_for */
            __atomic_store_n(&sq[1], sq[1] + 1, __ATOMIC_RELEASE);
            if (call(2003, 0, 0, 0) != 0) return 1;
            if (__atomic_load_n(&cq[1], __ATOMIC_ACQUIRE) - cq[0] != 1) return 2;
            u8 *cqe = (u8 *) base + cq[7] + 32 * (cq[0] & cq[2]);
            return *(u64 *) cqe == 77 && *(int *) (cqe + 8) == 0 ? 0 : 3;
            """);
    assertThat(guests.run(program)).isEqualTo(new GuestExit(0, 0));
  }

  @Test
  void exitEndsTheGuestWithItsStatus() throws Exception {
    Path program =
        bare(
            """
            u64 base = call(2002, 8, 0, 0);
            u32 *sq = (u32 *) base;
            u8 *sqe = (u8 *) base + sq[7];
            sqe[0] = 255; /* EXIT */
            *(u32 *) (sqe + 24) = 9; /* len: the status */
            __atomic_store_n(&sq[1], sq[1] + 1, __ATOMIC_RELEASE);
            call(2003, 0, 0, 0);
            for (;;) call(24, 0, 0, 0);
            """);
    assertThat(guests.run(program)).isEqualTo(new GuestExit(9, 0));
  }

  @Test
  void aDeathIsToldWithItsSignal() throws Exception {
    GuestExit exit = guests.run(bare("*(volatile int *) 8 = 1; return 0;"));
    assertThat(exit.code()).isEqualTo(128 + 11);
    assertThat(exit.words()).isEqualTo("killed by signal 11 (bad memory access)");
  }

  @Test
  void whatIsKilledWhileItWaitsIsGone() throws Exception {
    Path program =
        bare(
            """
            u64 base = call(2002, 8, 0, 0);
            u32 *sq = (u32 *) base, *cq = (u32 *) (base + 0x1000);
            u8 *sqe = (u8 *) base + sq[7];
            sqe[0] = 0; /* NOP: one completion, and two are waited for */
            cq[8] = 2;
            __atomic_store_n(&sq[1], sq[1] + 1, __ATOMIC_RELEASE);
            call(2003, 0, 0, 0);
            return 0;
            """);
    Guest guest = guests.start(program);
    guest.kill();
    assertThat(Guests.end(guest).signal()).isEqualTo(9);
  }

  @Test
  void aProgramThatIsNoneIsTold() throws Exception {
    Path script = Files.writeString(temporary.resolve("script"), "#!/bin/sh\nexit 0\n");
    assertRefused(script, SyscallError.INVALID_EXECUTABLE, "it is no ELF program");
    assertRefused(temporary.resolve("nothing"), SyscallError.NOT_FOUND, "no program");
    assertRefused(Path.of("/bin/true"), SyscallError.INVALID_EXECUTABLE, "linked dynamically");
    assertRefused(temporary, SyscallError.INVALID_EXECUTABLE, "it is a directory");
    Path plain = bare("return 0;");
    assertThat(plain.toFile().setExecutable(false, false)).isTrue();
    assertRefused(plain, SyscallError.PERMISSION_DENIED, "is not executable");
  }

  private void assertRefused(Path program, SyscallError error, String words) {
    assertThatThrownBy(() ->
            guests.start(
                program,
                guests.kernel.domain("guest").directory("in", temporary, Rights.READ_ONLY)))
        .isInstanceOfSatisfying(SyscallException.class, e -> assertThat(e.error()).isEqualTo(error))
        .hasMessageContaining(words);
  }
}
