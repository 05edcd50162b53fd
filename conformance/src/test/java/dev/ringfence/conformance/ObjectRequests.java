// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.CapabilityLimits;
import dev.ringfence.abi.CapabilityReceived;
import dev.ringfence.abi.CapabilityTransfer;
import dev.ringfence.abi.EventFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollFlags;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.TimeoutFlags;
import java.time.Duration;

/** Well-formed entries for what the kernel carries out itself: events, channels, limits, time. */
abstract class ObjectRequests extends Requests {

  Entry eventCreate(long counter) {
    return Entry.of(OpCode.EVENT_CREATE).auxiliary0(counter);
  }

  Entry signal(long event, long count) {
    return Entry.of(OpCode.EVENT_SIGNAL).capability(event).auxiliary0(count);
  }

  Entry awaitEvent(long event) {
    return Entry.of(OpCode.EVENT_AWAIT).capability(event);
  }

  /** EVENT_AWAIT that takes one from the counter. */
  Entry awaitOne(long event) {
    return awaitEvent(event).auxiliary1(EventFlags.ONE);
  }

  /** EVENT_AWAIT that fails where it would wait. */
  Entry takeEvent(long event) {
    return awaitEvent(event).auxiliary1(EventFlags.DO_NOT_WAIT);
  }

  Entry pollAgain(long capability, int events) {
    return poll(capability, events).auxiliary1(PollFlags.MULTISHOT);
  }

  Entry timeoutAgain(Duration time) {
    return timeout(time).auxiliary1(TimeoutFlags.MULTISHOT);
  }

  /** TIMEOUT_UPDATE of the TIMEOUT with a tag. */
  Entry timeoutUpdate(long tag, Duration time) {
    return Entry.of(OpCode.TIMEOUT_UPDATE).addr(tag).auxiliary0(time.toNanos());
  }

  Entry timeoutRemove(long tag) {
    return Entry.of(OpCode.TIMEOUT_REMOVE).addr(tag);
  }

  Entry pipeCreate(Range ids) {
    return Entry.of(OpCode.PIPE_CREATE).range(ids);
  }

  Entry channelCreate(Range ids) {
    return Entry.of(OpCode.CHANNEL_CREATE).range(ids);
  }

  /** CHANNEL_SEND of bytes alone. */
  Entry send(long channel, String text) {
    return Entry.of(OpCode.CHANNEL_SEND).capability(channel).range(memory().hold(text));
  }

  /** CHANNEL_SEND with a list of capabilities. */
  Entry send(long channel, String text, Sent... list) {
    return send(channel, text).auxiliary0(list(list).address()).auxiliary1(list.length);
  }

  /** A list of capabilities in the arena. */
  Range list(Sent... list) {
    Range at = memory().take(list.length * CapabilityTransfer.SIZE);
    for (int i = 0; i < list.length; i++) {
      long base = memory().offsetOf(at.address()) + (long) i * CapabilityTransfer.SIZE;
      CapabilityTransfer.setCapabilityId(memory().segment(), base, list[i].capability());
      CapabilityTransfer.setRights(memory().segment(), base, list[i].rights());
      CapabilityTransfer.setType(memory().segment(), base, list[i].type());
      CapabilityTransfer.setFlags(memory().segment(), base, list[i].flags());
    }
    return at;
  }

  /** CHANNEL_RECEIVE of bytes alone. */
  Entry receive(long channel, Range into) {
    return Entry.of(OpCode.CHANNEL_RECEIVE).capability(channel).range(into);
  }

  /** CHANNEL_RECEIVE with room for as many capabilities as {@code list} holds. */
  Entry receive(long channel, Range into, Range list) {
    return receive(channel, into)
        .auxiliary0(list.address())
        .auxiliary1(list.length() / CapabilityReceived.SIZE);
  }

  /** Room for what CHANNEL_RECEIVE says about capabilities. */
  Range listRoom(int count) {
    return memory().take(count * CapabilityReceived.SIZE);
  }

  /** DERIVE with limits as {@link #limits} writes them. */
  Entry derive(long capability, long rights, Range limits) {
    return Entry.of(OpCode.DERIVE).capability(capability).range(limits).auxiliary1(rights);
  }

  /** The limits of DERIVE; 0: none. */
  Range limits(
      long deadline, long bytes, long operations, long byteRate, long operationRate, int flags) {
    Range at = memory().take(CapabilityLimits.SIZE);
    long base = memory().offsetOf(at.address());
    CapabilityLimits.setDeadline(memory().segment(), base, deadline);
    CapabilityLimits.setBytesTotal(memory().segment(), base, bytes);
    CapabilityLimits.setOperationsTotal(memory().segment(), base, operations);
    CapabilityLimits.setBytesPerSecond(memory().segment(), base, byteRate);
    CapabilityLimits.setOperationsPerSecond(memory().segment(), base, operationRate);
    CapabilityLimits.setFlags(memory().segment(), base, flags);
    return at;
  }

  /** REGISTER_GROUP of a ring of buffers. */
  Entry registerGroup(Range ring, int entries, int index) {
    return Entry.of(OpCode.REGISTER_GROUP).addr(ring.address()).len(entries).bufIndex(index);
  }

  Entry unregisterGroup(int index) {
    return Entry.of(OpCode.UNREGISTER_GROUP).bufIndex(index);
  }

  /** READ of a pipe into a provided buffer of a group. */
  Entry readSelecting(long pipe, int group) {
    return Entry.of(OpCode.READ)
        .capability(pipe)
        .with(SubmissionFlags.BUFFER_SELECT)
        .bufIndex(group);
  }
}
