// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.Map;

/** Prints a class's constants, in a process that is told to be another machine. */
final class PrintNumbers {

  private PrintNumbers() {}

  public static void main(String[] arguments) throws Exception {
    for (Field field : SystemHeaders.numbers(Class.forName(arguments[0]))) {
      System.out.println(field.getName() + "=" + SystemHeaders.value(field));
    }
  }

  static Map<String, Long> elsewhere(String system, String processor, Class<?> type)
      throws Exception {
    Map<String, Long> numbers = new LinkedHashMap<>();
    String text = OtherMachine.run(system, processor, PrintNumbers.class, type.getName());
    for (String line : text.lines().toList()) {
      int sign = line.indexOf('=');
      numbers.put(line.substring(0, sign), Long.valueOf(line.substring(sign + 1)));
    }
    return numbers;
  }
}
