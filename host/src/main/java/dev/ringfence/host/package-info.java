// SPDX-License-Identifier: Apache-2.0
/**
 * Guests: native programs in processes of their own, whose only interface is the four system calls.
 *
 * <p>{@link dev.ringfence.host.Host} starts them; a {@link dev.ringfence.host.Guest} is one that
 * runs. A guest is held still at its first instruction until it is confined: the memory that it
 * shares with the kernel is mapped, its privileges and descriptors are gone, and two seccomp
 * filters leave it the four calls, which are answered here, and what a language's runtime needs of
 * memory, threads and time.
 */
@NullMarked
package dev.ringfence.host;

import org.jspecify.annotations.NullMarked;
