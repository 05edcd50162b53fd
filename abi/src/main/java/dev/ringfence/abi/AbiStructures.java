// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import dev.ringfence.abi.AbiDescription.Field;
import dev.ringfence.abi.AbiDescription.Structure;
import java.util.List;

/** The structures of {@link AbiDescription}, field by field. */
final class AbiStructures {
  static final List<Structure> ALL =
      List.of(
          submissionEntry(),
          completionEntry(),
          ringHeader(),
          doorbell(),
          infoRow(),
          info(),
          fileStatus(),
          directoryEntry(),
          capabilityStatus(),
          socketAddress(),
          bufferRing(),
          providedBuffer(),
          vector(),
          capabilityTransfer(),
          capabilityReceived(),
          capabilityLimits(),
          fileAttributes());

  private AbiStructures() {}

  private static Structure submissionEntry() {
    return structure(
        "rf_sqe",
        SubmissionEntry.SIZE,
        SubmissionEntry.ALIGNMENT,
        "a submission entry",
        u8("opcode", SubmissionEntry.OPCODE_OFFSET, "RF_OP_"),
        u8("flags", SubmissionEntry.FLAGS_OFFSET, "RF_SQE_"),
        u16("reserved1", SubmissionEntry.RESERVED1_OFFSET, "must be 0"),
        u32("buf_index", SubmissionEntry.BUF_INDEX_OFFSET, "registered buffer"),
        u64("capability_id", SubmissionEntry.CAPABILITY_ID_OFFSET, "what to work on"),
        u64("addr", SubmissionEntry.ADDR_OFFSET, "address, or offset into the buffer"),
        u32("len", SubmissionEntry.LEN_OFFSET, "bytes at addr"),
        u32("reserved2", SubmissionEntry.RESERVED2_OFFSET, "must be 0"),
        u64("user_data", SubmissionEntry.USER_DATA_OFFSET, "comes back in the completion"),
        array("uint64_t", 8, 2, "auxiliary", SubmissionEntry.AUXILIARY0_OFFSET, "operands"),
        u64("padding", SubmissionEntry.PADDING_OFFSET, "must be 0"));
  }

  private static Structure completionEntry() {
    return structure(
        "rf_cqe",
        CompletionEntry.SIZE,
        CompletionEntry.ALIGNMENT,
        "a completion entry",
        u64("user_data", CompletionEntry.USER_DATA_OFFSET, "of the submission entry"),
        new Field("result", "int32_t", CompletionEntry.RESULT_OFFSET, 4, 0, "or minus RF_ERR_"),
        u32("flags", CompletionEntry.FLAGS_OFFSET, "RF_CQE_"),
        u64("reserved", CompletionEntry.RESERVED_OFFSET, "new CapabilityID or value, see flags"),
        u64("padding", CompletionEntry.PADDING_OFFSET, "0"));
  }

  private static Structure ringHeader() {
    return structure(
        "rf_ring_header",
        RingHeader.SIZE,
        8,
        "the header of an SQ or a CQ",
        u32("head", RingHeader.HEAD_OFFSET, "the consumer's index"),
        u32("tail", RingHeader.TAIL_OFFSET, "the producer's index"),
        u32("ring_mask", RingHeader.RING_MASK_OFFSET, "ring_entries - 1"),
        u32("ring_entries", RingHeader.RING_ENTRIES_OFFSET, "a power of two"),
        u32("flags", RingHeader.FLAGS_OFFSET, "RF_RING_POISONED"),
        u32("dropped", RingHeader.DROPPED_OFFSET, "0: nothing is dropped"),
        u32("features", RingHeader.FEATURES_OFFSET, "RF_FEATURE_"),
        u32("entries_offset", RingHeader.ENTRIES_OFFSET_OFFSET, "from the ring's base"),
        u32("wait_for", RingHeader.WAIT_FOR_OFFSET, "CQ: completions that enter waits for"),
        u32("magic", RingHeader.MAGIC_OFFSET, "RF_RING_MAGIC"),
        u32("version", RingHeader.VERSION_OFFSET, "RF_RING_VERSION"),
        u32("reserved", RingHeader.RESERVED_OFFSET, "0"),
        u64("arena_offset", RingHeader.ARENA_OFFSET_OFFSET, "from the ring's base, mod 2^64"),
        u64("arena_size", RingHeader.ARENA_SIZE_OFFSET, "in bytes"));
  }

  private static Structure doorbell() {
    int rest = Doorbell.SQPOLL_RUNNING_OFFSET + 1;
    return structure(
        "rf_doorbell",
        Doorbell.SIZE,
        4,
        "how a program and a polling kernel thread wake each other",
        u32("ring", Doorbell.RING_OFFSET, "the program increments it"),
        u8("needs_wakeup", Doorbell.NEEDS_WAKEUP_OFFSET, "1: call enter"),
        u8("cq_ready", Doorbell.CQ_READY_OFFSET, "1: completions were posted"),
        u8("sqpoll_running", Doorbell.SQPOLL_RUNNING_OFFSET, "1: a kernel thread polls"),
        array("uint8_t", 1, Doorbell.SIZE - rest, "reserved", rest, "0"));
  }

  private static Structure infoRow() {
    return structure(
        "rf_info_row",
        InfoPage.ROW_SIZE,
        8,
        "a granted capability",
        u64("capability_id", InfoPage.ROW_CAPABILITY_ID_OFFSET, "its id"),
        u64("rights", InfoPage.ROW_RIGHTS_OFFSET, "RF_RIGHT_"),
        u32("type", InfoPage.ROW_TYPE_OFFSET, "RF_TYPE_"),
        u32("name_length", InfoPage.ROW_NAME_LENGTH_OFFSET, "bytes of the petname"),
        array("char", 1, InfoPage.NAME_MAX, "name", InfoPage.ROW_NAME_OFFSET, "UTF-8, then 0"));
  }

  private static Structure info() {
    int rest = InfoPage.ROW_SIZE_OFFSET + Integer.BYTES;
    return structure(
        "rf_info",
        InfoPage.SIZE,
        8,
        "the info page: what the domain was granted at its start",
        u32("magic", InfoPage.MAGIC_OFFSET, "RF_INFO_MAGIC"),
        u32("version", InfoPage.VERSION_OFFSET, "RF_INFO_VERSION"),
        u32("count", InfoPage.COUNT_OFFSET, "rows"),
        u32("row_size", InfoPage.ROW_SIZE_OFFSET, "bytes from row to row"),
        array("uint8_t", 1, InfoPage.ROWS_OFFSET - rest, "reserved", rest, "0"),
        array(
            "struct rf_info_row",
            InfoPage.ROW_SIZE,
            InfoPage.ROWS_MAX,
            "rows",
            InfoPage.ROWS_OFFSET,
            "the first count of them mean something"));
  }

  private static Structure fileStatus() {
    return structure(
        "rf_stat",
        FileStatus.SIZE,
        8,
        "what STAT writes; times are ns since 1970 UTC",
        u32("kind", FileStatus.KIND_OFFSET, "RF_KIND_"),
        u32("mode", FileStatus.MODE_OFFSET, "permission bits"),
        u64("size_bytes", FileStatus.SIZE_BYTES_OFFSET, "bytes of content"),
        u64("allocated", FileStatus.ALLOCATED_OFFSET, "bytes on the device"),
        u64("inode", FileStatus.INODE_OFFSET, "0 if it has none"),
        u64("device", FileStatus.DEVICE_OFFSET, "0 if it has none"),
        u32("links", FileStatus.LINKS_OFFSET, "names that it has"),
        u32("block_size", FileStatus.BLOCK_SIZE_OFFSET, "good size of transfer in bytes"),
        i64("modified", FileStatus.MODIFIED_OFFSET, "content last changed"),
        i64("accessed", FileStatus.ACCESSED_OFFSET, "last read"),
        i64("changed", FileStatus.CHANGED_OFFSET, "status last changed"),
        i64("created", FileStatus.CREATED_OFFSET, "made; 0 where unknown"),
        u32("uid", FileStatus.UID_OFFSET, "owner on the host"),
        u32("gid", FileStatus.GID_OFFSET, "group on the host"),
        u64("reserved", FileStatus.RESERVED_OFFSET, "0"));
  }

  private static Structure directoryEntry() {
    int rest = DirectoryEntry.KIND_OFFSET + 1;
    return structure(
        "rf_dirent",
        DirectoryEntry.HEADER_SIZE,
        8,
        "a record of LIST; the name follows it, without a 0 at its end",
        u64("cookie", DirectoryEntry.COOKIE_OFFSET, "auxiliary[0] of LIST to go on after it"),
        u16("record_size", DirectoryEntry.RECORD_SIZE_OFFSET, "bytes to the next record"),
        u16("name_length", DirectoryEntry.NAME_LENGTH_OFFSET, "bytes of the name"),
        u8("kind", DirectoryEntry.KIND_OFFSET, "RF_KIND_"),
        array("uint8_t", 1, DirectoryEntry.HEADER_SIZE - rest, "reserved", rest, "0"));
  }

  private static Structure capabilityStatus() {
    return structure(
        "rf_query",
        CapabilityStatus.SIZE,
        8,
        "what QUERY writes",
        u32("type", CapabilityStatus.TYPE_OFFSET, "RF_TYPE_, or 0"),
        u32("state", CapabilityStatus.STATE_OFFSET, "RF_QUERY_LIVE, or 0"),
        u64("rights", CapabilityStatus.RIGHTS_OFFSET, "RF_RIGHT_"),
        u64("capabilities_left", CapabilityStatus.CAPABILITIES_LEFT_OFFSET, "free slots"),
        u64("operations_left", CapabilityStatus.OPERATIONS_LEFT_OFFSET, "more in flight"),
        u64("registered_bytes_left", CapabilityStatus.REGISTERED_BYTES_LEFT_OFFSET, "for buffers"),
        u64("arena_bytes_left", CapabilityStatus.ARENA_BYTES_LEFT_OFFSET, "for MMAP"),
        u64("rings_left", CapabilityStatus.RINGS_LEFT_OFFSET, "rings to set up"),
        u64("deadline", CapabilityStatus.DEADLINE_OFFSET, "when it is revoked; 0: never"),
        u64(
            "metered_bytes_left",
            CapabilityStatus.METERED_BYTES_LEFT_OFFSET,
            "that it may still move; all ones: no limit"),
        u64(
            "metered_operations_left",
            CapabilityStatus.METERED_OPERATIONS_LEFT_OFFSET,
            "that may still begin; all ones: no limit"),
        array(
            "uint64_t",
            8,
            CapabilityStatus.RESERVED_WORDS,
            "reserved",
            CapabilityStatus.RESERVED_OFFSET,
            "0"));
  }

  private static Structure socketAddress() {
    return structure(
        "rf_address",
        SocketAddress.SIZE,
        4,
        "an address of a socket",
        u16("family", SocketAddress.FAMILY_OFFSET, "RF_FAMILY_"),
        u16("port", SocketAddress.PORT_OFFSET, "a number, not bytes in network order"),
        u32("scope", SocketAddress.SCOPE_OFFSET, "IPv6 scope, else 0"),
        array("uint8_t", 1, 16, "ip", SocketAddress.IP_OFFSET, "4 or 16 bytes, then 0"),
        u16("name_length", SocketAddress.NAME_LENGTH_OFFSET, "Unix: bytes of the name"),
        array("uint8_t", 1, 64, "name", SocketAddress.NAME_OFFSET, "Unix: no slash, then 0"),
        array("uint8_t", 1, 6, "reserved", SocketAddress.RESERVED_OFFSET, "0"));
  }

  private static Structure bufferRing() {
    return structure(
        "rf_buffer_ring",
        BufferRing.SIZE,
        8,
        "the head of a ring of provided buffers; struct rf_buffer follow it",
        u32("tail", BufferRing.TAIL_OFFSET, "the program's index"),
        u32("head", BufferRing.HEAD_OFFSET, "how many the kernel has taken"),
        array("uint64_t", 8, 7, "reserved", BufferRing.RESERVED_OFFSET, "0"));
  }

  private static Structure providedBuffer() {
    return structure(
        "rf_buffer",
        ProvidedBuffer.SIZE,
        8,
        "a buffer to receive into",
        u64("addr", ProvidedBuffer.ADDR_OFFSET, "an address in the arena"),
        u32("len", ProvidedBuffer.LEN_OFFSET, "its bytes, more than 0"),
        u16("id", ProvidedBuffer.ID_OFFSET, "what completions call it"),
        u16("reserved", ProvidedBuffer.RESERVED_OFFSET, "0"));
  }

  private static Structure vector() {
    return structure(
        "rf_vector",
        Vector.SIZE,
        8,
        "a range of READ_VECTOR and WRITE_VECTOR",
        u64("addr", Vector.ADDR_OFFSET, "an address in the arena"),
        u64("len", Vector.LEN_OFFSET, "its bytes; 0 is skipped"));
  }

  private static Structure capabilityTransfer() {
    return structure(
        "rf_transfer",
        CapabilityTransfer.SIZE,
        8,
        "a capability to send",
        u64("capability_id", CapabilityTransfer.CAPABILITY_ID_OFFSET, "it needs TRANSFER"),
        u64("rights", CapabilityTransfer.RIGHTS_OFFSET, "what the receiver may do, a subset"),
        u32("type", CapabilityTransfer.TYPE_OFFSET, "RF_TYPE_ that it must have, or 0"),
        u32("flags", CapabilityTransfer.FLAGS_OFFSET, "RF_TRANSFER_"));
  }

  private static Structure capabilityReceived() {
    return structure(
        "rf_received",
        CapabilityReceived.SIZE,
        8,
        "a capability that was received",
        u64("capability_id", CapabilityReceived.CAPABILITY_ID_OFFSET, "0: revoked on the way"),
        u64("rights", CapabilityReceived.RIGHTS_OFFSET, "RF_RIGHT_"),
        u32("type", CapabilityReceived.TYPE_OFFSET, "RF_TYPE_"),
        u32("reserved", CapabilityReceived.RESERVED_OFFSET, "0"));
  }

  private static Structure capabilityLimits() {
    return structure(
        "rf_limits",
        CapabilityLimits.SIZE,
        8,
        "what DERIVE adds; 0: no further limit",
        u64("deadline", CapabilityLimits.DEADLINE_OFFSET, "monotonic clock, ns"),
        u64("bytes_total", CapabilityLimits.BYTES_TOTAL_OFFSET, "bytes, all in all"),
        u64("operations_total", CapabilityLimits.OPERATIONS_TOTAL_OFFSET, "all in all"),
        u64("bytes_per_second", CapabilityLimits.BYTES_PER_SECOND_OFFSET, "a rate"),
        u64("operations_per_second", CapabilityLimits.OPERATIONS_PER_SECOND_OFFSET, "a rate"),
        u32("flags", CapabilityLimits.FLAGS_OFFSET, "RF_LIMIT_"),
        array("uint32_t", 4, 5, "reserved", CapabilityLimits.RESERVED_OFFSET, "0"));
  }

  private static Structure fileAttributes() {
    return structure(
        "rf_attributes",
        FileAttributes.SIZE,
        8,
        "what SET_ATTRIBUTES reads; times are ns since 1970 UTC",
        u32("mask", FileAttributes.MASK_OFFSET, "RF_ATTRIBUTE_"),
        u32("mode", FileAttributes.MODE_OFFSET, "permission bits"),
        i64("modified", FileAttributes.MODIFIED_OFFSET, "content last changed"),
        i64("accessed", FileAttributes.ACCESSED_OFFSET, "last read"),
        u64("reserved", FileAttributes.RESERVED_OFFSET, "0"));
  }

  private static Structure structure(
      String name, int size, int alignment, String comment, Field... fields) {
    return new Structure(name, size, alignment, comment, List.of(fields));
  }

  private static Field u8(String name, int offset, String comment) {
    return new Field(name, "uint8_t", offset, 1, 0, comment);
  }

  private static Field u16(String name, int offset, String comment) {
    return new Field(name, "uint16_t", offset, 2, 0, comment);
  }

  private static Field u32(String name, int offset, String comment) {
    return new Field(name, "uint32_t", offset, 4, 0, comment);
  }

  private static Field u64(String name, int offset, String comment) {
    return new Field(name, "uint64_t", offset, 8, 0, comment);
  }

  private static Field i64(String name, int offset, String comment) {
    return new Field(name, "int64_t", offset, 8, 0, comment);
  }

  private static Field array(
      String cType, int elementSize, int length, String name, int offset, String comment) {
    return new Field(name, cType, offset, elementSize * length, length, comment);
  }
}
