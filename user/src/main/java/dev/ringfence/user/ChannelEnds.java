// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

/**
 * A new channel: what is sent at one end is received at the other.
 *
 * @param first one end
 * @param second the other end
 */
public record ChannelEnds(Channel first, Channel second) implements AutoCloseable {

  /** Closes both ends. */
  @Override
  public void close() {
    first.close();
    second.close();
  }
}
