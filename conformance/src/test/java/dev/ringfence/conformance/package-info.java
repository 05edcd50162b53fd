// SPDX-License-Identifier: Apache-2.0
/**
 * What every engine must do, once: the behaviours of the V2 system call interface, as tests that
 * run unchanged on each engine of this machine.
 *
 * <p>Start with {@link dev.ringfence.conformance.Conformance}, which every subject extends, and
 * {@link dev.ringfence.conformance.Client}, the program that the tests play. What engines may do
 * differently is listed, with the reason, in {@link dev.ringfence.conformance.Difference} and
 * nowhere else.
 *
 * <p>It keeps promise 7 of the design: engines are interchangeable.
 */
@NullMarked
package dev.ringfence.conformance;

import org.jspecify.annotations.NullMarked;
