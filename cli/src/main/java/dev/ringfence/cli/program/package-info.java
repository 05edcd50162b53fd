// SPDX-License-Identifier: Apache-2.0

/**
 * The programs that come with Ringfence, written to be read: they are the tutorial.
 *
 * <p>Start with {@link dev.ringfence.cli.program.Count}, which reads whatever it was granted, then
 * {@link dev.ringfence.cli.program.Copy}, which moves whole trees with many operations in flight.
 * Both see nothing but {@link dev.ringfence.user.Session}: no {@code java.io}, no {@code
 * java.nio.file}, no path of the host. That is the promise kept here, and a test looks for it.
 */
@NullMarked
package dev.ringfence.cli.program;

import org.jspecify.annotations.NullMarked;
