// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.AbiDescription.Structure;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each accessor touches the bytes of its own field, all of them and no others, in little-endian
 * order, whatever its memory order.
 */
class LayoutAccessorTest {

  private static final Map<Class<?>, String> LAYOUTS =
      Map.ofEntries(
          Map.entry(SubmissionEntry.class, "rf_sqe"),
          Map.entry(CompletionEntry.class, "rf_cqe"),
          Map.entry(RingHeader.class, "rf_ring_header"),
          Map.entry(Doorbell.class, "rf_doorbell"),
          Map.entry(FileStatus.class, "rf_stat"),
          Map.entry(DirectoryEntry.class, "rf_dirent"),
          Map.entry(CapabilityStatus.class, "rf_query"),
          Map.entry(SocketAddress.class, "rf_address"),
          Map.entry(BufferRing.class, "rf_buffer_ring"),
          Map.entry(ProvidedBuffer.class, "rf_buffer"),
          Map.entry(Vector.class, "rf_vector"),
          Map.entry(CapabilityTransfer.class, "rf_transfer"),
          Map.entry(CapabilityReceived.class, "rf_received"),
          Map.entry(CapabilityLimits.class, "rf_limits"),
          Map.entry(FileAttributes.class, "rf_attributes"));

  private static final Pattern ACCESSOR =
      Pattern.compile("(set)?([A-Za-z0-9]+?)(Opaque|Acquire|Release)?");
  private static final long BASE = 4096;
  private static final long PATTERN = 0xF1E2_D3C4_B5A6_9788L;

  record Accessor(Class<?> layout, String field, Method method) {

    boolean writes() {
      return method.getReturnType() == void.class;
    }

    @Override
    public String toString() {
      return layout.getSimpleName() + "." + method.getName();
    }
  }

  static List<Accessor> accessors() {
    List<Accessor> found = new ArrayList<>();
    for (Class<?> layout : LAYOUTS.keySet()) {
      for (Method method : layout.getDeclaredMethods()) {
        accessor(layout, method, found);
      }
    }
    return found;
  }

  private static void accessor(Class<?> layout, Method method, List<Accessor> found) {
    boolean setter = method.getName().startsWith("set");
    Class<?>[] parameters = method.getParameterTypes();
    boolean shape =
        Modifier.isPublic(method.getModifiers())
            && parameters.length == (setter ? 3 : 2)
            && parameters[0] == MemorySegment.class
            && parameters[1] == long.class
            && (setter || method.getReturnType().isPrimitive())
            && (setter || method.getReturnType() != void.class);
    Matcher matcher = ACCESSOR.matcher(method.getName());
    if (shape && matcher.matches()) {
      String field = matcher.group(2).replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      found.add(new Accessor(layout, field.replaceFirst("^_", ""), method));
    }
  }

  @Test
  void eachFieldCanBeReadAndWritten() {
    List<String> missing = new ArrayList<>();
    LAYOUTS.forEach((layout, name) -> {
      for (AbiDescription.Field field : structure(name).fields()) {
        if (field.arrayLength() == 0) {
          missing.addAll(missingAccessors(layout, field.name()));
        }
      }
    });
    assertThat(missing).isEmpty();
  }

  private static List<String> missingAccessors(Class<?> layout, String field) {
    List<String> missing = new ArrayList<>();
    for (boolean writes : new boolean[] {false, true}) {
      boolean found =
          accessors().stream()
              .anyMatch(a -> a.layout == layout && a.field.equals(field) && a.writes() == writes);
      if (!found) {
        missing.add(layout.getSimpleName() + "." + field + (writes ? " (write)" : " (read)"));
      }
    }
    return missing;
  }

  @ParameterizedTest
  @MethodSource("accessors")
  void anAccessorTouchesItsFieldAndNothingElse(Accessor accessor) throws Exception {
    int[] place = place(accessor);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(3 * BASE, 64);
      if (accessor.writes()) {
        segment.fill((byte) 0x55);
        accessor.method.invoke(null, segment, BASE, argument(accessor));
        byte[] expected = new byte[(int) segment.byteSize()];
        Arrays.fill(expected, (byte) 0x55);
        for (int i = 0; i < place[1]; i++) {
          expected[(int) BASE + place[0] + i] = expectedByte(accessor, i);
        }
        assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
      } else {
        for (int i = 0; i < place[1]; i++) {
          segment.set(ValueLayout.JAVA_BYTE, BASE + place[0] + i, (byte) (PATTERN >>> 8 * i));
        }
        assertThat(accessor.method.invoke(null, segment, BASE))
            .isEqualTo(expectedValue(accessor, place[1]));
      }
    }
  }

  private static Object argument(Accessor accessor) {
    Class<?> type = accessor.method.getParameterTypes()[2];
    if (type == boolean.class) {
      return true;
    }
    return type == int.class ? (Object) (int) PATTERN : (Object) PATTERN;
  }

  private static byte expectedByte(Accessor accessor, int index) {
    boolean flag = accessor.method.getParameterTypes()[2] == boolean.class;
    return flag ? 1 : (byte) (PATTERN >>> 8 * index);
  }

  private static Object expectedValue(Accessor accessor, int size) {
    Class<?> type = accessor.method.getReturnType();
    if (type == boolean.class) {
      return true;
    }
    long mask = size == 8 ? -1L : (1L << 8 * size) - 1;
    return type == int.class ? (Object) (int) (PATTERN & mask) : (Object) (PATTERN & mask);
  }

  /** Offset and size of the field as the description gives them. */
  private static int[] place(Accessor accessor) {
    if (accessor.field.startsWith("auxiliary")) {
      int index = accessor.field.charAt("auxiliary".length()) - '0';
      return new int[] {field(accessor, "auxiliary").offset() + 8 * index, 8};
    }
    AbiDescription.Field field = field(accessor, accessor.field);
    return new int[] {field.offset(), field.size()};
  }

  private static AbiDescription.Field field(Accessor accessor, String name) {
    return structure(LAYOUTS.getOrDefault(accessor.layout, "?")).fields().stream()
        .filter(field -> field.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no field for " + accessor));
  }

  private static Structure structure(String name) {
    return AbiDescription.structures().stream()
        .filter(structure -> structure.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
