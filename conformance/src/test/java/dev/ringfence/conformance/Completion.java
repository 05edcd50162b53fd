// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.SyscallError;
import java.lang.foreign.MemorySegment;

/** A completion entry, copied out of the queue. */
record Completion(long userData, int result, int flags, long reserved, long padding) {

  static Completion at(MemorySegment segment, long base) {
    return new Completion(
        CompletionEntry.userData(segment, base),
        CompletionEntry.result(segment, base),
        CompletionEntry.flags(segment, base),
        CompletionEntry.reserved(segment, base),
        CompletionEntry.padding(segment, base));
  }

  /** The new capability; the operation must have succeeded with one. */
  long capability() {
    CompletionAssert.assertThat(this).succeeded();
    if (flags != CompletionFlags.CAPABILITY || reserved <= 0) {
      throw new AssertionError("no capability in " + this);
    }
    return reserved;
  }

  /** The second result; the operation must have succeeded with one. */
  long value() {
    CompletionAssert.assertThat(this).succeeded();
    if (flags != CompletionFlags.VALUE) {
      throw new AssertionError("no value in " + this);
    }
    return reserved;
  }

  @Override
  public String toString() {
    SyscallError error = result < 0 ? SyscallError.ofResult(result) : null;
    return "completion of "
        + userData
        + ": "
        + (error == null ? result : error.displayName())
        + " flags="
        + flags
        + " reserved="
        + Long.toHexString(reserved);
  }
}
