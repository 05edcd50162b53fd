// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.RenameFlags;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import org.jspecify.annotations.Nullable;

/**
 * Says whether an operation may begin, in one fixed order: is the entry well-formed, does its
 * capability live, is it of the right type, has it the rights. What follows, quota and arguments,
 * is {@link Lifecycle}'s and {@link Arguments}'; which operation needs what is in {@link Rules}.
 */
final class Judge {

  private static final int FLAGS_RESERVED = 16;
  private static final int BUFFER_FLAGS =
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
        || operation.has(BUFFER_FLAGS & ~Rules.buffersOf(code))
        || (operation.entryFlags & BUFFER_FLAGS) == BUFFER_FLAGS
        || operation.auxiliary1 != 0 && !Rules.knownFlags(operation, code)) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    return 0;
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
    if (Rules.takesNoCapability(code)
        || Rules.mayTakeNoCapability(code) && operation.capabilityId == 0) {
      return 0;
    }
    Domain domain = operation.domain;
    Capability found = domain == null ? null : domain.table().lookup(operation.capabilityId);
    int lives = judgeLife(found);
    if (found == null || lives != 0) {
      return lives;
    }
    CapabilityType type = found.type();
    if (!Rules.accepts(code, type)) {
      return SyscallError.WRONG_CAPABILITY_TYPE.result();
    }
    int allowed = judgeRights(operation, found.rights, Rules.required(operation, code, type));
    if (allowed == 0) {
      allowed = judgeAlternatives(operation, found, Rules.alternatives(operation, code, type));
    }
    if (allowed != 0) {
      return allowed;
    }
    operation.capability = found;
    operation.resource = found.held.resource;
    return Rules.hasSecond(code) ? resolveSecond(operation, code, found) : 0;
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

  private static int judgeRights(InFlight operation, long held, long required) {
    long missing = required & ~held;
    if (missing == 0) {
      return 0;
    }
    operation.completionFlags = CompletionFlags.VALUE;
    operation.completionValue = missing;
    return SyscallError.PERMISSION_DENIED.result();
  }

  /** One of several rights is enough; all of them are told as missing where none is there. */
  private static int judgeAlternatives(InFlight operation, Capability held, long oneOf) {
    return (oneOf & held.rights) != 0 ? 0 : judgeRights(operation, held.rights, oneOf);
  }

  private int resolveSecond(InFlight operation, OpCode code, Capability first) {
    boolean names = code == OpCode.RENAME || code == OpCode.LINK;
    Capability second = first;
    Domain domain = operation.domain;
    long id = Rules.secondId(operation, code);
    if (id != 0 || !names) {
      Capability found = domain == null ? null : domain.table().lookup(id);
      int lives = judgeLife(found);
      if (found == null || lives != 0) {
        return lives;
      }
      second = found;
    }
    if (!Rules.acceptsSecond(code, second.type())) {
      return SyscallError.WRONG_CAPABILITY_TYPE.result();
    }
    int allowed = judgeRights(operation, second.rights, Rules.requiredOfSecond(operation, code));
    if (allowed == 0 && names) {
      allowed = judgeNoGain(operation, code, first, second);
    }
    if (allowed == 0) {
      operation.secondCapability = second;
      operation.secondResource = second.held.resource;
    }
    return allowed;
  }

  /** A name in another directory must not lend an object rights that its old place did not give. */
  private static int judgeNoGain(
      InFlight operation, OpCode code, Capability source, Capability target) {
    int allowed = judgeRights(operation, source.rights, target.rights);
    boolean exchanges =
        code == OpCode.RENAME && (operation.auxiliary1 >>> 32 & RenameFlags.EXCHANGE) != 0;
    // what lies at the target comes to the source: the same rule the other way round
    return allowed == 0 && exchanges
        ? judgeRights(operation, target.rights, source.rights)
        : allowed;
  }
}
