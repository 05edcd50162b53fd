// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.SyscallResult;
import dev.ringfence.abi.SystemCall;
import dev.ringfence.abi.SystemCalls;

/**
 * The four system calls with typed results. Any thread.
 *
 * <p>A refusal is a value, never an exception: match on it with {@code switch}. The one method that
 * is called in hot loops, {@link #enterRegister}, returns the bare register instead and allocates
 * nothing.
 */
public final class Syscalls {

  private static final int SETUP = SystemCall.IO_URING_SETUP.number();
  private static final int ENTER = SystemCall.IO_URING_ENTER.number();
  private static final int DUP = SystemCall.CAPABILITY_DUP.number();
  private static final int REVOKE = SystemCall.CAPABILITY_REVOKE.number();

  private final SystemCalls door;

  /**
   * @param door the calling domain's way into the kernel
   */
  public Syscalls(SystemCalls door) {
    this.door = door;
  }

  /**
   * Makes a ring ({@code sys_io_uring_setup}, 2002).
   *
   * @param entries submission entries, a power of two from 1 to 32768
   * @param flags bits of {@link dev.ringfence.abi.SetupFlags}
   * @return the base address of the ring's context; {@code InvalidArgument} for anything else than
   *     the above, {@code QuotaExceeded} when the domain has its rings
   */
  public SyscallResult<Long> setup(long entries, long flags) {
    return SyscallResult.ofRegister(door.invoke(SETUP, entries, flags));
  }

  /**
   * Serves rings, or executes one entry ({@code sys_io_uring_enter}, 2003).
   *
   * @param entryAddress 0: every ring of the domain; a ring's base: that ring; else the address of
   *     a submission entry in the arena, which is executed to its completion
   * @param completionAddress with an entry: where its completion is written in the arena, or 0 for
   *     the completion queue of the domain's first ring. Without one: 0
   * @return 0, or why the call was refused; how an entry ended is in its completion
   */
  public SyscallResult<Long> enter(long entryAddress, long completionAddress) {
    return SyscallResult.ofRegister(enterRegister(entryAddress, completionAddress));
  }

  /**
   * {@link #enter} as it is: 0 or more, or minus the code of a {@link
   * dev.ringfence.abi.SyscallError}.
   */
  public long enterRegister(long entryAddress, long completionAddress) {
    return door.invoke(ENTER, entryAddress, completionAddress);
  }

  /**
   * Duplicates a capability ({@code sys_capability_dup}, 2004). The new one is its child: revoking
   * the source ends both.
   *
   * @param capabilityId a live capability with the DUP right
   * @param rights a subset of the source's; a superset is {@code PermissionDenied}, unknown bits
   *     are {@code InvalidArgument}
   * @return the new id
   */
  public SyscallResult<Long> dup(long capabilityId, long rights) {
    return SyscallResult.ofRegister(door.invoke(DUP, capabilityId, rights));
  }

  /**
   * Ends a capability and everything derived from it, in every domain ({@code
   * sys_capability_revoke}, 2005). When this returns, nothing that was submitted through them
   * touches the resource or the caller's buffers any more. No right is needed.
   */
  public SyscallResult<Long> revoke(long capabilityId) {
    return SyscallResult.ofRegister(door.invoke(REVOKE, capabilityId, 0));
  }
}
