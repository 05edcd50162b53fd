// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An address of a socket ({@code struct rf_address}): 96 bytes, 8-aligned.
 *
 * <p>Family {@link #FAMILY_GRANTED} and all else 0 stands for the address that the NETWORK
 * capability was granted for: a program need not know it.
 */
public final class SocketAddress {
  /** Bytes of the structure. */
  public static final int SIZE = 96;

  public static final int FAMILY_OFFSET = 0;
  public static final int PORT_OFFSET = 2;
  public static final int SCOPE_OFFSET = 4;
  public static final int IP_OFFSET = 8;
  public static final int NAME_LENGTH_OFFSET = 24;
  public static final int NAME_OFFSET = 26;
  public static final int RESERVED_OFFSET = 90;

  /** What the NETWORK capability was granted for. */
  public static final int FAMILY_GRANTED = 0;

  /** IPv4: the first 4 bytes of ip. */
  public static final int FAMILY_IPV4 = 1;

  /** IPv6: 16 bytes of ip, and the scope. */
  public static final int FAMILY_IPV6 = 2;

  /** A name in the directory that the NETWORK capability was granted for. */
  public static final int FAMILY_UNIX = 3;

  /** The longest name of a Unix socket in bytes. */
  public static final int NAME_MAX = 64;

  /** Bytes of the ip field. */
  public static final int IP_SIZE = 16;

  private SocketAddress() {}

  /** One of the FAMILY constants. */
  public static int family(MemorySegment segment, long base) {
    return Short.toUnsignedInt((short) LittleEndian.U16.get(segment, base + FAMILY_OFFSET));
  }

  /** Writes family. */
  public static void setFamily(MemorySegment segment, long base, int value) {
    LittleEndian.U16.set(segment, base + FAMILY_OFFSET, (short) value);
  }

  /** 1..65535, or 0 for any; 0 with Unix. */
  public static int port(MemorySegment segment, long base) {
    return Short.toUnsignedInt((short) LittleEndian.U16.get(segment, base + PORT_OFFSET));
  }

  /** Writes port. */
  public static void setPort(MemorySegment segment, long base, int value) {
    LittleEndian.U16.set(segment, base + PORT_OFFSET, (short) value);
  }

  /** The IPv6 scope; else 0. */
  public static int scope(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + SCOPE_OFFSET);
  }

  /** Writes scope. */
  public static void setScope(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + SCOPE_OFFSET, value);
  }

  /** Unix: bytes of the name, 1..64; else 0. */
  public static int nameLength(MemorySegment segment, long base) {
    return Short.toUnsignedInt((short) LittleEndian.U16.get(segment, base + NAME_LENGTH_OFFSET));
  }

  /** Writes name_length. */
  public static void setNameLength(MemorySegment segment, long base, int value) {
    LittleEndian.U16.set(segment, base + NAME_LENGTH_OFFSET, (short) value);
  }

  /** The 16 bytes of ip. */
  public static byte[] ip(MemorySegment segment, long base) {
    return segment.asSlice(base + IP_OFFSET, IP_SIZE).toArray(ValueLayout.JAVA_BYTE);
  }

  /** The name of a Unix socket: as many bytes as name_length says, at most 64. */
  public static byte[] name(MemorySegment segment, long base) {
    int length = Math.min(nameLength(segment, base), NAME_MAX);
    return segment.asSlice(base + NAME_OFFSET, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /** Makes the structure an IP address: 4 bytes of IPv4 or 16 of IPv6. */
  public static void writeIp(MemorySegment segment, long base, byte[] ip, int port, int scope) {
    segment.asSlice(base, SIZE).fill((byte) 0);
    setFamily(segment, base, ip.length == IP_SIZE ? FAMILY_IPV6 : FAMILY_IPV4);
    setPort(segment, base, port);
    setScope(segment, base, scope);
    MemorySegment.copy(ip, 0, segment, ValueLayout.JAVA_BYTE, base + IP_OFFSET, ip.length);
  }

  /** Makes the structure the name of a Unix socket, 0 to 64 bytes; 0: it has none. */
  public static void writeName(MemorySegment segment, long base, byte[] name) {
    segment.asSlice(base, SIZE).fill((byte) 0);
    setFamily(segment, base, FAMILY_UNIX);
    setNameLength(segment, base, name.length);
    MemorySegment.copy(name, 0, segment, ValueLayout.JAVA_BYTE, base + NAME_OFFSET, name.length);
  }
}
