// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.AllocateFlags;
import dev.ringfence.abi.AttributeFlags;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.FileAttributes;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.Vector;
import dev.ringfence.kernel.engine.Operation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Turns the words of operations on ranges of files into what an engine works with. */
final class RangeArguments {

  private static final int MODE_KNOWN = 0777;
  private static final int ATTRIBUTES_KNOWN =
      AttributeFlags.MODE
          | AttributeFlags.MODIFIED
          | AttributeFlags.ACCESSED
          | AttributeFlags.MODIFIED_NOW
          | AttributeFlags.ACCESSED_NOW;

  private RangeArguments() {}

  /**
   * READ_VECTOR, WRITE_VECTOR: for an engine they are READ and WRITE, range by range ({@link
   * Transfers}).
   */
  static int vector(InFlight operation, Domain domain) {
    int count = operation.len;
    if (count < 1 || count > Vector.COUNT_MAX) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    int offset = Arguments.offset(operation);
    if (offset != 0) {
      return offset;
    }
    if ((operation.addr & 7) != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    long at = domain.memory().arenaOffset(operation.addr, (long) count * Vector.SIZE);
    if (at == DomainMemory.NOWHERE) {
      return SyscallError.INVALID_ADDRESS.result();
    }
    operation.code = operation.opcode == OpCode.READ_VECTOR ? OpCode.READ : OpCode.WRITE;
    MemorySegment copy = copy(operation.memory, at, count * Vector.SIZE);
    return VectorRanges.take(operation, domain.memory(), copy, count);
  }

  /** Bytes that nobody else can change any more. */
  private static MemorySegment copy(MemorySegment memory, long at, int bytes) {
    return MemorySegment.ofArray(memory.asSlice(at, bytes).toArray(ValueLayout.JAVA_LONG));
  }

  /** ALLOCATE, ADVISE, SYNC_RANGE. */
  static int range(InFlight operation) {
    long offset = operation.auxiliary0;
    long bytes = operation.addr;
    int flags = (int) operation.auxiliary1;
    // offset + bytes must not be above 2^63 - 1
    if (offset < 0 || bytes < 0 || bytes > Long.MAX_VALUE - offset) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    if (operation.opcode == OpCode.ALLOCATE && !isAllocation(bytes, flags)) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    operation.offset = offset;
    operation.rangeBytes = bytes;
    operation.flags = flags;
    return 0;
  }

  private static boolean isAllocation(long bytes, int flags) {
    boolean frees = (flags & AllocateFlags.PUNCH_HOLE) != 0;
    boolean zeroes = (flags & AllocateFlags.ZERO_RANGE) != 0;
    boolean keepsSize = (flags & AllocateFlags.KEEP_SIZE) != 0;
    return bytes != 0 && !(frees && zeroes) && (keepsSize || !frees);
  }

  /** COPY_RANGE, SPLICE, TEE. */
  static int twoFiles(InFlight operation) {
    long length = Integer.toUnsignedLong(operation.len);
    int judged =
        switch (operation.opcode) {
          case COPY_RANGE -> copyRange(operation, length);
          case SPLICE -> splice(operation);
          case null, default ->
              operation.auxiliary0 == 0 && operation.auxiliary1 == 0
                  ? 0
                  : SyscallError.INVALID_ARGUMENT.result();
        };
    boolean copies = operation.opcode == OpCode.COPY_RANGE;
    boolean tees = operation.opcode == OpCode.TEE;
    operation.offset = tees ? Arguments.CURRENT : operation.auxiliary0;
    operation.secondOffset = tees ? Arguments.CURRENT : operation.auxiliary1;
    // what streams is moved in one piece: less than asked is no error
    operation.transferTotal = copies ? length : Math.min(length, Operation.TRANSFER_MAX);
    return judged;
  }

  private static int copyRange(InFlight operation, long length) {
    long from = operation.auxiliary0;
    long to = operation.auxiliary1;
    boolean apart = from >= to ? from - to >= length : to - from >= length;
    boolean overlaps = operation.resource == operation.secondResource && !apart;
    boolean formed = length <= Arguments.LENGTH_MAX && from >= 0 && to >= 0 && !overlaps;
    return formed ? 0 : SyscallError.INVALID_ARGUMENT.result();
  }

  private static int splice(InFlight operation) {
    boolean fromPipe = isPipe(operation.capability);
    boolean toPipe = isPipe(operation.secondCapability);
    if (!fromPipe && !toPipe) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    int judged = spliceOffset(fromPipe, operation.auxiliary0);
    return judged != 0 ? judged : spliceOffset(toPipe, operation.auxiliary1);
  }

  private static int spliceOffset(boolean pipe, long offset) {
    if (pipe) {
      return offset == Arguments.CURRENT ? 0 : SyscallError.INVALID_SEEK.result();
    }
    return offset >= 0 ? 0 : SyscallError.INVALID_ARGUMENT.result();
  }

  private static boolean isPipe(@Nullable Capability capability) {
    return capability != null && capability.type() == CapabilityType.PIPE;
  }

  /** SET_ATTRIBUTES. */
  static int attributes(InFlight operation, Domain domain) {
    if (operation.len != 0) {
      if (operation.capability != null && operation.capability.type() != CapabilityType.DIRECTORY) {
        return SyscallError.NOT_A_DIRECTORY.result();
      }
      int formed = Arguments.path(operation, domain, Integer.toUnsignedLong(operation.len));
      if (formed != 0) {
        return formed;
      }
    }
    if ((operation.auxiliary0 & 7) != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    long at = domain.memory().arenaOffset(operation.auxiliary0, FileAttributes.SIZE);
    if (at == DomainMemory.NOWHERE) {
      return SyscallError.INVALID_ADDRESS.result();
    }
    MemorySegment copy = copy(operation.memory, at, FileAttributes.SIZE);
    operation.flags = FileAttributes.mask(copy, 0);
    operation.mode = FileAttributes.mode(copy, 0);
    operation.offset = FileAttributes.modified(copy, 0);
    operation.secondOffset = FileAttributes.accessed(copy, 0);
    boolean formed =
        (operation.flags & ~ATTRIBUTES_KNOWN) == 0
            && (operation.mode & ~MODE_KNOWN) == 0
            && FileAttributes.reserved(copy, 0) == 0
            && !bothWays(operation, AttributeFlags.MODIFIED, AttributeFlags.MODIFIED_NOW)
            && !bothWays(operation, AttributeFlags.ACCESSED, AttributeFlags.ACCESSED_NOW);
    return formed ? 0 : SyscallError.INVALID_ARGUMENT.result();
  }

  private static boolean bothWays(InFlight operation, int given, int present) {
    return (operation.flags & given) != 0 && (operation.flags & present) != 0;
  }
}
