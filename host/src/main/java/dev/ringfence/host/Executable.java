// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Looks at a program before it is started, so that what cannot run is told in words. It decides
 * nothing about safety: the file may change until Linux reads it.
 */
final class Executable {

  /** elf.h, 64 bits. */
  private static final int HEADER_SIZE = 64;

  private static final int MAGIC = 0x464c457f;
  private static final int CLASS_64 = 2;
  private static final int MACHINE_X86_64 = 62;
  private static final int PROGRAM_HEADER_SIZE = 56;
  private static final int PT_INTERP = 3;

  private static final int AT_CLASS = 4;
  private static final int AT_MACHINE = 18;
  private static final int AT_PROGRAM_HEADERS = 32;
  private static final int AT_PROGRAM_HEADER_SIZE = 54;
  private static final int AT_PROGRAM_HEADER_COUNT = 56;

  private Executable() {}

  /**
   * Refuses what can never be a guest.
   *
   * @throws SyscallException NotFound, PermissionDenied or InvalidExecutable
   */
  static void check(Path program) {
    if (Files.isDirectory(program)) {
      throw invalid(program, "it is a directory");
    }
    try (FileChannel file = FileChannel.open(program, StandardOpenOption.READ)) {
      check(program, file);
    } catch (NoSuchFileException e) {
      throw new SyscallException(SyscallError.NOT_FOUND, "no program " + program, e);
    } catch (IOException e) {
      throw new SyscallException(
          SyscallError.PERMISSION_DENIED,
          "cannot read " + program + ", which a guest's program must be: " + e.getMessage(),
          e);
    }
    if (!Files.isExecutable(program)) {
      throw new SyscallException(
          SyscallError.PERMISSION_DENIED, program + " is not executable: chmod +x " + program);
    }
  }

  private static void check(Path program, FileChannel file) throws IOException {
    ByteBuffer header = read(file, 0, HEADER_SIZE);
    if (header.remaining() < HEADER_SIZE || header.getInt(0) != MAGIC) {
      throw invalid(program, "it is no ELF program; a script or a class is none");
    }
    if (header.get(AT_CLASS) != CLASS_64 || header.getShort(AT_MACHINE) != MACHINE_X86_64) {
      throw invalid(program, "it is for another processor than x86-64");
    }
    long at = header.getLong(AT_PROGRAM_HEADERS);
    int size = Short.toUnsignedInt(header.getShort(AT_PROGRAM_HEADER_SIZE));
    int count = Short.toUnsignedInt(header.getShort(AT_PROGRAM_HEADER_COUNT));
    if (at < 0 || size != PROGRAM_HEADER_SIZE || at > file.size() - (long) size * count) {
      throw invalid(program, "its program headers are damaged");
    }
    ByteBuffer headers = read(file, at, size * count);
    for (int i = 0; i < count; i++) {
      if (headers.getInt(i * size) == PT_INTERP) {
        throw invalid(
            program,
            "it is linked dynamically, and its loader would have to open files; link it with"
                + " -static");
      }
    }
  }

  private static ByteBuffer read(FileChannel file, long from, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long at = from;
    while (buffer.hasRemaining()) {
      int read = file.read(buffer, at);
      if (read < 0) {
        break;
      }
      at += read;
    }
    return buffer.flip();
  }

  private static SyscallException invalid(Path program, String why) {
    return new SyscallException(
        SyscallError.INVALID_EXECUTABLE, program + " cannot be a guest: " + why);
  }
}
