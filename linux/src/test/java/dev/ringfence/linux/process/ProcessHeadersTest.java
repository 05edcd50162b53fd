// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.linux.SystemHeaders;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Every number of this package against the C headers of the machine. */
class ProcessHeadersTest {

  @Test
  void tracingIsAsInTheHeaders() throws Exception {
    assertThat(
            SystemHeaders.including("sys/user.h", "linux/ptrace.h")
                .constants(Ptrace.class, "PTRACE_")
                .structure(
                    UserRegisters.class,
                    "struct user_regs_struct",
                    name -> name.toLowerCase(Locale.ROOT))
                .compare())
        .isEmpty();
  }

  @Test
  void callsOfOthersHaveTheHeadersNumbers() throws Exception {
    assertThat(
            SystemHeaders.including("asm/unistd_64.h")
                .constants(X86SystemCall.class, name -> "__NR_" + name.toLowerCase(Locale.ROOT))
                .compare())
        .isEmpty();
  }

  @Test
  void listeningIsAsInTheHeaders() throws Exception {
    assertThat(
            SystemHeaders.including("linux/seccomp.h", "sys/ioctl.h")
                .constants(SystemCallListener.class, name -> "(int) " + name, "SECCOMP_")
                .constant("sizeof(struct seccomp_notif)", SystemCallListener.NOTIFICATION_SIZE)
                .constant("offsetof(struct seccomp_notif, id)", SystemCallListener.NOTIFICATION_ID)
                .constant(
                    "offsetof(struct seccomp_notif, pid)", SystemCallListener.NOTIFICATION_PID)
                .constant(
                    "offsetof(struct seccomp_notif, data.nr)",
                    SystemCallListener.NOTIFICATION_NUMBER)
                .constant(
                    "offsetof(struct seccomp_notif, data.args)",
                    SystemCallListener.NOTIFICATION_ARGUMENTS)
                .constant("sizeof(struct seccomp_notif_resp)", SystemCallListener.RESPONSE_SIZE)
                .constant("offsetof(struct seccomp_notif_resp, id)", SystemCallListener.RESPONSE_ID)
                .constant(
                    "offsetof(struct seccomp_notif_resp, val)", SystemCallListener.RESPONSE_VALUE)
                .constant(
                    "offsetof(struct seccomp_notif_resp, error)", SystemCallListener.RESPONSE_ERROR)
                .constant(
                    "offsetof(struct seccomp_notif_resp, flags)", SystemCallListener.RESPONSE_FLAGS)
                .compare())
        .isEmpty();
  }

  @Test
  void spawningAndWaitingAreAsInTheHeaders() throws Exception {
    assertThat(
            SystemHeaders.including(
                    "spawn.h",
                    "signal.h",
                    "sys/wait.h",
                    "linux/prctl.h",
                    "asm/prctl.h",
                    "linux/capability.h")
                .constants(Spawn.class, "POSIX_")
                .constant("sizeof(sigset_t)", Spawn.SIGNAL_SET_SIZE)
                .constants(ChildProcess.class, "__WALL", "SIG", "PR_", "ARCH_", "_LINUX")
                .constant(
                    "sizeof(struct __user_cap_header_struct)", ChildProcess.CAPABILITY_HEADER_SIZE)
                .constant("sizeof(posix_spawn_file_actions_t) <= " + Spawn.STRUCTURE_MAX, 1)
                .constant("sizeof(posix_spawnattr_t) <= " + Spawn.STRUCTURE_MAX, 1)
                .constant("WEXITSTATUS(0x2a00)", new WaitStatus(0x2a00).exitStatus())
                .constant("WTERMSIG(0x8b)", new WaitStatus(0x8b).signal())
                .constant("!!WIFEXITED(0x2a00)", new WaitStatus(0x2a00).exited() ? 1 : 0)
                .constant("!!WIFSIGNALED(0x8b)", new WaitStatus(0x8b).killed() ? 1 : 0)
                .constant("!!WIFSTOPPED(0x57f)", new WaitStatus(0x57f).stopped() ? 1 : 0)
                .constant("!!WIFSIGNALED(0x57f)", new WaitStatus(0x57f).killed() ? 1 : 0)
                .compare())
        .isEmpty();
  }
}
