// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static dev.ringfence.abi.AbiDescription.bits;
import static dev.ringfence.abi.AbiDescription.number;
import static dev.ringfence.abi.AbiDescription.section;
import static dev.ringfence.abi.AbiDescription.word;

import dev.ringfence.abi.AbiDescription.Section;

/** Flags and other operands of {@link AbiDescription}'s operations. */
final class AbiOperationFlags {

  private AbiOperationFlags() {}

  static Section ofFiles() {
    return section(
        "Flags of operations",
        word("RF_FSYNC_DATA_ONLY", FsyncFlags.DATA_ONLY, "no times"),
        word("RF_TIMEOUT_ABSOLUTE", TimeoutFlags.ABSOLUTE, "a time of the monotonic clock"),
        word("RF_TIMEOUT_MULTISHOT", TimeoutFlags.MULTISHOT, "again and again"),
        word("RF_CANCEL_ALL", CancelFlags.ALL, "every match; the result is their count"),
        word("RF_CANCEL_CAPABILITY", CancelFlags.CAPABILITY, "match capability_id"),
        word("RF_CANCEL_ANY", CancelFlags.ANY, "match everything in the ring"),
        word("RF_CANCEL_USER_DATA", CancelFlags.USER_DATA, "with CAPABILITY: user_data as well"),
        word("RF_CANCEL_KNOWN", CancelFlags.KNOWN, "every flag that means something"),
        word("RF_REMOVE_DIRECTORY", RemoveFlags.DIRECTORY, "an empty directory"),
        bits("RF_RENAME_NO_REPLACE", RenameFlags.NO_REPLACE, "the new name must be free"),
        bits("RF_RENAME_EXCHANGE", RenameFlags.EXCHANGE, "both names change places"),
        number("RF_RENAME_SHIFT", RenameFlags.SHIFT, "where they start in auxiliary[1]"),
        word("RF_STAT_NO_FOLLOW", StatFlags.NO_FOLLOW, "a symbolic link itself"),
        bits("RF_POLL_IN", PollEvents.IN, "a read would not wait"),
        bits("RF_POLL_OUT", PollEvents.OUT, "a write would not wait"),
        bits("RF_POLL_ERR", PollEvents.ERR, "the resource has failed; reported always"),
        bits("RF_POLL_HUP", PollEvents.HUP, "the other end is gone; reported always"),
        word("RF_POLLING_MULTISHOT", PollFlags.MULTISHOT, "again and again"),
        word("RF_ALLOCATE_KEEP_SIZE", AllocateFlags.KEEP_SIZE, "the size stays"),
        word("RF_ALLOCATE_PUNCH_HOLE", AllocateFlags.PUNCH_HOLE, "free the range"),
        word("RF_ALLOCATE_ZERO_RANGE", AllocateFlags.ZERO_RANGE, "it reads as zeros"),
        word("RF_SYNC_RANGE_WAIT_BEFORE", SyncRangeFlags.WAIT_BEFORE, "for what is under way"),
        word("RF_SYNC_RANGE_WRITE", SyncRangeFlags.WRITE, "begin to write what is dirty"),
        word("RF_SYNC_RANGE_WAIT_AFTER", SyncRangeFlags.WAIT_AFTER, "until that is written"),
        number("RF_ADVICE_NORMAL", Advice.NORMAL, "nothing special"),
        number("RF_ADVICE_SEQUENTIAL", Advice.SEQUENTIAL, "it will be read front to back"),
        number("RF_ADVICE_RANDOM", Advice.RANDOM, "it will be read here and there"),
        number("RF_ADVICE_WILL_NEED", Advice.WILL_NEED, "it will be read soon"),
        number("RF_ADVICE_DONT_NEED", Advice.DONT_NEED, "it will not be read soon"),
        bits("RF_ATTRIBUTE_MODE", AttributeFlags.MODE, "set mode"),
        bits("RF_ATTRIBUTE_MODIFIED", AttributeFlags.MODIFIED, "set modified"),
        bits("RF_ATTRIBUTE_ACCESSED", AttributeFlags.ACCESSED, "set accessed"),
        bits("RF_ATTRIBUTE_MODIFIED_NOW", AttributeFlags.MODIFIED_NOW, "to the present time"),
        bits("RF_ATTRIBUTE_ACCESSED_NOW", AttributeFlags.ACCESSED_NOW, "to the present time"));
  }

  static Section ofSockets() {
    return section(
        "Operands of sockets",
        number("RF_FAMILY_GRANTED", SocketAddress.FAMILY_GRANTED, "as the grant says"),
        number("RF_FAMILY_IPV4", SocketAddress.FAMILY_IPV4, "4 bytes of ip"),
        number("RF_FAMILY_IPV6", SocketAddress.FAMILY_IPV6, "16 bytes of ip"),
        number("RF_FAMILY_UNIX", SocketAddress.FAMILY_UNIX, "a name in the granted directory"),
        number("RF_SOCKET_GRANTED", SocketKind.GRANTED, "as the grant says"),
        number("RF_SOCKET_STREAM", SocketKind.STREAM, "a stream of bytes"),
        number("RF_SOCKET_DATAGRAM", SocketKind.DATAGRAM, "single messages"),
        number("RF_OPTION_NODELAY", SocketOption.NODELAY, "send small pieces at once"),
        number("RF_OPTION_KEEP_ALIVE", SocketOption.KEEP_ALIVE, "notice a peer that is gone"),
        number("RF_OPTION_REUSE_ADDRESS", SocketOption.REUSE_ADDRESS, "bind again at once"),
        number("RF_OPTION_REUSE_PORT", SocketOption.REUSE_PORT, "several sockets, one address"),
        number("RF_OPTION_SEND_BUFFER", SocketOption.SEND_BUFFER, "bytes kept for sending"),
        number("RF_OPTION_RECEIVE_BUFFER", SocketOption.RECEIVE_BUFFER, "kept for receiving"),
        number("RF_OPTION_LINGER", SocketOption.LINGER, "seconds; -1: none"),
        number("RF_OPTION_IPV6_ONLY", SocketOption.IPV6_ONLY, "take no IPv4"),
        number("RF_OPTION_BROADCAST", SocketOption.BROADCAST, "datagrams to everyone"),
        number("RF_OPTION_ERROR", SocketOption.ERROR, "the pending error's code, and clear it"),
        word("RF_ACCEPT_MULTISHOT", AcceptFlags.MULTISHOT, "again and again"),
        word("RF_RECEIVE_MULTISHOT", ReceiveFlags.MULTISHOT, "again and again"),
        word("RF_RECEIVE_PEEK", ReceiveFlags.PEEK, "leave it there"),
        word("RF_RECEIVE_WAIT_ALL", ReceiveFlags.WAIT_ALL, "until len bytes are there"),
        word("RF_RECEIVE_DO_NOT_WAIT", ReceiveFlags.DO_NOT_WAIT, "WouldBlock if there is nothing"),
        word("RF_SEND_MORE", SendFlags.MORE, "more follows at once"),
        word("RF_SEND_WAIT_ALL", SendFlags.WAIT_ALL, "until all of it was taken"),
        word("RF_SEND_DO_NOT_WAIT", SendFlags.DO_NOT_WAIT, "WouldBlock if there is no room"),
        word("RF_SHUTDOWN_READ", ShutdownFlags.READ, "nothing more is received"),
        word("RF_SHUTDOWN_WRITE", ShutdownFlags.WRITE, "nothing more is sent"));
  }

  static Section ofCapabilities() {
    return section(
        "Flags of events, transfers and limits",
        word("RF_EVENT_ONE", EventFlags.ONE, "take one, not all"),
        word("RF_EVENT_DO_NOT_WAIT", EventFlags.DO_NOT_WAIT, "WouldBlock if there is nothing"),
        bits("RF_TRANSFER_MOVE", TransferFlags.MOVE, "the sender gives it up"),
        bits("RF_LIMIT_DELAY", LimitFlags.DELAY, "wait instead of failing"));
  }
}
