// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * The whole interface as data, under its C names: the one list from which the C header and the JSON
 * are rendered. It refers to the constants of the other classes and repeats none of their numbers.
 */
public final class AbiDescription {
  private static final List<Section> SECTIONS =
      List.of(
          systemCalls(),
          memoryMap(),
          setup(),
          submission(),
          completion(),
          features(),
          operations(),
          types(),
          rights(),
          presets(),
          open(),
          AbiOperationFlags.ofFiles(),
          AbiOperationFlags.ofSockets(),
          AbiOperationFlags.ofCapabilities(),
          kinds(),
          limits(),
          errors());

  private AbiDescription() {}

  /** How a constant is written, and so which C type it has. */
  public enum Form {
    /** An {@code int}, in decimal. */
    NUMBER,
    /** An {@code int}, in hexadecimal. */
    HEX_NUMBER,
    /** Bits of an unsigned word of 32 bits. */
    BITS,
    /** An unsigned word of 64 bits. */
    WORD
  }

  /**
   * A named number.
   *
   * @param name its C name, such as {@code RF_OP_READ}
   * @param value its value; unsigned where the form is
   * @param form how to write it
   * @param comment what it means, in one line
   */
  public record Constant(String name, long value, Form form, String comment) {}

  /**
   * Constants that belong together.
   *
   * @param title what they are, in a few words
   * @param constants in the order of their numbers
   */
  public record Section(String title, List<Constant> constants) {}

  /**
   * A field of a structure.
   *
   * @param name its C name
   * @param cType its C type; of an array, the type of one element
   * @param offset bytes from the structure's start
   * @param size bytes of the whole field
   * @param arrayLength elements; 0 if it is no array
   * @param comment what it means, in one line
   */
  public record Field(
      String name, String cType, int offset, int size, int arrayLength, String comment) {}

  /**
   * A structure in shared memory. Its fields leave no gap.
   *
   * @param name its C name, without {@code struct}
   * @param size bytes
   * @param alignment bytes
   * @param comment what it is, in one line
   * @param fields in the order of their offsets
   */
  public record Structure(
      String name, int size, int alignment, String comment, List<Field> fields) {}

  /** The constants by subject. */
  public static List<Section> sections() {
    return SECTIONS;
  }

  /** All constants. */
  public static List<Constant> constants() {
    return SECTIONS.stream().flatMap(section -> section.constants.stream()).toList();
  }

  /** The structures; one that contains another comes after it. */
  public static List<Structure> structures() {
    return AbiStructures.ALL;
  }

  private static Section systemCalls() {
    return ofEnum(
        "System calls",
        SystemCall.values(),
        call -> number("RF_SYS_" + call.name(), call.number(), call.summary()));
  }

  private static Section memoryMap() {
    return section(
        "Memory map of a ring, from its base",
        word("RF_BASE", RingContext.BASE, "a guest's first ring"),
        number("RF_PAGE_SIZE", RingContext.PAGE_SIZE, "every part starts on a page"),
        hex("RF_SQ_HEADER_OFFSET", RingContext.SQ_HEADER_OFFSET, "struct rf_ring_header"),
        hex("RF_CQ_HEADER_OFFSET", RingContext.CQ_HEADER_OFFSET, "struct rf_ring_header"),
        hex("RF_DOORBELL_OFFSET", RingContext.DOORBELL_OFFSET, "struct rf_doorbell"),
        hex("RF_INFO_OFFSET", RingContext.INFO_OFFSET, "struct rf_info"),
        hex(
            "RF_SQ_ENTRIES_OFFSET",
            RingContext.SQ_ENTRIES_OFFSET,
            "first struct rf_sqe; better read entries_offset"),
        hex("RF_RING_MAGIC", RingHeader.MAGIC_VALUE, "rf_ring_header.magic: \"RFV2\""),
        number("RF_RING_VERSION", RingHeader.VERSION_VALUE, "rf_ring_header.version"),
        bits(
            "RF_RING_POISONED",
            RingHeader.FLAG_POISONED,
            "rf_ring_header.flags: an index was corrupt, the ring is dead"),
        hex("RF_INFO_MAGIC", InfoPage.MAGIC_VALUE, "rf_info.magic: \"RFVI\""),
        number("RF_INFO_VERSION", InfoPage.VERSION_VALUE, "rf_info.version"),
        number("RF_INFO_ROWS_MAX", InfoPage.ROWS_MAX, "the most rows of the info page"),
        number("RF_INFO_NAME_MAX", InfoPage.NAME_MAX, "the longest petname in bytes"));
  }

  private static Section setup() {
    return section(
        "Flags of sys_io_uring_setup",
        word("RF_SETUP_SQPOLL", SetupFlags.SQPOLL, "a kernel thread polls the SQ"),
        number("RF_SETUP_CQ_ORDER_SHIFT", SetupFlags.CQ_ORDER_SHIFT, "where the CQ order starts"),
        word(
            "RF_SETUP_CQ_ORDER_MASK",
            SetupFlags.CQ_ORDER_MASK,
            "n: exactly 2^n CQ entries; 0: twice the SQ's"),
        number(
            "RF_SETUP_IDLE_MILLIS_SHIFT",
            SetupFlags.IDLE_MILLIS_SHIFT,
            "where the idle time starts"),
        word(
            "RF_SETUP_IDLE_MILLIS_MASK",
            SetupFlags.IDLE_MILLIS_MASK,
            "SQPOLL idle time in ms before needs_wakeup; 0: default"),
        word("RF_SETUP_KNOWN", SetupFlags.KNOWN, "every bit that means something"));
  }

  private static Section submission() {
    return section(
        "rf_sqe.flags",
        bits("RF_SQE_LINK", SubmissionFlags.LINK, "the next starts if this one succeeds"),
        bits("RF_SQE_HARDLINK", SubmissionFlags.HARDLINK, "the next starts when this one ends"),
        bits("RF_SQE_ASYNC", SubmissionFlags.ASYNC, "hand to a worker, do not try at once"),
        bits(
            "RF_SQE_FIXED_BUFFER",
            SubmissionFlags.FIXED_BUFFER,
            "buf_index names a buffer, addr is an offset into it"),
        bits("RF_SQE_DRAIN", SubmissionFlags.DRAIN, "after all earlier ones, before all later"),
        bits(
            "RF_SQE_BUFFER_SELECT",
            SubmissionFlags.BUFFER_SELECT,
            "the kernel picks a buffer of the group buf_index"),
        bits("RF_SQE_SKIP_SUCCESS", SubmissionFlags.SKIP_SUCCESS, "no completion on success"),
        bits("RF_SQE_KNOWN", SubmissionFlags.KNOWN, "every flag that means something"));
  }

  private static Section completion() {
    return section(
        "rf_cqe.flags",
        bits("RF_CQE_BUFFER", CompletionFlags.BUFFER, "upper 16 bits: the buffer that was used"),
        bits("RF_CQE_MORE", CompletionFlags.MORE, "not the operation's last completion"),
        bits(
            "RF_CQE_SOCKET_NONEMPTY",
            CompletionFlags.SOCKET_NONEMPTY,
            "the socket has more to receive"),
        bits(
            "RF_CQE_NOTIFICATION",
            CompletionFlags.NOTIFICATION,
            "the memory of a zero-copy send is free again"),
        bits("RF_CQE_CAPABILITY", CompletionFlags.CAPABILITY, "reserved is a new CapabilityID"),
        bits("RF_CQE_VALUE", CompletionFlags.VALUE, "reserved is a value"),
        number(
            "RF_CQE_BUFFER_SHIFT",
            CompletionFlags.BUFFER_SHIFT,
            "where the id of the buffer starts"));
  }

  private static Section features() {
    return section(
        "rf_ring_header.features",
        bits("RF_FEATURE_CAPABILITY", Features.CAPABILITY, "resources are capabilities"),
        bits(
            "RF_FEATURE_FIXED_BUFFERS_ONLY",
            Features.FIXED_BUFFERS_ONLY,
            "data moves through registered buffers only"),
        bits("RF_FEATURE_TYPED_RESULT", Features.TYPED_RESULT, "results are RF_ERR_ codes"),
        bits("RF_FEATURE_SQPOLL", Features.SQPOLL, "a kernel thread polls this ring"));
  }

  private static Section operations() {
    return ofEnum(
        "rf_sqe.opcode",
        OpCode.values(),
        op -> number("RF_OP_" + op.name(), op.code(), op.summary()));
  }

  private static Section types() {
    return ofEnum(
        "Types of capabilities",
        CapabilityType.values(),
        type -> number("RF_TYPE_" + type.name(), type.code(), type.summary()));
  }

  private static Section rights() {
    List<Constant> constants = new ArrayList<>();
    for (Rights.Right right : Rights.rights()) {
      constants.add(word("RF_RIGHT_" + Names.upper(right.name()), right.mask(), right.meaning()));
    }
    return new Section("Rights", Collections.unmodifiableList(constants));
  }

  private static Section presets() {
    return section(
        "Rights, presets",
        word("RF_RIGHTS_NONE", Rights.NONE, "can be looked at, closed and revoked"),
        word("RF_RIGHTS_ALL", Rights.ALL, "every right there is"),
        word("RF_RIGHTS_READ_ONLY", Rights.READ_ONLY, "look, change nothing"),
        word("RF_RIGHTS_READ_WRITE", Rights.READ_WRITE, "change content, but no names"),
        word("RF_RIGHTS_DIRECTORY_BROWSE", Rights.DIRECTORY_BROWSE, "names and status, no content"),
        word("RF_RIGHTS_DIRECTORY_FULL", Rights.DIRECTORY_FULL, "everything beneath but exec"),
        word("RF_RIGHTS_SOCKET_CLIENT", Rights.SOCKET_CLIENT, "connect out and talk"),
        word("RF_RIGHTS_SOCKET_SERVER", Rights.SOCKET_SERVER, "bind, listen, accept and talk"));
  }

  private static Section open() {
    return section(
        "Flags of OPEN: low 32 bits of auxiliary[0]",
        bits("RF_OPEN_CREATE", OpenFlags.CREATE, "make the file if it is missing"),
        bits("RF_OPEN_EXCLUSIVE", OpenFlags.EXCLUSIVE, "with CREATE: it must be missing"),
        bits("RF_OPEN_TRUNCATE", OpenFlags.TRUNCATE, "set the size to 0"),
        bits("RF_OPEN_APPEND", OpenFlags.APPEND, "every write goes to the end"),
        bits("RF_OPEN_DIRECTORY", OpenFlags.DIRECTORY, "it must be a directory"),
        bits("RF_OPEN_NO_FOLLOW", OpenFlags.NO_FOLLOW, "the last name must be no symbolic link"),
        bits("RF_OPEN_DIRECT", OpenFlags.DIRECT, "bypass the page cache"),
        bits("RF_OPEN_SYNC", OpenFlags.SYNC, "writes return when all is durable"),
        bits("RF_OPEN_DATA_SYNC", OpenFlags.DATA_SYNC, "writes return when the data is durable"),
        bits("RF_OPEN_KNOWN", OpenFlags.KNOWN, "every flag that means something"),
        number("RF_OPEN_MODE_SHIFT", OpenFlags.MODE_SHIFT, "where the mode starts"),
        hex("RF_OPEN_MODE_MASK", OpenFlags.MODE_MASK, "rwxrwxrwx, also of MAKE_DIRECTORY"));
  }

  private static Section kinds() {
    return section(
        "rf_stat.kind, rf_dirent.kind and rf_query.state",
        number("RF_KIND_UNKNOWN", DirectoryEntry.KIND_UNKNOWN, "only STAT tells"),
        number("RF_KIND_FILE", FileStatus.KIND_FILE, "a regular file"),
        number("RF_KIND_DIRECTORY", FileStatus.KIND_DIRECTORY, "a directory"),
        number("RF_KIND_SYMLINK", FileStatus.KIND_SYMLINK, "a symbolic link"),
        number("RF_KIND_OTHER", FileStatus.KIND_OTHER, "a device, socket or named pipe"),
        number("RF_QUERY_LIVE", CapabilityStatus.STATE_LIVE, "a live capability"));
  }

  private static Section limits() {
    return section(
        "Limits and special values",
        number("RF_ENTRIES_MAX", RingContext.ENTRIES_MAX, "the most entries of an SQ"),
        number("RF_CQ_ENTRIES_MAX", RingContext.CQ_ENTRIES_MAX, "the most entries of a CQ"),
        number("RF_PATH_MAX", SubmissionEntry.PATH_MAX, "the longest path in bytes"),
        number("RF_NAME_MAX", DirectoryEntry.NAME_MAX, "the longest name in a path"),
        number("RF_GROUP_INDEX_MAX", BufferRing.GROUP_INDEX_MAX, "the largest index of a group"),
        number("RF_GROUP_ENTRIES_MAX", BufferRing.GROUP_ENTRIES_MAX, "the most entries of a group"),
        number(
            "RF_BUFFER_RING_ENTRIES_OFFSET", BufferRing.ENTRIES_OFFSET, "first struct rf_buffer"),
        number("RF_VECTOR_COUNT_MAX", Vector.COUNT_MAX, "the most struct rf_vector of a list"),
        number("RF_TRANSFER_COUNT_MAX", CapabilityTransfer.COUNT_MAX, "the most of a message"),
        number("RF_MESSAGE_MAX", CapabilityTransfer.MESSAGE_MAX, "the most bytes of a message"),
        number("RF_SOCKET_NAME_MAX", SocketAddress.NAME_MAX, "the longest name of a Unix socket"),
        number("RF_BUFFER_INDEX_MAX", SubmissionEntry.BUFFER_INDEX_MAX, "the largest buf_index"),
        bits("RF_BUFFER_ANY", SubmissionEntry.ANY_BUFFER, "REGISTER_BUFFER: the kernel chooses"),
        word(
            "RF_CURRENT_POSITION",
            SubmissionEntry.CURRENT_POSITION,
            "READ, WRITE: the offset that means the current position"));
  }

  private static Section errors() {
    return ofEnum(
        "Errors: a result below 0 is minus one of these",
        SyscallError.values(),
        error -> hex("RF_ERR_" + error.name(), error.code(), error.description()));
  }

  static Section section(String title, Constant... constants) {
    return new Section(title, List.of(constants));
  }

  private static <E> Section ofEnum(String title, E[] values, Function<E, Constant> constant) {
    return new Section(title, Arrays.stream(values).map(constant).toList());
  }

  static Constant number(String name, int value, String comment) {
    return new Constant(name, value, Form.NUMBER, comment);
  }

  static Constant hex(String name, int value, String comment) {
    return new Constant(name, value, Form.HEX_NUMBER, comment);
  }

  static Constant bits(String name, int value, String comment) {
    return new Constant(name, Integer.toUnsignedLong(value), Form.BITS, comment);
  }

  static Constant word(String name, long value, String comment) {
    return new Constant(name, value, Form.WORD, comment);
  }
}
