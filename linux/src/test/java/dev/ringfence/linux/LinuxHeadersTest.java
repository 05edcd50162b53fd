// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Every number of this package against the C headers of the machine. */
class LinuxHeadersTest {

  /** What Linux 6.1's headers (Debian 12) do not know yet: it stays unchecked there. */
  private static final String[] NEWER = {"MFD_NOEXEC_SEAL", "MFD_EXEC", "PID_FS_MAGIC"};

  @Test
  void systemCallNumbersAreThoseOfThisProcessor(TestReporter reporter) throws Exception {
    compare(
        SystemHeaders.including("sys/syscall.h")
            .constants(SystemCallNumber.class, LinuxHeadersTest::callName),
        reporter);
  }

  @Test
  void systemCallNumbersOfAarch64AreThoseOfTheGenericTable(TestReporter reporter) throws Exception {
    SystemHeaders headers =
        SystemHeaders.including("#define __ARCH_WANT_RENAMEAT", "asm-generic/unistd.h");
    Map<String, Long> numbers = PrintNumbers.elsewhere("Linux", "aarch64", SystemCallNumber.class);
    numbers.forEach(
        (name, value) -> headers.constant("__NR_" + name.toLowerCase(Locale.ROOT), value));
    compare(headers, reporter);
  }

  @Test
  void openFlagsOfAarch64AreItsOwn() throws Exception {
    // From arch/arm64/include/uapi/asm/fcntl.h, which no x86-64 machine has.
    assertThat(PrintNumbers.elsewhere("Linux", "aarch64", OpenFlags.class))
        .containsEntry("O_DIRECTORY", 040000L)
        .containsEntry("O_NOFOLLOW", 0100000L)
        .containsEntry("O_DIRECT", 0200000L);
  }

  @Test
  void flagsOfCallsAreTheHeaders(TestReporter reporter) throws Exception {
    compare(
        SystemHeaders.including(
                "fcntl.h",
                "linux/openat2.h",
                "sys/mman.h",
                "linux/mman.h",
                "poll.h",
                "sys/eventfd.h",
                "linux/fs.h",
                "linux/falloc.h",
                "linux/futex.h",
                "sys/resource.h",
                "stdio.h",
                "limits.h",
                "unistd.h",
                "linux/memfd.h",
                "sys/stat.h")
            .constants(OpenFlags.class)
            .constants(PathCalls.class)
            .constants(FileCalls.class)
            .constants(Descriptors.class)
            .constants(Mapping.class)
            .constants(Futex.class)
            .constants(ResourceLimit.class, "RLIMIT")
            .constant("(long) RLIM_INFINITY", ResourceLimit.RLIM_INFINITY),
        reporter);
  }

  @Test
  void structuresAreLaidOutAsInTheHeaders(TestReporter reporter) throws Exception {
    compare(
        SystemHeaders.including(
                "linux/stat.h",
                "linux/openat2.h",
                "linux/time_types.h",
                "linux/uio.h",
                "dirent.h",
                "poll.h")
            .structure(OpenHow.class, "struct open_how")
            .structure(Statx.class, "struct statx", LinuxHeadersTest::statxField, "STATX_", "S_IF")
            .constants(Statx.class, "STATX_", "S_IF")
            .structure(Timespec.class, "struct __kernel_timespec")
            .structure(IoVector.class, "struct iovec")
            .structure(PollDescriptor.class, "struct pollfd")
            // The kernel's linux_dirent64 is in no user header; glibc's dirent64 mirrors it.
            .structure(DirectoryEntries.class, "struct dirent64", "DT_", "BUFFER_")
            .constants(DirectoryEntries.class, "DT_"),
        reporter);
  }

  @Test
  void socketsAreAsInTheHeaders(TestReporter reporter) throws Exception {
    compare(
        SystemHeaders.including("sys/socket.h", "netinet/in.h", "netinet/tcp.h", "sys/un.h")
            .constants(SocketCalls.class, "AF_", "SOCK_", "SHUT_", "SOL_", "SO_", "IPPROTO_")
            .constants(SocketCalls.class, "TCP_", "IPV6_", "MSG_", "SOMAXCONN")
            .structure(InternetAddress.class, "struct sockaddr_in", "ADDRESS_")
            .structure(InternetAddress6.class, "struct sockaddr_in6", "ADDRESS_")
            .structure(UnixAddress.class, "struct sockaddr_un")
            .structure(MessageHeader.class, "struct msghdr"),
        reporter);
  }

  @Test
  void pseudoFileSystemsHaveTheHeadersMagicNumbers(TestReporter reporter) throws Exception {
    compare(
        SystemHeaders.including("linux/magic.h", "sys/vfs.h")
            .constants(FileSystemMagic.class, name -> "(unsigned) " + name, magics())
            .constant("sizeof(struct statfs)", FileSystemMagic.STATFS_SIZE)
            .constant("offsetof(struct statfs, f_type)", 0),
        reporter);
  }

  @Test
  void filtersAreBuiltWithTheHeadersNumbers(TestReporter reporter) throws Exception {
    compare(
        SystemHeaders.including(
                "linux/seccomp.h", "linux/filter.h", "linux/prctl.h", "linux/audit.h")
            .constants(SeccompFilter.class, name -> "(int) " + name, "SECCOMP_", "PR_", "AUDIT_")
            .constant("BPF_LD|BPF_W|BPF_ABS", BpfProgram.LOAD_WORD)
            .constant("BPF_ALU|BPF_AND|BPF_K", BpfProgram.AND)
            .constant("BPF_JMP|BPF_JEQ|BPF_K", BpfProgram.JUMP_IF_EQUAL)
            .constant("BPF_JMP|BPF_JGE|BPF_K", BpfProgram.JUMP_IF_AT_LEAST)
            .constant("BPF_RET|BPF_K", BpfProgram.RETURN)
            .constant("SECCOMP_MODE_FILTER", HostProbe.SECCOMP_FILTER)
            .constant("sizeof(struct sock_filter)", BpfProgram.INSTRUCTION_SIZE)
            .constant("sizeof(struct sock_fprog)", BpfProgram.PROGRAM_SIZE)
            .constant("offsetof(struct sock_fprog, filter)", BpfProgram.PROGRAM_FILTER)
            .constant("offsetof(struct seccomp_data, nr)", BpfProgram.DATA_NUMBER)
            .constant("offsetof(struct seccomp_data, arch)", BpfProgram.DATA_ARCHITECTURE)
            .constant("offsetof(struct seccomp_data, args)", BpfProgram.DATA_ARGUMENTS),
        reporter);
  }

  @Test
  void errorsHaveTheHeadersNumbers(TestReporter reporter) throws Exception {
    SystemHeaders headers = SystemHeaders.including("errno.h");
    for (Errno errno : Errno.values()) {
      headers.constant(errno.name(), errno.number());
    }
    compare(headers, reporter);
  }

  private static String[] magics() {
    return SystemHeaders.numbers(FileSystemMagic.class).stream()
        .map(java.lang.reflect.Field::getName)
        .filter(name -> name.endsWith("_MAGIC"))
        .toArray(String[]::new);
  }

  private static String callName(String name) {
    return "SYS_" + name.toLowerCase(Locale.ROOT);
  }

  private static String statxField(String name) {
    return name.equals("SIZE_OF_FILE") ? "stx_size" : "stx_" + name.toLowerCase(Locale.ROOT);
  }

  private static void compare(SystemHeaders headers, TestReporter reporter) throws Exception {
    for (String unchecked : headers.compare()) {
      reporter.publishEntry("unchecked: the headers are too old for", unchecked);
      assertThat(unchecked.replace("(unsigned) ", "")).isIn((Object[]) NEWER);
    }
  }
}
