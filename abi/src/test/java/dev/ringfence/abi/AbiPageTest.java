// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.AbiDescription.Field;
import dev.ringfence.abi.AbiDescription.Structure;
import dev.ringfence.abi.AbiPage.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code docs/abi.md} says the same numbers as the code, all of them and no others. */
class AbiPageTest {

  private static final AbiPage PAGE = new AbiPage();

  @Test
  void systemCalls() {
    assertThat(numbers(PAGE.table("number", "call"))).isEqualTo(described("RF_SYS_", List.of()));
  }

  @Test
  void operations() {
    assertThat(numbers(PAGE.table("code", "operation"))).isEqualTo(described("RF_OP_", List.of()));
  }

  @Test
  void everyOperationHasItsParagraph() {
    List<String> headings = PAGE.lines().stream().filter(line -> line.startsWith("### ")).toList();
    for (OpCode opCode : OpCode.values()) {
      String name = opCode.code() + " " + opCode.name();
      assertThat(headings).as(name).anyMatch(line -> (line + ",").contains(" " + name + ","));
    }
  }

  @Test
  void errorsWithRetryAndRemedy() {
    Map<String, List<String>> expected = new LinkedHashMap<>();
    for (SyscallError error : SyscallError.values()) {
      expected.put(
          error.displayName(),
          List.of(
              "0x" + Integer.toHexString(error.code()).toUpperCase(Locale.ROOT),
              error.retryable() ? "yes" : "no",
              error.description()));
    }
    Map<String, List<String>> rows = new LinkedHashMap<>();
    for (List<String> row : PAGE.table("code", "error").rows()) {
      rows.put(row.get(1), List.of(row.get(0), row.get(2), row.get(3)));
    }
    assertThat(rows).containsExactlyEntriesOf(expected);
  }

  @Test
  void errorsNamedInTheTextExist() {
    List<String> known =
        Arrays.stream(SyscallError.values()).map(SyscallError::displayName).toList();
    for (Table table : PAGE.tables()) {
      if (table.head().equals(List.of("error", "when"))) {
        assertThat(known).containsAll(table.rows().stream().map(List::getFirst).toList());
      }
    }
  }

  @Test
  void rights() {
    Map<String, Long> bits = new LinkedHashMap<>();
    for (List<String> row : PAGE.table("bit", "right").rows()) {
      bits.put(row.get(1), 1L << Integer.parseInt(row.get(0)));
    }
    assertThat(bits).isEqualTo(described("RF_RIGHT_", List.of()));
  }

  @Test
  void presets() {
    Map<String, Long> masks = new LinkedHashMap<>();
    for (List<String> row : PAGE.table("preset", "word").rows()) {
      masks.put(row.get(0), row.get(0).equals("ALL") ? Rights.ALL : mask(row.get(2)));
      assertThat(Rights.parse(row.get(1))).as(row.get(1)).isEqualTo(masks.get(row.get(0)));
    }
    assertThat(masks).isEqualTo(described("RF_RIGHTS_", List.of()));
  }

  @Test
  void typesAndTheRightsThatApply() {
    Table table = PAGE.table("code", "type");
    assertThat(numbers(table)).isEqualTo(described("RF_TYPE_", List.of()));
    for (List<String> row : table.rows()) {
      assertThat(mask(row.get(3)))
          .as(row.get(1))
          .isEqualTo(CapabilityType.valueOf(row.get(1)).applicableRights());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "setup flag, RF_SETUP_, KNOWN CQ_ORDER_SHIFT IDLE_MILLIS_SHIFT",
    "submission flag, RF_SQE_, KNOWN",
    "completion flag, RF_CQE_, BUFFER_SHIFT",
    "feature, RF_FEATURE_, ''",
    "open flag, RF_OPEN_, KNOWN MODE_SHIFT MODE_MASK",
    "fsync flag, RF_FSYNC_, ''",
    "poll event, RF_POLL_, ''",
    "cancel flag, RF_CANCEL_, KNOWN",
    "timeout flag, RF_TIMEOUT_, ''",
    "stat flag, RF_STAT_, ''",
    "remove flag, RF_REMOVE_, ''",
    "rename flag, RF_RENAME_, SHIFT",
    "poll flag, RF_POLLING_, ''",
    "accept flag, RF_ACCEPT_, ''",
    "send flag, RF_SEND_, ''",
    "receive flag, RF_RECEIVE_, ''",
    "shutdown flag, RF_SHUTDOWN_, ''",
    "allocate flag, RF_ALLOCATE_, ''",
    "sync range flag, RF_SYNC_RANGE_, ''",
    "advice, RF_ADVICE_, ''",
    "attribute, RF_ATTRIBUTE_, ''",
    "socket kind, RF_SOCKET_, NAME_MAX",
    "address family, RF_FAMILY_, ''",
    "socket option, RF_OPTION_, ''",
    "event flag, RF_EVENT_, ''",
    "transfer flag, RF_TRANSFER_, COUNT_MAX",
    "limit flag, RF_LIMIT_, ''",
  })
  void flags(String head, String prefix, String notFlags) {
    Map<String, Long> values = new LinkedHashMap<>();
    for (List<String> row : PAGE.table(head, "value").rows()) {
      values.put(row.get(0), Long.decode(row.get(1)));
    }
    assertThat(values).isEqualTo(described(prefix, List.of(notFlags.split(" "))));
  }

  /** Tables with these heads describe structures; the page names them in this order. */
  @Test
  void layouts() {
    List<String> order =
        List.of(
            "rf_ring_header",
            "rf_doorbell",
            "rf_info",
            "rf_info_row",
            "rf_sqe",
            "rf_cqe",
            "rf_buffer_ring",
            "rf_buffer",
            "rf_stat",
            "rf_vector",
            "rf_attributes",
            "rf_dirent",
            "rf_address",
            "rf_transfer",
            "rf_received",
            "rf_query",
            "rf_limits");
    List<Table> tables =
        PAGE.tables().stream()
            .filter(t -> t.head().subList(0, 2).equals(List.of("offset", "type")))
            .toList();
    assertThat(tables).hasSameSizeAs(order);
    IntStream.range(0, order.size()).forEach(i -> assertLayout(order.get(i), tables.get(i)));
  }

  private static void assertLayout(String name, Table table) {
    List<String> fromPage = new ArrayList<>();
    for (List<String> row : table.rows()) {
      if (!row.get(1).isEmpty()) {
        fromPage.add(row.get(0) + " " + row.get(1) + " " + row.get(2));
      }
    }
    Structure structure =
        AbiDescription.structures().stream()
            .filter(s -> s.name().equals(name))
            .findFirst()
            .orElseThrow();
    List<String> fromCode =
        structure.fields().stream().map(AbiPageTest::describe).filter(Objects::nonNull).toList();
    assertThat(fromPage).as(name).isEqualTo(fromCode);
  }

  private static @Nullable String describe(Field field) {
    String type =
        switch (field.cType()) {
          case "uint8_t", "char" -> "u8";
          case "uint16_t" -> "u16";
          case "uint32_t" -> "u32";
          case "uint64_t" -> "u64";
          case "int32_t" -> "i32";
          case "int64_t" -> "i64";
          default -> null;
        };
    if (type == null || field.size() > 1024) {
      // rows that have a table of their own, and the unused rest of a page
      return null;
    }
    String array = field.arrayLength() == 0 ? "" : "[" + field.arrayLength() + "]";
    return field.offset() + " " + type + array + " " + field.name();
  }

  private static Map<String, Long> numbers(Table table) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    table.rows().forEach(row -> numbers.put(row.get(1), Long.parseLong(row.get(0))));
    return numbers;
  }

  private static Map<String, Long> described(String prefix, List<String> but) {
    return AbiDescription.constants().stream()
        .filter(constant -> constant.name().startsWith(prefix))
        .filter(constant -> !but.contains(constant.name().substring(prefix.length())))
        .collect(
            Collectors.toMap(
                constant -> constant.name().substring(prefix.length()),
                AbiDescription.Constant::value));
  }

  private static long mask(String names) {
    return names.equals("–") ? 0 : Rights.parse(names);
  }
}
