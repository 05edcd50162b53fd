// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/** {@code struct sockaddr_in}: an IPv4 address and a port, both in network order. */
public final class InternetAddress {

  public static final int SIN_FAMILY = 0;
  public static final int SIN_PORT = 2;
  public static final int SIN_ADDR = 4;
  public static final int SIZE = 16;

  static final int ADDRESS_BYTES = 4;

  private InternetAddress() {}

  /** Writes an address of 4 bytes. */
  public static void write(MemorySegment segment, long base, byte[] address, int port) {
    segment.asSlice(base, SIZE).fill((byte) 0);
    segment.set(JAVA_SHORT, base + SIN_FAMILY, (short) SocketCalls.AF_INET);
    setPort(segment, base + SIN_PORT, port);
    MemorySegment.copy(address, 0, segment, JAVA_BYTE, base + SIN_ADDR, ADDRESS_BYTES);
  }

  /** The 4 bytes of the address. */
  public static byte[] address(MemorySegment segment, long base) {
    return segment.asSlice(base + SIN_ADDR, ADDRESS_BYTES).toArray(JAVA_BYTE);
  }

  /** The port, 0 to 65535. */
  public static int port(MemorySegment segment, long base) {
    return portAt(segment, base + SIN_PORT);
  }

  static void setPort(MemorySegment segment, long at, int port) {
    segment.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), at, (short) port);
  }

  static int portAt(MemorySegment segment, long at) {
    return Short.toUnsignedInt(segment.get(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), at));
  }
}
