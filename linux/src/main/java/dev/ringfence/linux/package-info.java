// SPDX-License-Identifier: Apache-2.0
/**
 * Linux system calls, one class a facility.
 *
 * <p>Start with {@link dev.ringfence.linux.Linux}, which says whether this machine is served, and
 * with {@link dev.ringfence.linux.Errno}, the other half of every result: a call answers a {@code
 * long} that is its value from 0 up, or minus the errno. Only factories that return an object
 * throw, a {@link dev.ringfence.linux.LinuxException}.
 *
 * <p>Constants have the names that the C headers give them; a structure is a class of offsets. The
 * promise: each of these numbers is compared with the system's own headers by a test, and on any
 * other operating system the classes load and every call answers {@code ENOSYS}.
 *
 * <p>Calls may be made from any thread. A call that blocks keeps its carrier thread: a virtual
 * thread must not wait here.
 */
@NullMarked
package dev.ringfence.linux;

import org.jspecify.annotations.NullMarked;
