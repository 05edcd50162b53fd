// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

/** An object of the kernel's own that operations wait on: an event, a channel, a rate. */
interface Waitable {

  /**
   * Takes a waiting operation out, so that nothing of the object goes to it any more. On the
   * operation's lane's owner.
   *
   * @return false if its end is on its way already
   */
  boolean stopWaiting(InFlight operation);

  /**
   * A waiting operation was told that something changed: it takes what it waits for, or goes on
   * waiting. On its lane's owner.
   */
  void look(InFlight operation);
}
