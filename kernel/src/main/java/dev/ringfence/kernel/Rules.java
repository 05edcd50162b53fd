// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.AcceptFlags;
import dev.ringfence.abi.Advice;
import dev.ringfence.abi.AllocateFlags;
import dev.ringfence.abi.CancelFlags;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.EventFlags;
import dev.ringfence.abi.FsyncFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.PollFlags;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.RemoveFlags;
import dev.ringfence.abi.RenameFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SendFlags;
import dev.ringfence.abi.SocketOption;
import dev.ringfence.abi.StatFlags;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyncRangeFlags;
import dev.ringfence.abi.TimeoutFlags;

/**
 * Which operation needs which type of capability and which right, and which flags it knows: every
 * such rule is in this file, and nothing else is.
 */
final class Rules {

  private static final long RECEIVE_FLAGS =
      ReceiveFlags.MULTISHOT | ReceiveFlags.PEEK | ReceiveFlags.WAIT_ALL | ReceiveFlags.DO_NOT_WAIT;
  private static final long SEND_FLAGS =
      SendFlags.MORE | SendFlags.WAIT_ALL | SendFlags.DO_NOT_WAIT;

  private Rules() {}

  /** Which of the buffer flags an operation can carry. */
  static int buffersOf(OpCode code) {
    return switch (code) {
      case READ -> SubmissionFlags.FIXED_BUFFER | SubmissionFlags.BUFFER_SELECT;
      case WRITE -> SubmissionFlags.FIXED_BUFFER;
      case RECV, RECV_MESSAGE -> SubmissionFlags.BUFFER_SELECT;
      default -> 0;
    };
  }

  /** Whether {@code auxiliary[1]} has only bits that the operation knows. */
  static boolean knownFlags(InFlight operation, OpCode code) {
    long word = operation.auxiliary1;
    return switch (code) {
      case OPEN, SOCKET_CREATE, ACCEPT, DERIVE -> (word & ~Rights.ALL) == 0;
      case RENAME -> (word >>> 32 & ~(RenameFlags.NO_REPLACE | RenameFlags.EXCHANGE)) == 0;
      case SYMLINK, LINK, READ_LINK -> word >>> 32 == 0;
      case FSYNC -> (word & ~FsyncFlags.DATA_ONLY) == 0;
      case STAT -> (word & ~StatFlags.NO_FOLLOW) == 0;
      case REMOVE -> (word & ~RemoveFlags.DIRECTORY) == 0;
      case TIMEOUT, TIMEOUT_UPDATE ->
          (word & ~(TimeoutFlags.ABSOLUTE | TimeoutFlags.MULTISHOT)) == 0;
      case LINK_TIMEOUT -> (word & ~TimeoutFlags.ABSOLUTE) == 0;
      case CANCEL -> (word & ~CancelFlags.KNOWN) == 0;
      case POLL -> (word & ~PollFlags.MULTISHOT) == 0;
      case RECV, RECV_MESSAGE -> (word & ~RECEIVE_FLAGS) == 0;
      case SEND, SEND_MESSAGE, SEND_ZERO_COPY -> (word & ~SEND_FLAGS) == 0;
      case EVENT_AWAIT -> (word & ~(EventFlags.ONE | EventFlags.DO_NOT_WAIT)) == 0;
      case ADVISE -> word >= Advice.NORMAL && word <= Advice.DONT_NEED;
      case ALLOCATE ->
          (word & ~(AllocateFlags.KEEP_SIZE | AllocateFlags.PUNCH_HOLE | AllocateFlags.ZERO_RANGE))
              == 0;
      case SYNC_RANGE ->
          (word & ~(SyncRangeFlags.WAIT_BEFORE | SyncRangeFlags.WRITE | SyncRangeFlags.WAIT_AFTER))
              == 0;
      // an offset, a value, a number of elements: judged with the arguments
      case COPY_RANGE, SPLICE, SET_OPTION, CHANNEL_SEND, CHANNEL_RECEIVE -> true;
      default -> false;
    };
  }

  /** Whether an operation goes on after a completion. */
  static boolean isMultishot(InFlight operation, OpCode code) {
    return switch (code) {
      case ACCEPT -> (operation.auxiliary0 >>> 32 & AcceptFlags.MULTISHOT) != 0;
      case RECV, RECV_MESSAGE -> (operation.auxiliary1 & ReceiveFlags.MULTISHOT) != 0;
      case POLL -> (operation.auxiliary1 & PollFlags.MULTISHOT) != 0;
      case TIMEOUT -> (operation.auxiliary1 & TimeoutFlags.MULTISHOT) != 0;
      default -> false;
    };
  }

  /** Whether an operation names no capability, or names it as its argument. */
  static boolean takesNoCapability(OpCode code) {
    return switch (code) {
      case CANCEL,
          LINK_TIMEOUT,
          TIMEOUT,
          TIMEOUT_UPDATE,
          TIMEOUT_REMOVE,
          MUNMAP,
          EXIT,
          REGISTER_BUFFER,
          UNREGISTER_BUFFER,
          REGISTER_GROUP,
          UNREGISTER_GROUP,
          EVENT_CREATE,
          PIPE_CREATE,
          CHANNEL_CREATE,
          CLOSE ->
          true;
      default -> false;
    };
  }

  /** Whether an operation may name a capability and may leave it out. */
  static boolean mayTakeNoCapability(OpCode code) {
    return code == OpCode.NOP || code == OpCode.MMAP || code == OpCode.QUERY;
  }

  static boolean accepts(OpCode code, CapabilityType type) {
    return switch (code) {
      case NOP, QUERY, DERIVE -> true;
      case READ, WRITE, READ_VECTOR, WRITE_VECTOR, SPLICE ->
          type == CapabilityType.FILE || type == CapabilityType.PIPE;
      case POLL ->
          switch (type) {
            case FILE, PIPE, SOCKET, EVENT, CHANNEL -> true;
            case BUFFER, DIRECTORY, SHARED_MEMORY, NETWORK, DOMAIN -> false;
          };
      case TEE -> type == CapabilityType.PIPE;
      case TRUNCATE, MMAP, ALLOCATE, ADVISE, COPY_RANGE, SYNC_RANGE -> type == CapabilityType.FILE;
      case FSYNC, STAT, SET_ATTRIBUTES ->
          type == CapabilityType.FILE || type == CapabilityType.DIRECTORY;
      case SOCKET_CREATE -> type == CapabilityType.NETWORK;
      case CONNECT,
          ACCEPT,
          SEND,
          RECV,
          BIND,
          LISTEN,
          SHUTDOWN,
          SOCKET_NAME,
          PEER_NAME,
          GET_OPTION,
          SET_OPTION,
          SEND_MESSAGE,
          RECV_MESSAGE,
          SEND_ZERO_COPY ->
          type == CapabilityType.SOCKET;
      case EVENT_SIGNAL, EVENT_AWAIT -> type == CapabilityType.EVENT;
      case CHANNEL_SEND, CHANNEL_RECEIVE -> type == CapabilityType.CHANNEL;
      default -> type == CapabilityType.DIRECTORY;
    };
  }

  static long required(InFlight operation, OpCode code, CapabilityType type) {
    return switch (code) {
      case READ, READ_VECTOR -> Rights.READ | seek(operation, type);
      case WRITE, WRITE_VECTOR -> Rights.WRITE | seek(operation, type);
      case OPEN -> requiredToOpen(operation);
      case FSYNC -> type == CapabilityType.FILE ? Rights.WRITE : Rights.CREATE;
      case POLL -> requiredToPoll(operation.len, type);
      case MMAP -> Rights.MAP | Rights.READ;
      case STAT, READ_LINK -> Rights.STAT;
      case TRUNCATE -> Rights.TRUNCATE;
      case ALLOCATE ->
          (operation.auxiliary1 & AllocateFlags.KEEP_SIZE) != 0
              ? Rights.WRITE
              : Rights.WRITE | Rights.TRUNCATE;
      case ADVISE, COPY_RANGE, SPLICE, TEE, EVENT_AWAIT, CHANNEL_RECEIVE -> Rights.READ;
      case SYNC_RANGE, EVENT_SIGNAL, CHANNEL_SEND -> Rights.WRITE;
      case SET_ATTRIBUTES -> Rights.CHMOD;
      case MAKE_DIRECTORY, SYMLINK -> Rights.CREATE;
      case REMOVE -> Rights.DELETE;
      case RENAME, LINK -> Rights.RENAME;
      case LIST -> Rights.READDIR;
      case SOCKET_CREATE -> operation.auxiliary1;
      case ACCEPT -> Rights.NET_ACCEPT | operation.auxiliary1;
      case CONNECT -> Rights.NET_CONNECT;
      case BIND -> Rights.NET_BIND;
      case LISTEN -> Rights.NET_LISTEN;
      case SHUTDOWN -> Rights.CLOSE;
      case SEND, SEND_MESSAGE, SEND_ZERO_COPY -> Rights.NET_SEND;
      case RECV, RECV_MESSAGE -> Rights.NET_RECV;
      case SET_OPTION -> requiredToSet(operation.auxiliary0);
      case DERIVE -> Rights.DUP | operation.auxiliary1;
      default -> 0;
    };
  }

  private static long seek(InFlight operation, CapabilityType type) {
    boolean current = type == CapabilityType.FILE && operation.auxiliary0 == Arguments.CURRENT;
    return current ? Rights.SEEK : 0;
  }

  private static long requiredToPoll(int events, CapabilityType type) {
    boolean in = (events & PollEvents.IN) != 0;
    boolean out = (events & PollEvents.OUT) != 0;
    if (type == CapabilityType.SOCKET) {
      // a listening socket is ready to accept, another one to receive: either right will do
      return out ? Rights.NET_SEND : 0;
    }
    return (in ? Rights.READ : 0) | (out ? Rights.WRITE : 0);
  }

  private static long requiredToSet(long option) {
    return switch ((int) option) {
      case SocketOption.RECEIVE_BUFFER -> Rights.NET_RECV;
      case SocketOption.REUSE_ADDRESS, SocketOption.REUSE_PORT, SocketOption.IPV6_ONLY ->
          Rights.NET_BIND;
      default -> Rights.NET_SEND;
    };
  }

  /** What is opened can do no more than its directory; making and emptying need rights too. */
  private static long requiredToOpen(InFlight operation) {
    int flags = (int) operation.auxiliary0;
    return operation.auxiliary1
        | ((flags & OpenFlags.CREATE) != 0 ? Rights.CREATE : 0)
        | ((flags & OpenFlags.TRUNCATE) != 0 ? Rights.TRUNCATE : 0);
  }

  /** Whether any one of these rights permits the operation beyond what {@link #required} says. */
  static long alternatives(InFlight operation, OpCode code, CapabilityType type) {
    boolean polls = code == OpCode.POLL && type == CapabilityType.SOCKET;
    return polls && (operation.len & PollEvents.IN) != 0 ? Rights.NET_RECV | Rights.NET_ACCEPT : 0;
  }

  /** Whether the operation works on a second capability, and where its id is. */
  static boolean hasSecond(OpCode code) {
    return switch (code) {
      case RENAME, LINK, COPY_RANGE, SPLICE, TEE -> true;
      default -> false;
    };
  }

  /** The id of the second capability; 0: the first one again, where that makes sense. */
  static long secondId(InFlight operation, OpCode code) {
    return switch (code) {
      case RENAME, LINK -> operation.auxiliary0;
      default -> operation.addr;
    };
  }

  static boolean acceptsSecond(OpCode code, CapabilityType type) {
    return switch (code) {
      case COPY_RANGE -> type == CapabilityType.FILE;
      case SPLICE -> type == CapabilityType.FILE || type == CapabilityType.PIPE;
      case TEE -> type == CapabilityType.PIPE;
      default -> type == CapabilityType.DIRECTORY;
    };
  }

  static long requiredOfSecond(InFlight operation, OpCode code) {
    return switch (code) {
      case RENAME -> {
        boolean keeps = (operation.auxiliary1 >>> 32 & RenameFlags.NO_REPLACE) != 0;
        yield Rights.RENAME | (keeps ? 0 : Rights.DELETE);
      }
      case LINK -> Rights.CREATE;
      default -> Rights.WRITE;
    };
  }
}
