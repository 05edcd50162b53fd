// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a guest tries of Linux itself is refused; what its language's runtime needs is not. */
class ConfinementTest {

  private static final int SIGSYS = 31;

  @TempDir Path temporary;

  @RegisterExtension private final Guests guests = new Guests();

  private GuestExit run(String body) throws Exception {
    return guests.run(CProgram.bare(temporary, "guest", body));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "read, 0",
    "write, 1",
    "open, 2",
    "close, 3",
    "stat, 4",
    "ioctl, 16",
    "pipe, 22",
    "dup, 32",
    "socket, 41",
    "connect, 42",
    "fork, 57",
    "vfork, 58",
    "execve, 59",
    "kill, 62",
    "fcntl, 72",
    "getdents, 78",
    "chdir, 80",
    "unlink, 87",
    "ptrace, 101",
    "getuid, 102",
    "setuid, 105",
    "mknod, 133",
    "prctl, 157",
    "chroot, 161",
    "mount, 165",
    "tkill, 200",
    "set_thread_area, 205",
    "tgkill, 234",
    "openat, 257",
    "unshare, 272",
    "process_vm_readv, 310",
    "process_vm_writev, 311",
    "finit_module, 313",
    "seccomp, 317",
    "memfd_create, 319",
    "bpf, 321",
    "execveat, 322",
    "userfaultfd, 323",
    "pidfd_send_signal, 424",
    "the host's own io_uring_setup, 425",
    "io_uring_enter, 426",
    "pidfd_open, 434",
    "clone3, 435",
    "openat2, 437",
    "pidfd_getfd, 438",
    "landlock_create_ruleset, 444",
    "a call that no Linux has, 100000",
    "below the four, 2001",
    "above the four, 2006"
  })
  void otherSystemCallsAreUnknown(String name, int number) throws Exception {
    assertThat(run("return call(%d, -1, 0, 0) == -38 ? 42 : 1;".formatted(number)))
        .isEqualTo(new GuestExit(42, 0));
  }

  @Test
  void theOldWayIntoTheKernelIsDeadly() throws Exception {
    int signal = run("asm volatile(\"int $0x80\" : : \"a\"(20) : \"memory\"); return 0;").signal();
    // bad memory access: where this Linux has no such way
    assertThat(signal).isIn(SIGSYS, 11);
  }

  @Test
  void theX32NumbersAreDeadly() throws Exception {
    GuestExit exit = run("return call(0x40000000 + 39, 0, 0, 0) != 0;");
    assertThat(exit.signal()).isEqualTo(SIGSYS);
    assertThat(exit.words()).contains("a system call that no guest may make");
    assertThat(run("return call(0x40000000 + 2002, 8, 0, 0) != 0;").signal()).isEqualTo(SIGSYS);
  }

  @Test
  void processesCannotBeMadeOnlyThreads() throws Exception {
    assertThat(
            run(
                """
                if (call(56, 17, 0, 0) != -38) return 1; /* clone, as fork: SIGCHLD */
                if (call(56, 0x3d0f00 | 0x20000000, 0, 0) != -38) return 2; /* a user namespace */
                if (call(56, 0x100000000 | 0x3d0f00, 0, 0) != -38) return 3;
                return 42;
                """))
        .isEqualTo(new GuestExit(42, 0));
  }

  @Test
  void memoryIsItsOwnAndNoFiles() throws Exception {
    assertThat(
            run(
                """
                long own = call6(9, 0, 4096, 3, 0x22, -1, 0);
                if (own < 0) return 1;
                *(volatile char *) own = 1;
                if (call6(9, 0, 4096, 1, 1, 0, 0) != -38) return 2; /* a descriptor */
                if (call(28, BASE, 4096, 100) != -38) return 3; /* MADV_HWPOISON */
                if (call(28, BASE, 4096, 101) != -38) return 4;
                return 42;
                """))
        .isEqualTo(new GuestExit(42, 0));
  }

  @Test
  void limitsCanBeReadAndNotSet() throws Exception {
    assertThat(
            run(
                """
                u64 limit[2] = {0, 0};
                if (call6(302, 0, 4, 0, (long) limit, 0, 0) != 0 || limit[0] || limit[1]) return 1;
                if (call6(302, 0, 7, (long) limit, 0, 0, 0) != -38) return 2;
                if (call6(302, 1, 7, 0, (long) limit, 0, 0) != -38) return 3;
                return 42;
                """))
        .isEqualTo(new GuestExit(42, 0));
  }

  @Test
  void theSharedMemoryIsNoCode() throws Exception {
    assertThat(run("((void (*)(void)) BASE)(); return 0;").signal()).isEqualTo(11);
  }

  @Test
  void nothingOfTheHostsIsLeftInTheSharedMemory() throws Exception {
    assertThat(
            run(
                """
                for (u64 *word = (u64 *) BASE; word < (u64 *) (BASE + 65536); word++)
                  if (*word) return 1;
                return 42;
                """))
        .isEqualTo(new GuestExit(42, 0));
  }

  @Test
  void aProgramOfGlibcRunsWithThreads() throws Exception {
    assertThat(guests.run(withThreads("-static", "-pthread"))).isEqualTo(new GuestExit(42, 0));
  }

  @Test
  void aStaticPieProgramRuns() throws Exception {
    assertThat(guests.run(withThreads("-static-pie", "-pthread"))).isEqualTo(new GuestExit(42, 0));
  }

  @Test
  void aProgramOfMuslRunsWithThreads() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/musl-gcc")), "no musl-gcc");
    assertThat(guests.run(withThreads("-static", "-pthread", "-specs=" + musl())))
        .isEqualTo(new GuestExit(42, 0));
  }

  private static String musl() {
    return "/usr/lib/x86_64-linux-musl/musl-gcc.specs";
  }

  private Path withThreads(String... options) {
    return CProgram.compile(
        temporary,
        "threads",
        """
        #include <pthread.h>
        #include <stdlib.h>
        #include <stdio.h>
        #include <time.h>
        static int sum;
        static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
        static void *work(void *arg) {
          char *own = malloc(100000);
          own[99999] = 1;
          pthread_mutex_lock(&lock);
          sum += *(int *) arg * own[99999];
          pthread_mutex_unlock(&lock);
          free(own);
          return NULL;
        }
        int main(void) {
          pthread_t threads[4];
          int parts[4] = {10, 10, 11, 11};
          struct timespec now;
          for (int i = 0; i < 4; i++)
            if (pthread_create(&threads[i], NULL, work, &parts[i])) return 1;
          for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
          if (clock_gettime(CLOCK_MONOTONIC, &now)) return 2;
          if (fopen("/etc/passwd", "r")) return 3;
          return sum;
        }
        """,
        options);
  }
}
