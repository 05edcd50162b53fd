// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a test asks of an ELF file of 64 bits: how it is loaded, and what it lacks. */
final class Elf {

  /** The type of a program that is loaded where it was linked. */
  static final int EXECUTABLE = 2;

  static final int INTERPRETER = 3;
  static final int DYNAMIC = 2;

  private static final int MAGIC = 0x464C457F;
  private static final int MACHINE_X86_64 = 62;
  private static final int SYMBOL_TABLE = 2;
  private static final int DYNAMIC_SYMBOLS = 11;
  private static final int SYMBOL_SIZE = 24;

  private final ByteBuffer bytes;

  Elf(Path file) {
    try {
      bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (bytes.getInt(0) != MAGIC || bytes.getShort(18) != MACHINE_X86_64) {
      throw new AssertionError(file + " is no ELF file for x86-64");
    }
  }

  int type() {
    return bytes.getShort(16);
  }

  /** The types of its segments. */
  List<Integer> segments() {
    List<Integer> types = new ArrayList<>();
    int start = (int) bytes.getLong(32);
    for (int i = 0; i < bytes.getShort(56); i++) {
      types.add(bytes.getInt(start + i * bytes.getShort(54)));
    }
    return types;
  }

  /** Symbols that it uses and does not define. */
  List<String> missingSymbols() {
    List<String> missing = new ArrayList<>();
    for (int section = 0; section < bytes.getShort(60); section++) {
      int header = header(section);
      int kind = bytes.getInt(header + 4);
      if (kind == SYMBOL_TABLE || kind == DYNAMIC_SYMBOLS) {
        int start = (int) bytes.getLong(header + 24);
        int end = start + (int) bytes.getLong(header + 32);
        int names = (int) bytes.getLong(header(bytes.getInt(header + 40)) + 24);
        for (int symbol = start; symbol < end; symbol += SYMBOL_SIZE) {
          String name = text(names + bytes.getInt(symbol));
          if (bytes.getShort(symbol + 6) == 0 && !name.isEmpty()) {
            missing.add(name);
          }
        }
      }
    }
    return missing;
  }

  private int header(int section) {
    return (int) bytes.getLong(40) + section * bytes.getShort(58);
  }

  private String text(int start) {
    int end = start;
    while (bytes.get(end) != 0) {
      end++;
    }
    return new String(bytes.array(), start, end - start, StandardCharsets.UTF_8);
  }
}
