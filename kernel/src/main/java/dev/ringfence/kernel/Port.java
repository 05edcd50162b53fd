// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityTransfer;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Resource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One end of a channel: what was sent to it and not received, and who waits for that or for room at
 * the other end, each in a line of its own. Guarded by the {@link ChannelPair}'s monitor.
 */
final class Port extends Resource implements Waitable {

  /** What an attempt says when the operation waits now. */
  static final int WAITS = Integer.MIN_VALUE;

  private static final int MESSAGES_MAX = 64;
  private static final long BYTES_MAX = 1L << 20;

  final ChannelPair pair;

  private final ArrayDeque<Message> inbox = new ArrayDeque<>();
  private final ArrayDeque<InFlight> receivers = new ArrayDeque<>();
  private final ArrayDeque<InFlight> senders = new ArrayDeque<>();
  private final Pollers pollers = new Pollers();
  private Port peer = this;
  private long inboxBytes;
  private boolean closed;

  Port(ChannelPair pair) {
    super(CapabilityType.CHANNEL);
    this.pair = pair;
  }

  void connect(Port other) {
    peer = other;
  }

  /** What becomes of a message that fits the receiver's memory. Under both locks. */
  interface Taker {
    /** Takes the message: 0, or a negative result and it stays. */
    int take(Message message);
  }

  /** What makes the message of a send that goes through. Under the locks that it needs. */
  interface Maker {
    /** Whether it can be made: 0, or a negative result. */
    int judge();

    Message make();
  }

  private boolean hasRoom(long bytes) {
    return inbox.size() < MESSAGES_MAX && inboxBytes + bytes <= BYTES_MAX;
  }

  /**
   * Sends a message to the other end, or has the operation wait in line for room.
   *
   * @return 0, a negative result, or {@link #WAITS}
   */
  int send(InFlight operation, Maker maker, Wakeups wakeups) {
    synchronized (pair) {
      int length = operation.length;
      if (closed || peer.closed) {
        senders.remove(operation);
        return SyscallError.BROKEN_PIPE.result();
      }
      int judged = maker.judge();
      boolean first = senders.isEmpty() || senders.peek() == operation;
      if (judged == 0 && !(first && peer.hasRoom(length))) {
        waitIn(senders, operation);
        return WAITS;
      }
      if (judged == 0) {
        peer.inbox.add(maker.make());
        peer.inboxBytes += length;
        wakeFirst(peer.receivers, wakeups);
        peer.pollers.came(PollEvents.IN, wakeups);
      }
      senders.remove(operation);
      wakeFirst(senders, wakeups);
      return judged;
    }
  }

  /**
   * Receives a message, or has the operation wait in line for one.
   *
   * @param bytesMax room for bytes
   * @param capabilitiesMax room for capabilities
   * @return 0 and the taker has it, or 0 and it has not: the end; a negative result; or {@link
   *     #WAITS}. With {@code NameTooLong} the operation's completion value says how much it is
   */
  int receive(
      InFlight operation, long bytesMax, long capabilitiesMax, Taker taker, Wakeups wakeups) {
    synchronized (pair) {
      Message message = inbox.peek();
      boolean first = receivers.isEmpty() || receivers.peek() == operation;
      if (!first || message == null && !closed && !peer.closed) {
        waitIn(receivers, operation);
        return WAITS;
      }
      int taken = 0;
      if (message != null) {
        boolean fits =
            message.bytes().length <= bytesMax && message.capabilities().size() <= capabilitiesMax;
        taken = fits ? taker.take(message) : SyscallError.NAME_TOO_LONG.result();
        if (!fits) {
          operation.completionValue =
              message.bytes().length | (long) message.capabilities().size() << 32;
        }
        if (taken == 0) {
          inbox.remove();
          inboxBytes -= message.bytes().length;
          wakeFirst(peer.senders, wakeups);
          peer.pollers.came(PollEvents.OUT, wakeups);
        }
      }
      receivers.remove(operation);
      wakeFirst(receivers, wakeups);
      return taken;
    }
  }

  private void waitIn(ArrayDeque<InFlight> line, InFlight operation) {
    if (operation.waitsOn != this) {
      operation.waitsOn = this;
      line.add(operation);
    }
    operation.stage = InFlight.Stage.ON_OBJECT;
  }

  /** The first of a line looks whenever it may be its turn; it tells the next one. */
  private static void wakeFirst(ArrayDeque<InFlight> line, Wakeups wakeups) {
    InFlight first = line.peek();
    if (first != null) {
      wakeups.add(first);
    }
  }

  /** The events to tell a POLL now; 0, and it waits. */
  int poll(InFlight operation) {
    synchronized (pair) {
      int ready = 0;
      if (peer.closed) {
        ready = PollEvents.HUP | PollEvents.IN | PollEvents.OUT;
      } else {
        ready |= inbox.isEmpty() ? 0 : PollEvents.IN;
        ready |= peer.hasRoom(CapabilityTransfer.MESSAGE_MAX) ? PollEvents.OUT : 0;
      }
      int events = pollers.askOrWait(operation, ready);
      if (events == 0) {
        operation.waitsOn = this;
        operation.stage = InFlight.Stage.ON_OBJECT;
      }
      return events;
    }
  }

  @Override
  public boolean stopWaiting(InFlight operation) {
    Wakeups wakeups = new Wakeups();
    synchronized (pair) {
      boolean waited =
          receivers.remove(operation) || senders.remove(operation) || pollers.remove(operation);
      wakeFirst(receivers, wakeups);
      wakeFirst(senders, wakeups);
      if (!waited) {
        return false;
      }
    }
    wakeups.send();
    return true;
  }

  @Override
  public void look(InFlight operation) {
    operation.lane.lifecycle().channels().look(operation);
  }

  /**
   * Closes this end, which nobody holds: what was sent to it is dropped, the other side is told.
   *
   * @return the resources of dropped capabilities that nobody holds now, to be closed
   */
  List<Resource> hangUp() {
    DerivationTree tree = pair.kernel.tree();
    Wakeups wakeups = new Wakeups();
    List<Resource> orphans =
        tree.atomically(() -> {
          synchronized (pair) {
            return tree.release(closeAndDrop(tree, wakeups), null);
          }
        });
    wakeups.send();
    return orphans;
  }

  private List<Capability> closeAndDrop(DerivationTree tree, Wakeups wakeups) {
    List<Capability> dropped = new ArrayList<>();
    closed = true;
    for (Message message : inbox) {
      message.ended();
      for (Capability capability : message.capabilities()) {
        pair.deliver(capability);
        // one that was revoked on the way has lost its hold by that
        if (tree.close(capability)) {
          dropped.add(capability);
        }
      }
    }
    inbox.clear();
    inboxBytes = 0;
    int everything = PollEvents.IN | PollEvents.OUT | PollEvents.HUP;
    peer.pollers.came(everything, wakeups);
    pollers.came(everything, wakeups);
    for (Port each : List.of(this, peer)) {
      each.receivers.forEach(wakeups::add);
      each.senders.forEach(wakeups::add);
    }
    return dropped;
  }

  @Override
  public @Nullable SyscallError close() {
    return pair.kernel.closeAll(List.of(this));
  }
}
