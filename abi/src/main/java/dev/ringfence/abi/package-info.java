// SPDX-License-Identifier: Apache-2.0

/**
 * The V2 system call interface as numbers: what the kernel and the programs must agree on, and
 * nothing else. Neither side defines any of these numbers a second time; {@code docs/abi.md} says
 * in words what they mean.
 *
 * <p>Start with {@link dev.ringfence.abi.SystemCalls}, the door through which a program reaches the
 * kernel, and with {@link dev.ringfence.abi.SubmissionEntry}, what it passes through that door.
 * Layouts are classes of offsets with static accessors on a {@link
 * java.lang.foreign.MemorySegment}; they keep no state and allocate nothing. An accessor without a
 * memory order in its name is a plain access. Unsigned fields of 32 bits travel in an {@code int}
 * and those of 64 bits in a {@code long}: compare them with the unsigned operations.
 *
 * <p>The promise kept here: a number, once published, never changes its meaning, and the generated
 * C header, the page and these classes say the same (three tests compare them).
 */
@NullMarked
package dev.ringfence.abi;

import org.jspecify.annotations.NullMarked;
