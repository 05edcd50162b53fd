// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Compares Java's numbers with those of the C headers on this machine: one C program prints each
 * expression's value, and what the headers are too old to know is told apart from what is wrong.
 */
public final class SystemHeaders {

  private static final Pattern UNKNOWN =
      Pattern.compile("'(\\w+)' undeclared|no member named '(\\w+)'");
  private static final long COMPILE_SECONDS_MAX = 60;

  private final String includes;
  private final Map<String, Long> expected = new LinkedHashMap<>();

  private SystemHeaders(String includes) {
    this.includes = includes;
  }

  /** Numbers of these headers; what begins with # stands as it is. */
  public static SystemHeaders including(String... headers) {
    StringBuilder lines = new StringBuilder("#define _GNU_SOURCE\n");
    for (String header : headers) {
      lines.append(header.startsWith("#") ? header : "#include <" + header + ">").append('\n');
    }
    return new SystemHeaders(lines.toString());
  }

  /** Expects a C expression to have a value. */
  public SystemHeaders constant(String expression, long value) {
    expected.put(expression, value);
    return this;
  }

  /** Expects each number of a class, or each with one of these prefixes, under its own name. */
  public SystemHeaders constants(Class<?> type, String... prefixes) {
    return constants(type, UnaryOperator.identity(), prefixes);
  }

  /** The same, under the names that {@code toC} makes. */
  public SystemHeaders constants(Class<?> type, UnaryOperator<String> toC, String... prefixes) {
    for (Field field : numbers(type)) {
      boolean wanted = Stream.of(prefixes).anyMatch(field.getName()::startsWith);
      if (prefixes.length == 0 || wanted) {
        constant(toC.apply(field.getName()), value(field));
      }
    }
    return this;
  }

  /** Expects SIZE to be the size, and every other number without these prefixes an offset. */
  public SystemHeaders structure(
      Class<?> type, String structure, UnaryOperator<String> toField, String... others) {
    for (Field field : numbers(type)) {
      String name = field.getName();
      if (name.equals("SIZE")) {
        constant("sizeof(" + structure + ")", value(field));
      } else if (Stream.of(others).noneMatch(name::startsWith)) {
        constant("offsetof(%s, %s)".formatted(structure, toField.apply(name)), value(field));
      }
    }
    return this;
  }

  /** The same where Java's names are C's in capitals. */
  public SystemHeaders structure(Class<?> type, String structure, String... others) {
    return structure(type, structure, name -> name.toLowerCase(Locale.ROOT), others);
  }

  /**
   * Compiles, runs and compares; skips the test where there is no gcc.
   *
   * @return the expressions that the headers do not know
   */
  public List<String> compare() throws IOException, InterruptedException {
    assumeTrue(runs("gcc", "--version"), "no gcc: the numbers stay unchecked");
    assertThat(expected).as("something to compare").isNotEmpty();
    Path directory = Files.createTempDirectory("headers");
    try {
      return compareIn(directory);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private List<String> compareIn(Path directory) throws IOException, InterruptedException {
    List<String> unknown = new ArrayList<>();
    Path binary = directory.resolve("numbers");
    String errors = compile(directory, binary);
    if (!errors.isEmpty()) {
      TreeSet<String> names = new TreeSet<>();
      Matcher matcher = UNKNOWN.matcher(errors);
      while (matcher.find()) {
        names.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
      }
      assertThat(names).as(errors).isNotEmpty();
      for (String expression : List.copyOf(expected.keySet())) {
        if (names.stream().anyMatch(n -> expression.matches(".*\\b" + n + "\\b.*"))) {
          expected.remove(expression);
          unknown.add(expression);
        }
      }
      assertThat(compile(directory, binary)).isEmpty();
    }
    Map<String, Long> found = new LinkedHashMap<>();
    for (String line : output(binary.toString()).lines().toList()) {
      int space = line.lastIndexOf(' ');
      found.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
    }
    assertThat(found).isEqualTo(expected);
    return unknown;
  }

  private String compile(Path directory, Path binary) throws IOException, InterruptedException {
    StringBuilder program = new StringBuilder(includes);
    program.append("#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n");
    for (String expression : expected.keySet()) {
      program
          .append("  printf(\"%s %lld\\n\", \"")
          .append(expression)
          .append("\", (long long) (")
          .append(expression)
          .append("));\n");
    }
    Path source = directory.resolve("numbers.c");
    Files.writeString(source, program.append("  return 0;\n}\n"));
    ProcessBuilder gcc =
        new ProcessBuilder("gcc", "-w", "-o", binary.toString(), source.toString());
    gcc.environment().put("LC_ALL", "C");
    Path errors = directory.resolve("errors");
    Process process = gcc.redirectErrorStream(true).redirectOutput(errors.toFile()).start();
    assertThat(process.waitFor(COMPILE_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(errors);
    return process.exitValue() == 0 ? "" : text.isEmpty() ? "gcc failed" : text;
  }

  /** What a program prints on its standard output. */
  public static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    return text;
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException absent) {
      return false;
    }
  }

  /** The int and long constants that a class shows outside itself. */
  static List<Field> numbers(Class<?> type) {
    List<Field> numbers = new ArrayList<>();
    for (Field field : type.getDeclaredFields()) {
      boolean constant =
          Modifier.isStatic(field.getModifiers()) && !Modifier.isPrivate(field.getModifiers());
      if (constant && (field.getType() == int.class || field.getType() == long.class)) {
        field.setAccessible(true);
        numbers.add(field);
      }
    }
    return numbers;
  }

  static long value(Field field) {
    try {
      return ((Number) field.get(null)).longValue();
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
