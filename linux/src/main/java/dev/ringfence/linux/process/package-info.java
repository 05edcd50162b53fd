// SPDX-License-Identifier: Apache-2.0
/**
 * Other processes: starting one, holding it still and changing its state (ptrace), answering its
 * system calls (seccomp user notification), and its end.
 *
 * <p>Who traces a process, and whose end kills it (PDEATHSIG), is a <em>thread</em>, not a process:
 * what starts and traces belongs on one platform thread that lives as long as its children.
 */
@NullMarked
package dev.ringfence.linux.process;

import org.jspecify.annotations.NullMarked;
