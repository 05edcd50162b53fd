// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.lang.foreign.ValueLayout;

/** What a program makes out of nothing: events, pipes, channels. */
final class New {

  private static final long EVERY_END = Rights.DUP | Rights.TRANSFER | Rights.CLOSE;
  private static final long BOTH_WAYS = Rights.READ | Rights.WRITE | EVERY_END;

  private New() {}

  static Event event(DirectSubmission calls, long initial) {
    if (initial < 0) {
      throw new IllegalArgumentException("a counter starts with 0 or more, not " + initial);
    }
    try (Slot slot = calls.slot()) {
      slot.begin(OpCode.EVENT_CREATE, 0).auxiliary(initial, 0);
      check(slot.submit(), "event");
      long id = slot.value();
      String name = "event";
      Authority authority = authority(name, CapabilityType.EVENT, id, BOTH_WAYS);
      return new Event(calls, authority, name, id, BOTH_WAYS);
    }
  }

  static PipeEnds pipe(DirectSubmission calls) {
    long[] ids = pair(calls, OpCode.PIPE_CREATE, "pipe");
    long reading = Rights.READ | EVERY_END;
    long writing = Rights.WRITE | EVERY_END;
    Authority from = authority("pipe", CapabilityType.PIPE, ids[0], reading);
    Authority to = authority("pipe", CapabilityType.PIPE, ids[1], writing);
    return new PipeEnds(
        new PipeSource(calls, from, "pipe", ids[0], reading),
        new PipeSink(calls, to, "pipe", ids[1], writing));
  }

  static ChannelEnds channel(DirectSubmission calls) {
    long[] ids = pair(calls, OpCode.CHANNEL_CREATE, "channel");
    Authority first = authority("channel", CapabilityType.CHANNEL, ids[0], BOTH_WAYS);
    Authority second = authority("channel", CapabilityType.CHANNEL, ids[1], BOTH_WAYS);
    return new ChannelEnds(
        new Channel(calls, first, "channel", ids[0], BOTH_WAYS),
        new Channel(calls, second, "channel", ids[1], BOTH_WAYS));
  }

  private static long[] pair(DirectSubmission calls, OpCode code, String noun) {
    try (Slot slot = calls.slot()) {
      slot.begin(code, 0).memory(slot.answerAddress(), 2 * Long.BYTES);
      check(slot.submit(), noun);
      long at = slot.answerOffset();
      return new long[] {
        slot.shared().get(ValueLayout.JAVA_LONG, at),
        slot.shared().get(ValueLayout.JAVA_LONG, at + Long.BYTES)
      };
    }
  }

  private static Authority authority(String name, CapabilityType type, long id, long rights) {
    return Authority.made(new Grant(name, type, rights, id));
  }

  private static void check(int result, String noun) {
    if (result < 0) {
      SyscallError known = SyscallError.ofResult(result);
      SyscallError error = known == null ? SyscallError.INTERNAL_ERROR : known;
      throw new SyscallException(
          error, "cannot make a new %s: %s".formatted(noun, error.description()));
    }
  }
}
