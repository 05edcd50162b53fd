// SPDX-License-Identifier: Apache-2.0

/**
 * What a program imports to do I/O with nothing but the capabilities that it was handed.
 *
 * <p>There are three ways in, from comfortable to raw:
 *
 * <ol>
 *   <li>Start with {@link dev.ringfence.user.Program} and {@link dev.ringfence.user.Session}: typed
 *       capabilities ({@link dev.ringfence.user.File}, {@link dev.ringfence.user.Directory}, {@link
 *       dev.ringfence.user.PipeSource}, {@link dev.ringfence.user.PipeSink}) with blocking methods
 *       made for virtual threads. Each call is one direct submission; threads share no lock while
 *       they wait.
 *   <li>The methods whose names end in {@code Async} do the same on a virtual thread of their own
 *       and return a {@link java.util.concurrent.CompletableFuture}. Cancelling one ends its
 *       operation where that can be stopped. Where an operation takes what it waited for away from
 *       others (a signal, a message, a connection, bytes of a socket), cancelling waits for its end
 *       and loses nothing: it answers false if something had been taken, and the future has it.
 *   <li>{@link dev.ringfence.user.Ring} and {@link dev.ringfence.user.Syscalls}: the shared queues
 *       themselves, for one thread at a time, without an allocation per operation.
 * </ol>
 *
 * <pre>{@code
 * public final class Hello implements Program {
 *   public int run(Session session, List<String> arguments) {
 *     try (File file = session.directory("in").open("greeting.txt")) {
 *       session.stdout().print(file.readText(1 << 16));
 *     }
 *     return 0;
 *   }
 * }
 * }</pre>
 *
 * <p>The promises kept here: the raw ring allocates nothing (promise 9 of the design); a buffer is
 * never handed to a second user while an operation of the first may still write to it (the user's
 * half of promise 8); the kernel is reached through the four calls and the shared memory only.
 * Confinement of a program in the same JVM is by discipline: this API gives no other way, but Java
 * code could still call {@code java.io}.
 */
@NullMarked
package dev.ringfence.user;

import org.jspecify.annotations.NullMarked;
