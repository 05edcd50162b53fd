// SPDX-License-Identifier: Apache-2.0
/**
 * {@code serve}: a static HTTP/1.1 file server on V2 alone, to be read as the tutorial on sockets.
 *
 * <p>Start with {@link dev.ringfence.cli.program.serve.Serve}, then {@code Connection}. A
 * connection is a virtual thread and a plain loop: wait, read a request, answer it. Whoever waits
 * holds no memory of the arena, so slow clients cost next to nothing.
 */
@NullMarked
package dev.ringfence.cli.program.serve;

import org.jspecify.annotations.NullMarked;
