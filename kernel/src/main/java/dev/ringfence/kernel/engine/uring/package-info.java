// SPDX-License-Identifier: Apache-2.0
/**
 * The engine on Linux io_uring.
 *
 * <p>Start with {@link dev.ringfence.kernel.engine.uring.UringEngine}, then {@link
 * dev.ringfence.kernel.engine.uring.UringQueue}. Data moves through the ring, straight from and
 * into the domain's memory; paths are resolved by openat2(2) beneath their directory, which is what
 * makes confinement hold against an attacker who renames while we look. Above this package there is
 * no errno: {@link dev.ringfence.kernel.engine.uring.Errors} turns every one into a typed error.
 */
@NullMarked
package dev.ringfence.kernel.engine.uring;

import org.jspecify.annotations.NullMarked;
