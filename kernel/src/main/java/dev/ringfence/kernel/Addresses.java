// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

/** Addresses of sockets between the arena and an engine. */
final class Addresses {

  private Addresses() {}

  /** What was made from a socket or a network may talk to the same addresses. */
  static void inherit(HeldResource from, HeldResource made) {
    made.network = from.network;
  }

  /** Writes the address that an engine found where the program wants it. */
  static void tell(InFlight operation, long result) {}

  /** SOCKET_NAME and PEER_NAME: the completion's result. */
  static long answer(InFlight operation, long result) {
    return result;
  }
}
