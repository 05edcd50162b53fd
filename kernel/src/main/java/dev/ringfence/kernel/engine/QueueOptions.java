// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine;

/**
 * The bounds of a queue.
 *
 * @param operationsMax how many operations can be started and not completed at once, from 1 on
 * @param fixedThread the opening thread, a platform thread, alone will run the queue; with {@code
 *     false} any thread may, one at a time, virtual threads included
 */
public record QueueOptions(int operationsMax, boolean fixedThread) {}
