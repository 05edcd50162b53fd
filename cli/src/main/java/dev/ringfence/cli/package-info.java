// SPDX-License-Identifier: Apache-2.0
/** The command {@code ringfence}. Start with {@link dev.ringfence.cli.Main}. */
@NullMarked
package dev.ringfence.cli;

import org.jspecify.annotations.NullMarked;
