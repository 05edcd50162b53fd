// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A guest of some lines of C: without a library it is the body of {@code guest(argc, argv)}, with
 * {@code call(number, a, b, c)} for system calls of any kind; its result is the exit status.
 */
final class CProgram {

  private static final long COMPILE_SECONDS_MAX = 60;

  private static final String PROLOGUE =
      """
      typedef unsigned long u64; typedef unsigned int u32; typedef unsigned char u8;
      static long call6(long n, long a, long b, long c, long d, long e, long f) {
        long result;
        register long r10 asm("r10") = d; register long r8 asm("r8") = e;
        register long r9 asm("r9") = f;
        asm volatile("syscall" : "=a"(result)
          : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
          : "rcx", "r11", "memory");
        return result;
      }
      static long call(long n, long a, long b, long c) { return call6(n, a, b, c, 0, 0, 0); }
      #define BASE 0x200000000000UL
      static inline int length(const char *s) { int n = 0; while (s[n]) n++; return n; }
      """;

  private static final String EPILOGUE =
      """
      void begin(long *stack) { call(231, guest((int) stack[0], (char **) (stack + 1)), 0, 0); }
      asm(".globl _start\\n_start: mov %rsp, %rdi\\n and $-16, %rsp\\n call begin\\n hlt");
      """;

  private CProgram() {}

  /** Compiles a body without any library; skips the test where there is no gcc. */
  static Path bare(Path directory, String name, String body) {
    String source =
        PROLOGUE + "static int guest(int argc, char **argv) {\n" + body + "\n}\n" + EPILOGUE;
    return compile(
        directory,
        name,
        source,
        "-nostdlib",
        "-static",
        "-ffreestanding",
        "-fno-stack-protector",
        "-Wno-unused-parameter",
        "-Wno-unused-function");
  }

  /** Compiles a whole program. */
  static Path compile(Path directory, String name, String source, String... options) {
    Path gcc = Path.of("/usr/bin/gcc");
    assumeTrue(Files.isExecutable(gcc), "no gcc: no guest to run");
    try {
      Path file = Files.writeString(directory.resolve(name + ".c"), source);
      Path program = directory.resolve(name);
      List<String> command =
          new ArrayList<>(List.of(gcc.toString(), "-O1", "-Wall", "-Wextra", "-o"));
      command.add(program.toString());
      command.add(file.toString());
      command.addAll(List.of(options));
      Path log = directory.resolve(name + ".log");
      Process compiler =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      assertThat(compiler.waitFor(COMPILE_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
      assertThat(compiler.exitValue()).as(Files.readString(log)).isZero();
      return program;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("cannot compile " + name, e);
    }
  }
}
