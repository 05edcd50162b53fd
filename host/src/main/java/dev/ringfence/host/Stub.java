// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.FileCalls;
import dev.ringfence.linux.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A program of some instructions that asks to be traced and then becomes the guest, which so stands
 * still before its first instruction; if that fails it ends with the errno as its status. It lies
 * in a sealed file without a name.
 */
final class Stub implements AutoCloseable {

  private static final byte[] NAME = "ringfence-stub".getBytes(StandardCharsets.US_ASCII);

  private static final long LOADED_AT = 0x400000;
  private static final int HEADER_SIZE = 64;
  private static final int PROGRAM_HEADER_SIZE = 56;
  private static final int CODE_AT = HEADER_SIZE + PROGRAM_HEADER_SIZE;

  /** Out of the way of the numbers that a child is given. */
  private static final int DESCRIPTOR_MIN = 100;

  private static final int[] CODE = {
    0x31, 0xff, // xor edi, edi: PTRACE_TRACEME
    0x31, 0xf6, // xor esi, esi
    0x31, 0xd2, // xor edx, edx
    0x6a, 0x65, 0x58, // push 101; pop rax: ptrace
    0x0f, 0x05, // syscall
    0x48, 0x8b, 0x7c, 0x24, 0x10, // mov rdi, [rsp + 16]: argv[1]
    0x48, 0x8d, 0x74, 0x24, 0x10, // lea rsi, [rsp + 16]: argv + 1
    0x48, 0x8b, 0x04, 0x24, // mov rax, [rsp]: argc
    0x48, 0x8d, 0x54, 0xc4, 0x10, // lea rdx, [rsp + 8 * rax + 16]: envp
    0x6a, 0x3b, 0x58, // push 59; pop rax: execve
    0x0f, 0x05, // syscall
    0x89, 0xc7, // mov edi, eax
    0xf7, 0xdf, // neg edi
    0xb8, 0xe7, 0x00, 0x00, 0x00, // mov eax, 231: exit_group
    0x0f, 0x05, // syscall
  };

  private final int descriptor;

  private Stub(int descriptor) {
    this.descriptor = descriptor;
  }

  static Stub create() throws LinuxException {
    int flags = Descriptors.MFD_CLOEXEC | Descriptors.MFD_ALLOW_SEALING;
    long made = Descriptors.memfd(NAME, flags | Descriptors.MFD_EXEC);
    if (made == Errno.EINVAL.result()) {
      // before Linux 6.3 all of them can be executed
      made = Descriptors.memfd(NAME, flags);
    }
    int low = (int) LinuxException.check("memfd_create", made);
    try (Arena arena = Arena.ofConfined()) {
      byte[] image = image();
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, image);
      LinuxException.check("pwrite", FileCalls.pwrite(low, bytes.address(), image.length, 0));
      int seals =
          Descriptors.F_SEAL_SHRINK
              | Descriptors.F_SEAL_GROW
              | Descriptors.F_SEAL_WRITE
              | Descriptors.F_SEAL_SEAL;
      LinuxException.check(
          "fcntl(F_ADD_SEALS)", Descriptors.fcntl(low, Descriptors.F_ADD_SEALS, seals));
      long high = Descriptors.fcntl(low, Descriptors.F_DUPFD_CLOEXEC, DESCRIPTOR_MIN);
      return new Stub((int) LinuxException.check("fcntl(F_DUPFD_CLOEXEC)", high));
    } finally {
      Descriptors.close(low);
    }
  }

  /** Its path, for a process that has this process's descriptors. */
  byte[] path() {
    return ("/proc/self/fd/" + descriptor).getBytes(StandardCharsets.US_ASCII);
  }

  /** An ELF program of one segment. */
  private static byte[] image() {
    int size = CODE_AT + CODE.length;
    ByteBuffer image = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    image.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
    image.putShort((short) 2).putShort((short) 62).putInt(1); // ET_EXEC, EM_X86_64, EV_CURRENT
    image.putLong(LOADED_AT + CODE_AT).putLong(HEADER_SIZE).putLong(0); // entry, phoff, shoff
    image.putInt(0).putShort((short) HEADER_SIZE); // flags, ehsize
    image.putShort((short) PROGRAM_HEADER_SIZE).putShort((short) 1); // phentsize, phnum
    image.position(HEADER_SIZE);
    image.putInt(1).putInt(5); // PT_LOAD, to read and execute
    image.putLong(0).putLong(LOADED_AT).putLong(LOADED_AT); // offset, vaddr, paddr
    image.putLong(size).putLong(size).putLong(0x1000); // filesz, memsz, align
    for (int code : CODE) {
      image.put((byte) code);
    }
    return image.array();
  }

  @Override
  public void close() {
    Descriptors.close(descriptor);
  }
}
