// SPDX-License-Identifier: Apache-2.0
/**
 * The io_uring of Linux, 5.13 or newer.
 *
 * <p>Start with {@link dev.ringfence.linux.uring.RingOptions} and {@link
 * dev.ringfence.linux.uring.IoUring}; write entries through {@link
 * dev.ringfence.linux.uring.SubmissionQueue}, read results from {@link
 * dev.ringfence.linux.uring.CompletionQueue}. {@link dev.ringfence.linux.uring.IoUringProbe} says
 * what this process may have.
 *
 * <pre>{@code
 * try (IoUring ring = IoUring.open(RingOptions.of(64))) {
 *   ring.submissions().read(file, address, 4096, 0, 0, 7);
 *   ring.submitAndWait(1, Long.MAX_VALUE);
 *   CompletionQueue cq = ring.completions();
 *   int ready = cq.ready();
 *   for (int i = 0; i < ready; i++) {
 *     System.out.println(cq.userData(i) + " ended with " + cq.result(i));
 *   }
 *   cq.advance(ready);
 * }
 * }</pre>
 *
 * <p>The promise: pushing, submitting and reaping allocate nothing, and a batch costs one system
 * call, one release store and one acquire load on either side. What is not promised: that memory
 * named in an entry is alive. The kernel gets addresses; keep what they point to until the last
 * completion.
 */
@NullMarked
package dev.ringfence.linux.uring;

import org.jspecify.annotations.NullMarked;
