// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityReceived;
import dev.ringfence.abi.CapabilityTransfer;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operations on channels. Runs on the lane's owner. */
final class Channels {

  private final Lane lane;
  private final Lifecycle lifecycle;
  private final Kernel kernel;
  private final DerivationTree tree;

  Channels(Lane lane, Lifecycle lifecycle, Kernel kernel) {
    this.lane = lane;
    this.lifecycle = lifecycle;
    this.kernel = kernel;
    this.tree = kernel.tree();
  }

  /** One that waits was told that something changed. */
  void look(InFlight operation) {
    Domain domain = operation.domain;
    if (domain == null || !(operation.resource instanceof Port port)) {
      lifecycle.finish(operation, SyscallError.INTERNAL_ERROR.result());
    } else if (operation.opcode == OpCode.POLL) {
      poll(operation);
    } else if (operation.objectState instanceof Outgoing outgoing) {
      attempt(operation, domain, port, outgoing);
    } else {
      attempt(operation, domain, port);
    }
  }

  /** Carries a POLL out; false if it is about something else. */
  boolean poll(InFlight operation) {
    if (!(operation.resource instanceof Port port)) {
      return false;
    }
    int judged = Events.judgePoll(operation);
    int events = judged != 0 ? judged : port.poll(operation);
    if (events != 0) {
      lifecycle.results().endOrGoOn(operation, events);
    }
    return true;
  }

  // ---- sending ---------------------------------------------------------------------------------

  void send(InFlight operation, Domain domain) {
    Outgoing outgoing = new Outgoing();
    int judged = judgeSend(operation, domain, outgoing);
    if (judged != 0 || !(operation.resource instanceof Port port)) {
      lifecycle.finish(operation, judged);
      return;
    }
    operation.objectState = outgoing;
    attempt(operation, domain, port, outgoing);
  }

  private int judgeSend(InFlight operation, Domain domain, Outgoing outgoing) {
    long length = Integer.toUnsignedLong(operation.len);
    long count = operation.auxiliary1;
    boolean listed = count != 0;
    if (length > CapabilityTransfer.MESSAGE_MAX
        || count < 0
        || count > CapabilityTransfer.COUNT_MAX
        || listed && operation.auxiliary0 == 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    if (listed && (operation.auxiliary0 & 7) != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    DomainMemory memory = domain.memory();
    long bytes = place(operation, domain);
    long listSize = count * CapabilityTransfer.SIZE;
    long list = listed ? memory.arenaOffset(operation.auxiliary0, listSize) : 0;
    if (bytes == DomainMemory.NOWHERE || list == DomainMemory.NOWHERE) {
      return SyscallError.INVALID_ADDRESS.result();
    }
    // it reads its bytes when there is room, so until then they are in use
    operation.memory = memory.segment();
    operation.memoryOffset = bytes;
    operation.length = (int) length;
    if (!listed) {
      return 0;
    }
    return outgoing.judge(operation, domain, memory.copy(list, listSize), tree);
  }

  private void attempt(InFlight operation, Domain domain, Port port, Outgoing outgoing) {
    Wakeups wakeups = new Wakeups();
    List<Capability> moved = new ArrayList<>();
    Port.Maker maker =
        new Port.Maker() {
          @Override
          public int judge() {
            return domain.budget().hasRoomForMessage(operation.length)
                ? outgoing.judgeDeparture(port.pair, domain)
                : SyscallError.QUOTA_EXCEEDED.result();
          }

          @Override
          public Message make() {
            byte[] bytes =
                operation
                    .memory
                    .asSlice(operation.memoryOffset, operation.length)
                    .toArray(ValueLayout.JAVA_BYTE);
            domain.budget().takeMessage(bytes.length);
            return new Message(bytes, outgoing.depart(port.pair, tree, domain, moved), domain);
          }
        };
    int sent =
        outgoing.isEmpty()
            ? port.send(operation, maker, wakeups)
            : tree.atomically(() -> port.send(operation, maker, wakeups));
    for (Capability source : moved) {
      // what the sender still has in flight through it finishes first
      new Closing(kernel, source).begin(domain.lanes(), lane, error -> {});
    }
    wakeups.send();
    if (sent != Port.WAITS) {
      lifecycle.finish(operation, sent == 0 ? operation.length : sent);
    }
  }

  // ---- receiving -------------------------------------------------------------------------------

  void receive(InFlight operation, Domain domain) {
    long offset = place(operation, domain);
    int judged = judgeList(operation, domain);
    if (judged == 0 && offset == DomainMemory.NOWHERE) {
      judged = SyscallError.INVALID_ADDRESS.result();
    }
    if (judged != 0 || !(operation.resource instanceof Port port)) {
      lifecycle.finish(operation, judged);
      return;
    }
    operation.memory = domain.memory().segment();
    operation.memoryOffset = offset;
    operation.transferTotal = unsigned(operation.len);
    attempt(operation, domain, port);
  }

  /** Where the message's bytes are; no bytes may be anywhere. */
  private static long place(InFlight operation, Domain domain) {
    long length = unsigned(operation.len);
    return length == 0 ? 0 : domain.memory().arenaOffset(operation.addr, length);
  }

  private static long unsigned(int word) {
    return Integer.toUnsignedLong(word);
  }

  /** Whether the list for capabilities is where it may be, if there is one. */
  private static int judgeList(InFlight operation, Domain domain) {
    long count = operation.auxiliary1;
    if (count == 0) {
      return 0;
    }
    if (count < 0 || count > CapabilityTransfer.COUNT_MAX) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    if ((operation.auxiliary0 & 7) != 0) {
      return SyscallError.NOT_ALIGNED.result();
    }
    return listAt(operation, domain) == DomainMemory.NOWHERE
        ? SyscallError.INVALID_ADDRESS.result()
        : 0;
  }

  private static long listAt(InFlight operation, Domain domain) {
    return domain
        .memory()
        .arenaOffset(operation.auxiliary0, operation.auxiliary1 * CapabilityReceived.SIZE);
  }

  /** A message being taken, and the capabilities as they arrive; null was revoked on the way. */
  private final class Arrival implements Port.Taker {
    private final Domain domain;
    private final ChannelPair over;
    private @Nullable Message message;
    private final List<@Nullable Capability> capabilities = new ArrayList<>();

    Arrival(Domain domain, ChannelPair over) {
      this.domain = domain;
      this.over = over;
    }

    @Override
    public int take(Message next) {
      int live = 0;
      for (Capability each : next.capabilities()) {
        live += each.state == Capability.LIVE ? 1 : 0;
      }
      if (live > 0 && !tree.reserve(domain, live)) {
        return SyscallError.QUOTA_EXCEEDED.result();
      }
      for (Capability each : next.capabilities()) {
        over.deliver(each);
        capabilities.add(each.state == Capability.LIVE ? tree.arrive(each, domain) : null);
      }
      next.ended();
      message = next;
      return 0;
    }
  }

  private void attempt(InFlight operation, Domain domain, Port port) {
    // the list may have been unmapped while this waited: nothing is taken that cannot be told
    int judged = judgeList(operation, domain);
    if (judged != 0) {
      port.stopWaiting(operation);
      lifecycle.finish(operation, judged);
      return;
    }
    Wakeups wakeups = new Wakeups();
    Arrival arrival = new Arrival(domain, port.pair);
    long most = operation.auxiliary1;
    long bytesMax = unsigned(operation.len);
    // without room for capabilities none arrives, and the tree need not be locked
    int received =
        most == 0
            ? port.receive(operation, bytesMax, most, arrival, wakeups)
            : tree.atomically(() -> port.receive(operation, bytesMax, most, arrival, wakeups));
    wakeups.send();
    Message message = arrival.message;
    if (received == 0 && message != null) {
      tell(operation, domain, message, arrival.capabilities);
    } else if (received != Port.WAITS) {
      boolean tooLong = received == SyscallError.NAME_TOO_LONG.result();
      operation.completionFlags = tooLong ? CompletionFlags.VALUE : 0;
      lifecycle.finish(operation, received);
    }
  }

  private void tell(
      InFlight operation, Domain domain, Message message, List<@Nullable Capability> arrived) {
    MemorySegment segment = domain.memory().segment();
    byte[] bytes = message.bytes();
    MemorySegment.copy(
        bytes, 0, segment, ValueLayout.JAVA_BYTE, operation.memoryOffset, bytes.length);
    long at = arrived.isEmpty() ? 0 : listAt(operation, domain);
    for (Capability each : arrived) {
      CapabilityReceived.setCapabilityId(segment, at, each == null ? 0 : each.id);
      CapabilityReceived.setRights(segment, at, each == null ? 0 : each.rights);
      CapabilityReceived.setType(segment, at, each == null ? 0 : each.type().code());
      CapabilityReceived.setReserved(segment, at, 0);
      at += CapabilityReceived.SIZE;
    }
    operation.completionFlags = CompletionFlags.VALUE;
    operation.completionValue = arrived.size();
    lifecycle.finish(operation, bytes.length);
  }
}
