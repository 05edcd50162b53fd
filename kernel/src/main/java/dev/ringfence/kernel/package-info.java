// SPDX-License-Identifier: Apache-2.0

/**
 * The kernel: domains, their capabilities and rings, and the choice of the engine behind them.
 *
 * <p>Start with {@link dev.ringfence.kernel.Kernel}, which a host opens, and {@link
 * dev.ringfence.kernel.Domain}, which is one program's view of it and answers its four system
 * calls. The promise kept here: an operation begins only with a live capability that has the rights
 * it needs, and nothing that the engines do can widen that.
 */
@NullMarked
package dev.ringfence.kernel;

import org.jspecify.annotations.NullMarked;
