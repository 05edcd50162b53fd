// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A message from a {@link Channel}. Whoever receives it owns its capabilities: closing the message
 * closes those of them that are still open.
 */
public final class Message implements AutoCloseable {

  private final byte[] bytes;
  private final List<Capability> capabilities;

  Message(byte[] bytes, List<Capability> capabilities) {
    this.bytes = bytes;
    this.capabilities = List.copyOf(capabilities);
  }

  /** Its bytes, 0 to 65,536; the array is the caller's. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Its bytes, read as UTF-8. */
  public String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * Its capabilities, in the order in which they were sent; {@code switch} over each. One that was
   * revoked on the way is an {@link OpaqueCapability} that is not live.
   */
  public List<Capability> capabilities() {
    return capabilities;
  }

  /** The only capability. */
  public Capability capability() {
    if (capabilities.size() != 1) {
      throw new IllegalStateException(
          "the message has %d capabilities, not one".formatted(capabilities.size()));
    }
    return capabilities.getFirst();
  }

  /** Closes its capabilities. */
  @Override
  public void close() {
    capabilities.forEach(Capability::close);
  }

  @Override
  public String toString() {
    return "a message of %d bytes and %s".formatted(bytes.length, capabilities);
  }
}
