// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** {@code struct sockaddr_in6}: an IPv6 address and a port in network order, and a scope. */
public final class InternetAddress6 {

  public static final int SIN6_FAMILY = 0;
  public static final int SIN6_PORT = 2;
  public static final int SIN6_FLOWINFO = 4;
  public static final int SIN6_ADDR = 8;
  public static final int SIN6_SCOPE_ID = 24;
  public static final int SIZE = 28;

  static final int ADDRESS_BYTES = 16;

  private InternetAddress6() {}

  /** Writes an address of 16 bytes. */
  public static void write(MemorySegment segment, long base, byte[] address, int port, int scope) {
    segment.asSlice(base, SIZE).fill((byte) 0);
    segment.set(JAVA_SHORT, base + SIN6_FAMILY, (short) SocketCalls.AF_INET6);
    InternetAddress.setPort(segment, base + SIN6_PORT, port);
    MemorySegment.copy(address, 0, segment, JAVA_BYTE, base + SIN6_ADDR, ADDRESS_BYTES);
    segment.set(JAVA_INT, base + SIN6_SCOPE_ID, scope);
  }

  /** The 16 bytes of the address. */
  public static byte[] address(MemorySegment segment, long base) {
    return segment.asSlice(base + SIN6_ADDR, ADDRESS_BYTES).toArray(JAVA_BYTE);
  }

  /** The port, 0 to 65535. */
  public static int port(MemorySegment segment, long base) {
    return InternetAddress.portAt(segment, base + SIN6_PORT);
  }

  /** The number of the interface that a link-local address belongs to, else 0. */
  public static int scope(MemorySegment segment, long base) {
    return segment.get(JAVA_INT, base + SIN6_SCOPE_ID);
  }
}
