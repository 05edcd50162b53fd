// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Every number that the public classes of the module publish, found by reflection. */
final class PublicConstants {

  /** A public static final number. */
  record PublicConstant(Class<?> owner, String name, long value) {

    @Override
    public String toString() {
      return owner.getSimpleName() + "." + name + " = " + value;
    }
  }

  private PublicConstants() {}

  static List<PublicConstant> all() {
    return publicClasses().stream().flatMap(PublicConstants::of).collect(toList());
  }

  private static Stream<PublicConstant> of(Class<?> owner) {
    return Arrays.stream(owner.getDeclaredFields())
        .filter(field -> Modifier.isPublic(field.getModifiers()))
        .filter(field -> Modifier.isStatic(field.getModifiers()))
        .filter(field -> field.getType() == int.class || field.getType() == long.class)
        .map(field -> new PublicConstant(owner, field.getName(), value(field)));
  }

  private static long value(Field field) {
    try {
      return field.getLong(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Class<?>> publicClasses() {
    try {
      Path root = Path.of(OpCode.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> files = Files.list(root.resolve("dev/ringfence/abi"))) {
        return files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
            .map(name -> load("dev.ringfence.abi." + name.replace(".class", "")))
            .filter(type -> Modifier.isPublic(type.getModifiers()))
            .collect(toList());
      }
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
