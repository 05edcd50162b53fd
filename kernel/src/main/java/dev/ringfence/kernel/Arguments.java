// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.FileStatus;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.RenameFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Turns the words of an entry into what an engine works with: offsets into the domain's memory that
 * are in bounds, paths that were copied and are well-formed, flags that are known.
 */
final class Arguments {

  /** An offset of all ones: the file's current position, or none for a stream. */
  static final long CURRENT = -1L;

  /** The most bytes of one READ or WRITE, as in Linux (read(2): 0x7ffff000). */
  static final int LENGTH_MAX = 0x7fff_f000;

  private static final int OPEN_FLAGS_KNOWN =
      OpenFlags.CREATE
          | OpenFlags.EXCLUSIVE
          | OpenFlags.TRUNCATE
          | OpenFlags.APPEND
          | OpenFlags.DIRECTORY
          | OpenFlags.NO_FOLLOW
          | OpenFlags.DIRECT
          | OpenFlags.SYNC
          | OpenFlags.DATA_SYNC;
  private static final int MODE_KNOWN = 0777;
  private static final int POLL_KNOWN =
      PollEvents.IN | PollEvents.OUT | PollEvents.ERR | PollEvents.HUP;

  private Arguments() {}

  /** Prepares an operation that an engine carries out: 0, or a negative result. */
  static int prepare(InFlight operation) {
    OpCode code = operation.opcode;
    Domain domain = operation.domain;
    if (code == null || domain == null) {
      return SyscallError.INTERNAL_ERROR.result();
    }
    operation.code = code;
    operation.memory = domain.memory().segment();
    return switch (code) {
      case READ, WRITE -> transfer(operation, domain);
      case OPEN -> open(operation, domain);
      case FSYNC -> flags(operation, (int) operation.auxiliary1);
      case POLL -> poll(operation);
      case STAT -> stat(operation, domain);
      case TRUNCATE -> truncate(operation);
      case LIST -> list(operation, domain);
      case LINK -> twoPaths(operation, domain);
      case READ_VECTOR, WRITE_VECTOR -> RangeArguments.vector(operation, domain);
      case ALLOCATE, ADVISE, SYNC_RANGE -> RangeArguments.range(operation);
      case COPY_RANGE, SPLICE, TEE -> RangeArguments.twoFiles(operation);
      case SET_ATTRIBUTES -> RangeArguments.attributes(operation, domain);
      case SOCKET_CREATE,
          CONNECT,
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
          SocketArguments.prepare(operation, code, domain);
      case MAKE_DIRECTORY -> makeDirectory(operation, domain);
      case REMOVE -> remove(operation, domain);
      case RENAME, SYMLINK -> twoPaths(operation, domain);
      case READ_LINK -> readLink(operation, domain);
      default -> SyscallError.INVALID_OP_CODE.result();
    };
  }

  private static int transfer(InFlight operation, Domain domain) {
    long length = Integer.toUnsignedLong(operation.len);
    if (length > LENGTH_MAX) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    int judged = offset(operation);
    if (judged != 0) {
      return judged;
    }
    if (operation.has(SubmissionFlags.BUFFER_SELECT)) {
      operation.transferTotal = length;
      return isStream(operation)
          ? BufferGroups.select(operation)
          : SyscallError.INVALID_ARGUMENT.result();
    }
    int placed =
        operation.has(SubmissionFlags.FIXED_BUFFER)
            ? fixedBuffer(operation, domain, length)
            : place(operation, domain, operation.addr, length);
    operation.transferTotal = length;
    return placed;
  }

  /** Where a READ or WRITE begins: 0, or a negative result. */
  static int offset(InFlight operation) {
    long given = operation.auxiliary0;
    boolean stream = isStream(operation);
    if (stream && given != 0 && given != CURRENT) {
      return SyscallError.INVALID_SEEK.result();
    }
    if (!stream && given < 0 && given != CURRENT) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    operation.offset = stream ? CURRENT : given;
    return 0;
  }

  private static boolean isStream(InFlight operation) {
    return operation.capability != null && operation.capability.type() == CapabilityType.PIPE;
  }

  private static int fixedBuffer(InFlight operation, Domain domain, long length) {
    int index = operation.bufIndex;
    if (index < 0 || index >= RegisteredBuffers.INDEX_END) {
      return SyscallError.INVALID_BUFFER_INDEX.result();
    }
    RegisteredBuffer buffer = RegisteredBuffers.of(operation, domain).at(index);
    if (buffer == null) {
      return SyscallError.BUFFER_NOT_REGISTERED.result();
    }
    if (operation.addr < 0 || operation.addr > buffer.length - length) {
      return SyscallError.INVALID_ADDRESS.result();
    }
    buffer.use(operation);
    operation.memoryOffset = buffer.offset + operation.addr;
    operation.registeredBuffer = buffer.registered;
    return 0;
  }

  static int place(InFlight operation, Domain domain, long address, long length) {
    long offset = domain.memory().arenaOffset(address, length);
    operation.memoryOffset = offset;
    return offset == DomainMemory.NOWHERE ? SyscallError.INVALID_ADDRESS.result() : 0;
  }

  private static int flags(InFlight operation, int flags) {
    operation.flags = flags;
    return 0;
  }

  private static int open(InFlight operation, Domain domain) {
    int flags = (int) operation.auxiliary0;
    int mode = (int) (operation.auxiliary0 >>> 32);
    boolean appendsReadOnly =
        (flags & OpenFlags.APPEND) != 0 && (operation.auxiliary1 & Rights.WRITE) == 0;
    boolean exclusiveAlone = (flags & OpenFlags.EXCLUSIVE) != 0 && (flags & OpenFlags.CREATE) == 0;
    if ((flags & ~OPEN_FLAGS_KNOWN) != 0
        || (mode & ~MODE_KNOWN) != 0
        || appendsReadOnly
        || exclusiveAlone
        || (flags & OpenFlags.DIRECTORY) != 0
            && (flags & (OpenFlags.CREATE | OpenFlags.TRUNCATE)) != 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    operation.flags = flags;
    operation.mode = mode;
    operation.requestedRights = operation.auxiliary1;
    boolean reads = (operation.auxiliary1 & (Rights.READ | Rights.MAP)) != 0;
    // ftruncate(2) wants a descriptor that can write, whichever right permits it here
    boolean writes =
        (operation.auxiliary1 & (Rights.WRITE | Rights.TRUNCATE)) != 0
            || (flags & OpenFlags.TRUNCATE) != 0;
    operation.rights = (reads ? Rights.READ : 0) | (writes ? Rights.WRITE : 0);
    return path(operation, domain, Integer.toUnsignedLong(operation.len));
  }

  private static int poll(InFlight operation) {
    if (operation.len == 0 || (operation.len & ~POLL_KNOWN) != 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    operation.length = operation.len;
    operation.multishot = Rules.isMultishot(operation, OpCode.POLL);
    return 0;
  }

  private static int stat(InFlight operation, Domain domain) {
    operation.flags = (int) operation.auxiliary1;
    if (operation.len != 0) {
      if (operation.capability != null && operation.capability.type() != CapabilityType.DIRECTORY) {
        return SyscallError.NOT_A_DIRECTORY.result();
      }
      int formed = path(operation, domain, Integer.toUnsignedLong(operation.len));
      if (formed != 0) {
        return formed;
      }
    }
    if ((operation.auxiliary0 & 7) != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    return place(operation, domain, operation.auxiliary0, FileStatus.SIZE);
  }

  private static int truncate(InFlight operation) {
    operation.offset = operation.auxiliary0;
    return operation.auxiliary0 < 0 ? SyscallError.INVALID_ARGUMENT.result() : 0;
  }

  private static int list(InFlight operation, Domain domain) {
    if ((operation.addr & 7) != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    operation.offset = operation.auxiliary0;
    int placed = place(operation, domain, operation.addr, Integer.toUnsignedLong(operation.len));
    // one call fills at most one piece; the cookie goes on from there
    operation.length =
        (int) Math.min(Integer.toUnsignedLong(operation.len), Operation.TRANSFER_MAX);
    return placed;
  }

  private static int makeDirectory(InFlight operation, Domain domain) {
    if ((operation.auxiliary0 & ~MODE_KNOWN) != 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    operation.mode = (int) operation.auxiliary0;
    return path(operation, domain, Integer.toUnsignedLong(operation.len));
  }

  private static int remove(InFlight operation, Domain domain) {
    operation.flags = (int) operation.auxiliary1;
    return path(operation, domain, Integer.toUnsignedLong(operation.len));
  }

  private static int readLink(InFlight operation, Domain domain) {
    int formed = path(operation, domain, Integer.toUnsignedLong(operation.len));
    if (formed != 0) {
      return formed;
    }
    long length = operation.auxiliary1 & 0xffff_ffffL;
    if (length == 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    operation.length = (int) Math.min(length, Operation.TRANSFER_MAX);
    return place(operation, domain, operation.auxiliary0, length);
  }

  /** RENAME and SYMLINK: two strings, one behind the other, the first one's length apart. */
  private static int twoPaths(InFlight operation, Domain domain) {
    long total = Integer.toUnsignedLong(operation.len);
    long first = operation.auxiliary1 & 0xffff_ffffL;
    int flags = (int) (operation.auxiliary1 >>> 32);
    if (first > total || flags == (RenameFlags.NO_REPLACE | RenameFlags.EXCHANGE)) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    int formed = path(operation, domain, first);
    if (formed != 0) {
      return formed;
    }
    operation.flags = flags;
    long length = total - first;
    if (length > Paths.LENGTH_MAX) {
      return SyscallError.NAME_TOO_LONG.result();
    }
    long offset = domain.memory().arenaOffset(operation.addr, total);
    if (offset == DomainMemory.NOWHERE) {
      return SyscallError.INVALID_ADDRESS.result();
    }
    operation.secondPath = copy(operation.memory, offset + first, (int) length);
    return operation.opcode != OpCode.SYMLINK
        ? Paths.judge(operation.secondPath)
        : Paths.judgeLinkText(operation.secondPath);
  }

  /** Copies a path once, and judges the copy. */
  static int path(InFlight operation, Domain domain, long length) {
    if (length > Paths.LENGTH_MAX) {
      return SyscallError.NAME_TOO_LONG.result();
    }
    long offset = domain.memory().arenaOffset(operation.addr, length);
    if (offset == DomainMemory.NOWHERE) {
      return SyscallError.INVALID_ADDRESS.result();
    }
    operation.path = copy(operation.memory, offset, (int) length);
    return Paths.judge(operation.path);
  }

  private static byte[] copy(MemorySegment memory, long offset, int length) {
    return memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
  }
}
