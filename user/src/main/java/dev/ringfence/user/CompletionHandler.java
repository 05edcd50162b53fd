// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

/** Receives the completions that {@link Ring#reap} takes from the queue, one call each. */
@FunctionalInterface
public interface CompletionHandler {

  /**
   * One completion. The fields are copies; the handler may push new entries into the same ring, but
   * not reap it.
   *
   * @param userData what the entry carried
   * @param result 0 or more is success, below 0 is minus the code of a {@link
   *     dev.ringfence.abi.SyscallError}
   * @param flags bits of {@link dev.ringfence.abi.CompletionFlags}
   * @param value the second result, if the flags say so: an id, an address, the missing rights
   */
  void onCompletion(long userData, int result, int flags, long value);
}
