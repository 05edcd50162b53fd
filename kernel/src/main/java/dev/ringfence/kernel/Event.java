// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.EventFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Resource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A counter that operations of any ring and domain wait for, first come first served.
 *
 * <p>A signal hands what it adds to those who wait at once; each is then told by its own lane.
 */
final class Event extends Resource implements Waitable {

  private final ArrayDeque<InFlight> waiting = new ArrayDeque<>();
  private final Pollers pollers = new Pollers();
  private long counter;

  Event(long counter) {
    super(CapabilityType.EVENT);
    this.counter = counter;
  }

  /**
   * Adds to the counter.
   *
   * @param home the lane whose owner calls this
   * @return 0, or {@code WouldBlock}
   */
  int signal(long count, Lane home) {
    List<Runnable> told = new ArrayList<>(1);
    Wakeups wakeups = new Wakeups();
    synchronized (this) {
      if (counter > Long.MAX_VALUE - count) {
        return SyscallError.WOULD_BLOCK.result();
      }
      counter += count;
      pollers.came(PollEvents.IN, wakeups);
      serve(home, told);
    }
    told.forEach(Runnable::run);
    wakeups.send();
    return 0;
  }

  /** Gives to those who wait what there is; under the lock. */
  private void serve(Lane home, List<Runnable> told) {
    while (counter > 0 && !waiting.isEmpty()) {
      InFlight next = waiting.remove();
      long amount = take(next);
      int incarnation = next.incarnation;
      Lane lane = next.lane;
      Runnable tell =
          () -> {
            if (next.incarnation == incarnation) {
              lane.lifecycle().events().taken(next, this, amount);
            }
          };
      told.add(lane == home ? tell : () -> lane.post(tell));
    }
  }

  private long take(InFlight operation) {
    long amount = (operation.auxiliary1 & EventFlags.ONE) != 0 ? 1 : counter;
    counter -= amount;
    return amount;
  }

  /** What the counter has for an operation; 0, and it waits in line, if it {@code waits}. */
  long take(InFlight operation, boolean waits) {
    Wakeups wakeups = new Wakeups();
    long amount = 0;
    synchronized (this) {
      // what is there while others wait cannot be: a signal goes to them at once
      if (counter == 0 && waits) {
        operation.stage = InFlight.Stage.ON_OBJECT;
        operation.waitsOn = this;
        waiting.add(operation);
      } else if (counter > 0) {
        amount = take(operation);
        pollers.came(PollEvents.OUT, wakeups);
      }
    }
    wakeups.send();
    return amount;
  }

  /** The events to tell a POLL now; 0, and it waits. */
  synchronized int poll(InFlight operation) {
    int ready = (counter > 0 ? PollEvents.IN : 0) | (counter < Long.MAX_VALUE ? PollEvents.OUT : 0);
    int events = pollers.askOrWait(operation, ready);
    if (events == 0) {
      operation.stage = InFlight.Stage.ON_OBJECT;
      operation.waitsOn = this;
    }
    return events;
  }

  @Override
  public synchronized boolean stopWaiting(InFlight operation) {
    return waiting.remove(operation) || pollers.remove(operation);
  }

  @Override
  public void look(InFlight operation) {
    operation.lane.lifecycle().events().poll(operation);
  }

  @Override
  public @Nullable SyscallError close() {
    // nobody waits any more: who waits holds it
    return null;
  }
}
