// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.AbiDescription.Constant;
import dev.ringfence.abi.AbiDescription.Field;
import dev.ringfence.abi.AbiDescription.Structure;
import dev.ringfence.abi.PublicConstants.PublicConstant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The description is complete, and says the same numbers as the classes it describes. */
class AbiDescriptionTest {

  private static final Map<String, String> STRUCTURES =
      Map.ofEntries(
          Map.entry("SubmissionEntry", "rf_sqe"),
          Map.entry("CompletionEntry", "rf_cqe"),
          Map.entry("RingHeader", "rf_ring_header"),
          Map.entry("Doorbell", "rf_doorbell"),
          Map.entry("InfoPage", "rf_info"),
          Map.entry("FileStatus", "rf_stat"),
          Map.entry("DirectoryEntry", "rf_dirent"),
          Map.entry("CapabilityStatus", "rf_query"),
          Map.entry("SocketAddress", "rf_address"),
          Map.entry("BufferRing", "rf_buffer_ring"),
          Map.entry("ProvidedBuffer", "rf_buffer"),
          Map.entry("Vector", "rf_vector"),
          Map.entry("CapabilityTransfer", "rf_transfer"),
          Map.entry("CapabilityReceived", "rf_received"),
          Map.entry("CapabilityLimits", "rf_limits"),
          Map.entry("FileAttributes", "rf_attributes"));

  private static final Map<String, String> PREFIXES =
      Map.ofEntries(
          Map.entry("SubmissionFlags", "RF_SQE_"),
          Map.entry("CompletionFlags", "RF_CQE_"),
          Map.entry("Features", "RF_FEATURE_"),
          Map.entry("SetupFlags", "RF_SETUP_"),
          Map.entry("OpenFlags", "RF_OPEN_"),
          Map.entry("FsyncFlags", "RF_FSYNC_"),
          Map.entry("TimeoutFlags", "RF_TIMEOUT_"),
          Map.entry("CancelFlags", "RF_CANCEL_"),
          Map.entry("RemoveFlags", "RF_REMOVE_"),
          Map.entry("RenameFlags", "RF_RENAME_"),
          Map.entry("StatFlags", "RF_STAT_"),
          Map.entry("PollEvents", "RF_POLL_"),
          Map.entry("PollFlags", "RF_POLLING_"),
          Map.entry("AcceptFlags", "RF_ACCEPT_"),
          Map.entry("ReceiveFlags", "RF_RECEIVE_"),
          Map.entry("SendFlags", "RF_SEND_"),
          Map.entry("ShutdownFlags", "RF_SHUTDOWN_"),
          Map.entry("AllocateFlags", "RF_ALLOCATE_"),
          Map.entry("SyncRangeFlags", "RF_SYNC_RANGE_"),
          Map.entry("Advice", "RF_ADVICE_"),
          Map.entry("AttributeFlags", "RF_ATTRIBUTE_"),
          Map.entry("SocketKind", "RF_SOCKET_"),
          Map.entry("SocketOption", "RF_OPTION_"),
          Map.entry("EventFlags", "RF_EVENT_"),
          Map.entry("TransferFlags", "RF_TRANSFER_"),
          Map.entry("LimitFlags", "RF_LIMIT_"),
          Map.entry("BufferRing", "RF_"),
          Map.entry("SocketAddress", "RF_"),
          Map.entry("RingContext", "RF_"),
          Map.entry("SubmissionEntry", "RF_"),
          Map.entry("FileStatus", "RF_"),
          Map.entry("DirectoryEntry", "RF_"));

  /** Constants whose C name does not follow from the class's prefix. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("SubmissionEntry.ANY_BUFFER", "RF_BUFFER_ANY"),
          Map.entry("RingHeader.MAGIC_VALUE", "RF_RING_MAGIC"),
          Map.entry("RingHeader.VERSION_VALUE", "RF_RING_VERSION"),
          Map.entry("RingHeader.FLAG_POISONED", "RF_RING_POISONED"),
          Map.entry("InfoPage.MAGIC_VALUE", "RF_INFO_MAGIC"),
          Map.entry("InfoPage.VERSION_VALUE", "RF_INFO_VERSION"),
          Map.entry("InfoPage.ROWS_MAX", "RF_INFO_ROWS_MAX"),
          Map.entry("InfoPage.NAME_MAX", "RF_INFO_NAME_MAX"),
          Map.entry("CapabilityStatus.STATE_LIVE", "RF_QUERY_LIVE"),
          Map.entry("BufferRing.ENTRIES_OFFSET", "RF_BUFFER_RING_ENTRIES_OFFSET"),
          Map.entry("SocketAddress.NAME_MAX", "RF_SOCKET_NAME_MAX"),
          Map.entry("Vector.COUNT_MAX", "RF_VECTOR_COUNT_MAX"),
          Map.entry("CapabilityTransfer.COUNT_MAX", "RF_TRANSFER_COUNT_MAX"),
          Map.entry("CapabilityTransfer.MESSAGE_MAX", "RF_MESSAGE_MAX"));

  private static final Map<String, Constant> CONSTANTS =
      AbiDescription.constants().stream().collect(Collectors.toMap(Constant::name, c -> c));

  private static List<PublicConstant> everyPublicConstant() {
    return PublicConstants.all();
  }

  @Test
  void theSearchForPublicConstantsFindsThem() {
    assertThat(PublicConstants.all())
        .hasSizeGreaterThan(150)
        .contains(new PublicConstant(Rights.class, "READ", 1))
        .contains(new PublicConstant(SubmissionEntry.class, "USER_DATA_OFFSET", 32));
  }

  @ParameterizedTest
  @MethodSource("everyPublicConstant")
  void everyPublicConstantIsDescribedWithItsNumber(PublicConstant constant) {
    List<Long> described = described(constant);
    assertThat(described).as("descriptions of %s", constant).isNotEmpty();
    assertThat(described).as("numbers of %s", constant).containsOnly(constant.value());
  }

  @Test
  void everyMemberOfTheEnumsIsDescribedWithItsNumber() {
    assertDescribed(SystemCall.values(), "RF_SYS_", SystemCall::number);
    assertDescribed(OpCode.values(), "RF_OP_", OpCode::code);
    assertDescribed(SyscallError.values(), "RF_ERR_", SyscallError::code);
    assertDescribed(CapabilityType.values(), "RF_TYPE_", CapabilityType::code);
  }

  @Test
  void noNameIsUsedTwice() {
    List<String> names = new ArrayList<>();
    AbiDescription.constants().forEach(constant -> names.add(constant.name()));
    AbiDescription.structures().forEach(structure -> names.add(structure.name()));
    assertThat(names).doesNotHaveDuplicates();
  }

  @Test
  void noTwoCallsOperationsErrorsTypesOrRightsShareANumber() {
    for (String prefix : List.of("RF_SYS_", "RF_OP_", "RF_ERR_", "RF_TYPE_", "RF_RIGHT_")) {
      assertThat(valuesOf(prefix)).as(prefix).isNotEmpty().doesNotHaveDuplicates();
    }
  }

  @Test
  void eachFlagIsOneBitOfItsOwn() {
    Map<String, List<String>> notFlags =
        Map.of(
            "RF_SQE_", List.of("KNOWN"),
            "RF_CQE_", List.of("BUFFER_SHIFT"),
            "RF_FEATURE_", List.of(),
            "RF_OPEN_", List.of("KNOWN", "MODE_SHIFT", "MODE_MASK"),
            "RF_CANCEL_", List.of("KNOWN"),
            "RF_RENAME_", List.of("SHIFT"),
            "RF_POLL_", List.of(),
            "RF_RIGHT_", List.of());
    notFlags.forEach((prefix, others) -> {
      long seen = 0;
      for (Constant constant : CONSTANTS.values()) {
        String name = constant.name();
        if (name.startsWith(prefix) && !others.contains(name.substring(prefix.length()))) {
          assertThat(Long.bitCount(constant.value())).as(name).isOne();
          assertThat(seen & constant.value()).as(name).isZero();
          seen |= constant.value();
        }
      }
      Constant known = CONSTANTS.get(prefix + "KNOWN");
      assertThat(known == null ? seen : known.value()).as(prefix + "KNOWN").isEqualTo(seen);
    });
  }

  @Test
  void everyNumberHasAMeaningOnOneLine() {
    assertThat(AbiDescription.constants())
        .allSatisfy(constant -> {
          assertThat(constant.comment()).as(constant.name()).isNotBlank();
          assertThat(constant.comment()).as(constant.name()).doesNotContain("\n", "*/");
        });
  }

  private static List<Structure> structures() {
    return AbiDescription.structures();
  }

  @ParameterizedTest
  @MethodSource("structures")
  void fieldsOfAStructureLeaveNoGapAndFillIt(Structure structure) {
    int end = 0;
    for (Field field : structure.fields()) {
      assertThat(field.offset()).as(structure.name() + "." + field.name()).isEqualTo(end);
      end += field.size();
    }
    assertThat(end).isEqualTo(structure.size());
    assertThat(end % structure.alignment()).isZero();
  }

  /** What the description says about a constant: as a constant, an offset or a size. */
  private static List<Long> described(PublicConstant constant) {
    String owner = constant.owner().getSimpleName();
    String name = constant.name();
    List<Long> found = new ArrayList<>();
    String cName = NAMES.getOrDefault(owner + "." + name, PREFIXES.getOrDefault(owner, "?") + name);
    add(found, CONSTANTS.get(cName), Constant::value);
    if (constant.owner() == Rights.class) {
      add(found, CONSTANTS.get("RF_RIGHT_" + name), Constant::value);
      add(found, CONSTANTS.get("RF_RIGHTS_" + name), Constant::value);
    }
    if (STRUCTURES.containsKey(owner)) {
      addFromStructure(found, owner, name);
    }
    return found.stream().map(value -> sameWidth(constant, value)).toList();
  }

  private static void addFromStructure(List<Long> found, String owner, String name) {
    boolean row = owner.equals("InfoPage") && name.startsWith("ROW_") && !isRowSize(name);
    Structure structure = structure(row ? "rf_info_row" : STRUCTURES.getOrDefault(owner, owner));
    String field = (row ? name.substring("ROW_".length()) : name).toLowerCase(Locale.ROOT);
    switch (name) {
      case "SIZE", "HEADER_SIZE" -> found.add((long) structure.size());
      case "ROW_SIZE" -> found.add((long) structure("rf_info_row").size());
      case "IP_SIZE" -> add(found, field(structure, "ip"), f -> (long) f.size());
      case "ALIGNMENT" -> found.add((long) structure.alignment());
      case "AUXILIARY0_OFFSET" -> add(found, field(structure, "auxiliary"), f -> (long) f.offset());
      case "AUXILIARY1_OFFSET" -> add(found, field(structure, "auxiliary"), f -> f.offset() + 8L);
      case "RESERVED_WORDS" ->
          add(found, field(structure, "reserved"), f -> (long) f.arrayLength());
      // rf_dirent ends where its name begins: C++ has no arrays of unknown length
      case "NAME_OFFSET" ->
          found.add(
              owner.equals("DirectoryEntry")
                  ? structure.size()
                  : (long) Objects.requireNonNull(field(structure, "name")).offset());
      default ->
          add(found, field(structure, field.replaceAll("_offset$", "")), f -> (long) f.offset());
    }
  }

  private static boolean isRowSize(String name) {
    return name.equals("ROW_SIZE") || name.equals("ROW_SIZE_OFFSET");
  }

  private static <T> void add(List<Long> found, @Nullable T described, Function<T, Long> value) {
    if (described != null) {
      found.add(value.apply(described));
    }
  }

  /** An int with its highest bit set is described as an unsigned number. */
  private static long sameWidth(PublicConstant constant, long value) {
    return constant.value() < 0 && value == (constant.value() & 0xFFFF_FFFFL)
        ? constant.value()
        : value;
  }

  private static Structure structure(String name) {
    return AbiDescription.structures().stream()
        .filter(structure -> structure.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static @Nullable Field field(Structure structure, String name) {
    return structure.fields().stream()
        .filter(field -> field.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static List<Long> valuesOf(String prefix) {
    return AbiDescription.constants().stream()
        .filter(constant -> constant.name().startsWith(prefix))
        .map(Constant::value)
        .toList();
  }

  private static <E extends Enum<E>> void assertDescribed(
      E[] members, String prefix, ToLongFunction<E> number) {
    assertThat(valuesOf(prefix))
        .as(prefix)
        .containsExactly(Arrays.stream(members).mapToLong(number).boxed().toArray(Long[]::new));
    for (E member : members) {
      assertThat(CONSTANTS.get(prefix + member.name()))
          .as(member.name())
          .isNotNull()
          .extracting(Constant::value)
          .isEqualTo(number.applyAsLong(member));
    }
  }
}
