// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.BufferRing;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SyscallError;
import org.jspecify.annotations.Nullable;

/** The groups of provided buffers of one ring, by index. Owned by the ring's lane. */
final class BufferGroups {

  private static final int ALIGNMENT = BufferRing.SIZE;

  private final @Nullable BufferGroup[] groups = new BufferGroup[BufferRing.GROUP_INDEX_MAX + 1];

  /** REGISTER_GROUP: the index, or a negative result. */
  int register(InFlight operation, DomainMemory memory) {
    int wanted = operation.bufIndex;
    boolean any = wanted == SubmissionEntry.ANY_BUFFER;
    if (!any && (wanted < 0 || wanted > BufferRing.GROUP_INDEX_MAX)) {
      return SyscallError.INVALID_BUFFER_INDEX.result();
    }
    int entries = operation.len;
    if (entries < 1 || entries > BufferRing.GROUP_ENTRIES_MAX || Integer.bitCount(entries) != 1) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    if ((operation.addr & (ALIGNMENT - 1)) != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    long offset = memory.arenaOffset(operation.addr, BufferRing.sizeFor(entries));
    if (offset == DomainMemory.NOWHERE) {
      return SyscallError.INVALID_ADDRESS.result();
    }
    int index = any ? free() : wanted;
    if (index < 0) {
      return SyscallError.QUOTA_EXCEEDED.result();
    }
    if (groups[index] != null) {
      return SyscallError.ALREADY_EXISTS.result();
    }
    groups[index] = new BufferGroup(memory, offset, entries);
    return index;
  }

  private int free() {
    for (int i = 0; i < groups.length; i++) {
      if (groups[i] == null) {
        return i;
      }
    }
    return -1;
  }

  /** UNREGISTER_GROUP: 0, or a negative result. */
  int unregister(int index) {
    if (index < 0 || index >= groups.length) {
      return SyscallError.INVALID_BUFFER_INDEX.result();
    }
    BufferGroup group = groups[index];
    if (group == null) {
      return SyscallError.BUFFER_NOT_REGISTERED.result();
    }
    group.end();
    groups[index] = null;
    return 0;
  }

  /** Finds the group of an operation with BUFFER_SELECT: 0, or a negative result. */
  static int select(InFlight operation) {
    KernelRing ring = operation.ring;
    if (ring == null) {
      return SyscallError.BUFFER_NOT_REGISTERED.result();
    }
    if (operation.addr != 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    int index = operation.bufIndex;
    if (index < 0 || index > BufferRing.GROUP_INDEX_MAX) {
      return SyscallError.INVALID_BUFFER_INDEX.result();
    }
    operation.group = ring.groups.groups[index];
    return operation.group == null ? SyscallError.BUFFER_NOT_REGISTERED.result() : 0;
  }
}
