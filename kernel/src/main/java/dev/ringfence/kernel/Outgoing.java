// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityTransfer;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.TransferFlags;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The capabilities that a CHANNEL_SEND names, copied out of the arena once and judged then; when
 * they depart, what may have changed since is judged again.
 */
final class Outgoing {

  private record Transfer(Capability source, long rights, boolean moves) {}

  private final List<Transfer> transfers = new ArrayList<>();

  boolean isEmpty() {
    return transfers.isEmpty();
  }

  /**
   * Judges the list.
   *
   * @param list a copy of its bytes
   * @return 0, or a negative result; missing rights are in the operation's completion value
   */
  int judge(InFlight operation, Domain domain, MemorySegment list, DerivationTree tree) {
    for (long at = 0; at < list.byteSize(); at += CapabilityTransfer.SIZE) {
      int judged = judgeOne(operation, domain, list, at, tree);
      if (judged != 0) {
        return judged;
      }
    }
    return namesOneTwiceToMove() ? SyscallError.INVALID_ARGUMENT.result() : 0;
  }

  private int judgeOne(
      InFlight operation, Domain domain, MemorySegment list, long at, DerivationTree tree) {
    long rights = CapabilityTransfer.rights(list, at);
    int type = CapabilityTransfer.type(list, at);
    int flags = CapabilityTransfer.flags(list, at);
    if ((flags & ~TransferFlags.MOVE) != 0
        || (rights & ~Rights.ALL) != 0
        || type != 0 && CapabilityType.of(type) == null) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    Capability source = domain.table().lookup(CapabilityTransfer.capabilityId(list, at));
    if (source == null) {
      return SyscallError.INVALID_HANDLE.result();
    }
    if (!tree.isLive(source)) {
      return SyscallError.CAPABILITY_REVOKED.result();
    }
    if (type != 0 && source.type().code() != type) {
      return SyscallError.WRONG_CAPABILITY_TYPE.result();
    }
    if ((source.rights & Rights.TRANSFER) == 0 || source.type() == CapabilityType.BUFFER) {
      return SyscallError.CANNOT_TRANSFER.result();
    }
    long missing = rights & ~source.rights;
    if (missing != 0) {
      operation.completionFlags = CompletionFlags.VALUE;
      operation.completionValue = missing;
      return SyscallError.PERMISSION_DENIED.result();
    }
    transfers.add(new Transfer(source, rights, (flags & TransferFlags.MOVE) != 0));
    return 0;
  }

  private boolean namesOneTwiceToMove() {
    for (Transfer one : transfers) {
      for (Transfer other : transfers) {
        if (one != other && one.moves && one.source == other.source) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether all can depart over a channel now: 0, or a negative result. Under the tree's lock. */
  int judgeDeparture(ChannelPair over, Domain sender) {
    if (!transfers.isEmpty() && !sender.maySendMore(transfers.size())) {
      return SyscallError.QUOTA_EXCEEDED.result();
    }
    for (Transfer each : transfers) {
      Capability source = each.source;
      if (source.state == Capability.REVOKED) {
        return SyscallError.CAPABILITY_REVOKED.result();
      }
      if (source.state == Capability.CLOSED) {
        return SyscallError.INVALID_HANDLE.result();
      }
      if (source.held.resource instanceof Port port && port.pair.leadsTo(over)) {
        return SyscallError.CANNOT_TRANSFER.result();
      }
    }
    return 0;
  }

  /**
   * Puts all on their way. Under the tree's lock.
   *
   * @param over the channel
   * @param sender whose quota they count against until they arrive
   * @param moved gets those that the sender has no longer
   */
  List<Capability> depart(
      ChannelPair over, DerivationTree tree, Domain sender, List<Capability> moved) {
    sender.onTheirWay(transfers.size());
    List<Capability> departed = new ArrayList<>(transfers.size());
    for (Transfer each : transfers) {
      Capability onItsWay;
      if (each.moves) {
        onItsWay = tree.departForGood(each.source, each.rights);
        moved.add(each.source);
      } else {
        onItsWay = tree.depart(each.source, each.rights);
      }
      over.carry(onItsWay);
      departed.add(onItsWay);
    }
    return departed;
  }
}
