// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.kernel.engine.Resource;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A resource, how many capabilities hold it, and the file's current position.
 *
 * <p>Operations at the current position take turns: each needs to know where the one before it
 * ended. The turn is handed from operation to operation, across rings and domains.
 */
final class HeldResource {

  final Resource resource;

  /** Of a socket: where it came from and what it may talk to. */
  final @Nullable SocketHold socket;

  /** Capabilities that name the resource. Guarded by the {@link DerivationTree}'s lock. */
  int holders;

  private final ArrayDeque<InFlight> waiting = new ArrayDeque<>();
  private boolean positionTaken;
  private long position;

  HeldResource(Resource resource) {
    this(resource, null);
  }

  HeldResource(Resource resource, @Nullable SocketHold socket) {
    this.resource = resource;
    this.socket = socket;
  }

  /** Takes the turn for the current position, or queues for it. */
  synchronized boolean takePosition(InFlight operation) {
    if (positionTaken) {
      waiting.add(operation);
      return false;
    }
    positionTaken = true;
    return true;
  }

  /** Where the holder of the turn reads or writes. */
  synchronized long position() {
    return position;
  }

  /**
   * Ends a turn.
   *
   * @param advance the bytes moved
   * @return the operation whose turn it is now, if one waits
   */
  synchronized @Nullable InFlight leavePosition(long advance) {
    position += advance;
    InFlight next = waiting.poll();
    positionTaken = next != null;
    return next;
  }

  /** Takes an operation out of the queue; false if its turn has come already. */
  synchronized boolean stopWaiting(InFlight operation) {
    return waiting.remove(operation);
  }
}
