// SPDX-License-Identifier: Apache-2.0
/**
 * Native guests: {@link dev.ringfence.cli.guest.GuestBuilds} makes the programs of {@code guest/};
 * the tests say what they must be, and try them.
 */
@NullMarked
package dev.ringfence.cli.guest;

import org.jspecify.annotations.NullMarked;
