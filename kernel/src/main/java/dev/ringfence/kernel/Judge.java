// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CancelFlags;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.FsyncFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.RemoveFlags;
import dev.ringfence.abi.RenameFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.StatFlags;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.TimeoutFlags;
import org.jspecify.annotations.Nullable;

/**
 * Says whether an operation may begin, in one fixed order: is the entry well-formed, does its
 * capability live, is it of the right type, has it the rights. What follows, quota and arguments,
 * is {@link Lifecycle}'s and {@link Arguments}'.
 *
 * <p>Every rule about which operation needs which type and which right is in this file.
 */
final class Judge {

  private static final int FLAGS_RESERVED = 16;
  private static final int FLAGS_WITHOUT_BUFFER =
      SubmissionFlags.FIXED_BUFFER | SubmissionFlags.BUFFER_SELECT;

  private final DerivationTree tree;

  Judge(DerivationTree tree) {
    this.tree = tree;
  }

  /** Judges the copied entry by itself: 0, or a negative result. */
  static int formed(InFlight operation) {
    OpCode code = operation.opcode;
    if (code == null) {
      return SyscallError.INVALID_OP_CODE.result();
    }
    if (operation.has(FLAGS_RESERVED)
        || operation.reserved1 != 0
        || operation.reserved2 != 0
        || operation.padding != 0
        || operation.has(FLAGS_WITHOUT_BUFFER & ~buffersOf(code))
        || operation.auxiliary1 != 0 && !knownFlags(operation, code)) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    return 0;
  }

  /** Which of the buffer flags an operation can carry. */
  private static int buffersOf(OpCode code) {
    return switch (code) {
      case READ, WRITE -> SubmissionFlags.FIXED_BUFFER;
      default -> 0;
    };
  }

  /** Whether {@code auxiliary[1]} has only bits that the operation knows. */
  private static boolean knownFlags(InFlight operation, OpCode code) {
    long word = operation.auxiliary1;
    return switch (code) {
      case OPEN -> (word & ~Rights.ALL) == 0;
      case RENAME -> (word >>> 32 & ~(RenameFlags.NO_REPLACE | RenameFlags.EXCHANGE)) == 0;
      case SYMLINK -> word >>> 32 == 0;
      case READ_LINK -> word >>> 32 == 0;
      case FSYNC -> (word & ~FsyncFlags.DATA_ONLY) == 0;
      case STAT -> (word & ~StatFlags.NO_FOLLOW) == 0;
      case REMOVE -> (word & ~RemoveFlags.DIRECTORY) == 0;
      case TIMEOUT, LINK_TIMEOUT -> (word & ~TimeoutFlags.ABSOLUTE) == 0;
      case CANCEL -> (word & ~CancelFlags.KNOWN) == 0;
      default -> false;
    };
  }

  /**
   * Finds the operation's capabilities and checks type and rights.
   *
   * @return 0, or a negative result; missing rights are in the operation's completion value
   */
  int resolve(InFlight operation) {
    OpCode code = operation.opcode;
    if (code == null) {
      return SyscallError.INVALID_OP_CODE.result();
    }
    switch (code) {
      case CANCEL,
          LINK_TIMEOUT,
          TIMEOUT,
          MUNMAP,
          EXIT,
          REGISTER_BUFFER,
          UNREGISTER_BUFFER,
          CLOSE -> {
        // these name no capability, or name it as their argument
        return 0;
      }
      case NOP, MMAP, QUERY -> {
        if (operation.capabilityId == 0) {
          return 0;
        }
      }
      case CONNECT, ACCEPT, SEND, RECV -> {
        return SyscallError.NOT_IMPLEMENTED.result();
      }
      default -> {}
    }
    Domain domain = operation.domain;
    Capability found = domain == null ? null : domain.table().lookup(operation.capabilityId);
    int lives = judgeLife(found);
    if (found == null || lives != 0) {
      return lives;
    }
    CapabilityType type = found.type();
    if (!accepts(code, type)) {
      return SyscallError.WRONG_CAPABILITY_TYPE.result();
    }
    int allowed = judgeRights(operation, found.rights, required(operation, code, type));
    if (allowed != 0) {
      return allowed;
    }
    operation.capability = found;
    operation.resource = found.held.resource;
    return code == OpCode.RENAME ? resolveTarget(operation, found) : 0;
  }

  private int judgeLife(@Nullable Capability capability) {
    if (capability == null) {
      return SyscallError.INVALID_HANDLE.result();
    }
    if (tree.isLive(capability)) {
      return 0;
    }
    // another ring of the domain may have closed it since it was looked up
    return capability.state == Capability.CLOSED
        ? SyscallError.INVALID_HANDLE.result()
        : SyscallError.CAPABILITY_REVOKED.result();
  }

  private static boolean accepts(OpCode code, CapabilityType type) {
    return switch (code) {
      case NOP, QUERY -> true;
      case READ, WRITE, POLL -> type == CapabilityType.FILE || type == CapabilityType.PIPE;
      case TRUNCATE, MMAP -> type == CapabilityType.FILE;
      case FSYNC, STAT -> type == CapabilityType.FILE || type == CapabilityType.DIRECTORY;
      default -> type == CapabilityType.DIRECTORY;
    };
  }

  private static long required(InFlight operation, OpCode code, CapabilityType type) {
    return switch (code) {
      case READ -> Rights.READ | seek(operation, type);
      case WRITE -> Rights.WRITE | seek(operation, type);
      case OPEN -> requiredToOpen(operation);
      case FSYNC -> type == CapabilityType.FILE ? Rights.WRITE : Rights.CREATE;
      case POLL ->
          ((operation.len & PollEvents.IN) != 0 ? Rights.READ : 0)
              | ((operation.len & PollEvents.OUT) != 0 ? Rights.WRITE : 0);
      case MMAP -> Rights.MAP | Rights.READ;
      case STAT, READ_LINK -> Rights.STAT;
      case TRUNCATE -> Rights.TRUNCATE;
      case MAKE_DIRECTORY, SYMLINK -> Rights.CREATE;
      case REMOVE -> Rights.DELETE;
      case RENAME -> Rights.RENAME;
      case LIST -> Rights.READDIR;
      default -> 0;
    };
  }

  private static long seek(InFlight operation, CapabilityType type) {
    boolean current = type == CapabilityType.FILE && operation.auxiliary0 == Arguments.CURRENT;
    return current ? Rights.SEEK : 0;
  }

  /** What is opened can do no more than its directory; making and emptying need rights too. */
  private static long requiredToOpen(InFlight operation) {
    int flags = (int) operation.auxiliary0;
    return operation.auxiliary1
        | ((flags & OpenFlags.CREATE) != 0 ? Rights.CREATE : 0)
        | ((flags & OpenFlags.TRUNCATE) != 0 ? Rights.TRUNCATE : 0);
  }

  private static int judgeRights(InFlight operation, long held, long required) {
    long missing = required & ~held;
    if (missing == 0) {
      return 0;
    }
    operation.completionFlags = CompletionFlags.VALUE;
    operation.completionValue = missing;
    return SyscallError.PERMISSION_DENIED.result();
  }

  /**
   * RENAME's other directory. A move must not lend an object rights that its old place did not
   * give, and replacing is deleting.
   */
  private int resolveTarget(InFlight operation, Capability source) {
    Capability target = source;
    if (operation.auxiliary0 != 0) {
      Domain domain = source.domain;
      Capability found = domain.table().lookup(operation.auxiliary0);
      int lives = judgeLife(found);
      if (found == null || lives != 0) {
        return lives;
      }
      if (found.type() != CapabilityType.DIRECTORY) {
        return SyscallError.WRONG_CAPABILITY_TYPE.result();
      }
      target = found;
    }
    boolean keeps = (operation.auxiliary1 >>> 32 & RenameFlags.NO_REPLACE) != 0;
    long required = Rights.RENAME | (keeps ? 0 : Rights.DELETE);
    int allowed = judgeRights(operation, target.rights, required);
    if (allowed == 0) {
      allowed = judgeRights(operation, source.rights, target.rights);
    }
    if (allowed == 0 && (operation.auxiliary1 >>> 32 & RenameFlags.EXCHANGE) != 0) {
      // what lies at the target comes to the source: the same rule the other way round
      allowed = judgeRights(operation, target.rights, source.rights);
    }
    if (allowed == 0) {
      operation.secondCapability = target;
      operation.secondResource = target.held.resource;
    }
    return allowed;
  }
}
