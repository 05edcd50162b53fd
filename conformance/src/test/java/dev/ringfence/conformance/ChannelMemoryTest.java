// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.api.Test;

/** Messages that wait take the kernel's memory, and count against their sender. */
class ChannelMemoryTest extends Conformance {

  private static final int QUOTAS_ARENA = 4 << 20;

  private long[] ends = {};

  @Test
  void whatWaitsInAllChannelsTogetherIsNoMoreThanTheArena() {
    Range message = room(1 << 16);
    int fit = QUOTAS_ARENA / message.length();
    long[] first = null;
    for (int i = 0; i < fit; i++) {
      // a direction holds 16 of these: a channel of its own for every 16
      if (i % 16 == 0) {
        long[] next = pair(OpCode.CHANNEL_CREATE);
        first = first == null ? next : first;
        ends = next;
      }
      assertThat(client.run(sendRange(ends[0], message))).succeededWith(message.length());
    }
    long[] another = pair(OpCode.CHANNEL_CREATE);
    assertThat(client.run(sendRange(another[0], message))).failedWith(SyscallError.QUOTA_EXCEEDED);
    assertThat(client.run(client.receive(first[1], message))).succeeded();
    assertThat(client.run(sendRange(another[0], message))).succeededWith(message.length());
    assertThat(client.run(client.close(ends[1]))).succeededWith(0);
    assertThat(client.run(sendRange(another[0], message))).succeededWith(message.length());
  }

  private static Entry sendRange(long channel, Range message) {
    return Entry.of(OpCode.CHANNEL_SEND).capability(channel).range(message);
  }
}
