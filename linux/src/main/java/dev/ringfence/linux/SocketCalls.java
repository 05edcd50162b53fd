// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Calls on sockets. Addresses of sockets are {@link InternetAddress}, {@link InternetAddress6} or
 * {@link UnixAddress} in native memory, with their length; buffers are addresses, as in {@link
 * FileCalls}. Sockets that are made here are closed on exec.
 */
public final class SocketCalls {

  public static final int AF_UNIX = 1;
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;

  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_NONBLOCK = 0x800;
  public static final int SOCK_CLOEXEC = 0x80000;

  public static final int SOMAXCONN = 4096;

  public static final int SHUT_RD = 0;
  public static final int SHUT_WR = 1;
  public static final int SHUT_RDWR = 2;

  public static final int SOL_SOCKET = 1;
  public static final int SO_REUSEADDR = 2;
  public static final int SO_TYPE = 3;
  public static final int SO_ERROR = 4;
  public static final int SO_BROADCAST = 6;
  public static final int SO_SNDBUF = 7;
  public static final int SO_RCVBUF = 8;
  public static final int SO_KEEPALIVE = 9;
  public static final int SO_LINGER = 13;
  public static final int SO_REUSEPORT = 15;

  public static final int IPPROTO_TCP = 6;
  public static final int TCP_NODELAY = 1;

  public static final int IPPROTO_IPV6 = 41;
  public static final int IPV6_V6ONLY = 26;

  public static final int MSG_PEEK = 0x2;
  public static final int MSG_TRUNC = 0x20;
  public static final int MSG_DONTWAIT = 0x40;
  public static final int MSG_WAITALL = 0x100;
  public static final int MSG_NOSIGNAL = 0x4000;
  public static final int MSG_MORE = 0x8000;

  /** Room that holds every address of the three families, and a little more. */
  static final int ADDRESS_ROOM = 128;

  private static final int LINGER_SIZE = 8;

  private SocketCalls() {}

  /** socket(2): a descriptor. */
  public static long socket(int family, int type) {
    return SystemCall.call(SystemCallNumber.SOCKET, family, type | SOCK_CLOEXEC, 0);
  }

  /** bind(2): 0. */
  public static long bind(int descriptor, MemorySegment address, int length) {
    return withAddress(SystemCallNumber.BIND, descriptor, address, length);
  }

  /** connect(2): 0. */
  public static long connect(int descriptor, MemorySegment address, int length) {
    return withAddress(SystemCallNumber.CONNECT, descriptor, address, length);
  }

  /** listen(2): 0. */
  public static long listen(int descriptor, int backlog) {
    return SystemCall.call(SystemCallNumber.LISTEN, descriptor, backlog);
  }

  /** accept4(2) without the peer's address: a descriptor. */
  public static long accept(int descriptor, int flags) {
    return SystemCall.call(SystemCallNumber.ACCEPT4, descriptor, 0, 0, flags | SOCK_CLOEXEC);
  }

  /** shutdown(2): 0. */
  public static long shutdown(int descriptor, int how) {
    return SystemCall.call(SystemCallNumber.SHUTDOWN, descriptor, how);
  }

  /** getsockname(2): writes to {@code out} and answers the address's length, which may be more. */
  public static long getsockname(int descriptor, MemorySegment out) {
    return name(SystemCallNumber.GETSOCKNAME, descriptor, out);
  }

  /** getpeername(2): as {@link #getsockname}. */
  public static long getpeername(int descriptor, MemorySegment out) {
    return name(SystemCallNumber.GETPEERNAME, descriptor, out);
  }

  /** sendto(2) to the peer: bytes. */
  public static long send(int descriptor, long address, long length, int flags) {
    return SystemCall.call(SystemCallNumber.SENDTO, descriptor, address, length, flags, 0, 0);
  }

  /** recvfrom(2) without the sender's address: bytes. */
  public static long receive(int descriptor, long address, long length, int flags) {
    return SystemCall.call(SystemCallNumber.RECVFROM, descriptor, address, length, flags, 0, 0);
  }

  /** sendmsg(2): bytes. */
  public static long sendMessage(int descriptor, MemorySegment header, int flags) {
    MemorySegment whole = header.asSlice(0, MessageHeader.SIZE);
    return SystemCall.call(SystemCallNumber.SENDMSG, descriptor, whole.address(), flags);
  }

  /** recvmsg(2): bytes. */
  public static long receiveMessage(int descriptor, MemorySegment header, int flags) {
    MemorySegment whole = header.asSlice(0, MessageHeader.SIZE);
    return SystemCall.call(SystemCallNumber.RECVMSG, descriptor, whole.address(), flags);
  }

  /** getsockopt(2) of an option that is an int from 0 up: its value. */
  public static long option(int descriptor, int level, int name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      long result = getOption(arena, descriptor, level, name, value);
      return result < 0 ? result : value.get(JAVA_INT, 0);
    }
  }

  /** setsockopt(2) of an option that is an int: 0. */
  public static long setOption(int descriptor, int level, int name, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(JAVA_INT);
      memory.set(JAVA_INT, 0, value);
      return setOption(descriptor, level, name, memory);
    }
  }

  /** SO_LINGER: seconds, {@link Integer#MAX_VALUE} for off, or minus the errno. */
  public static long linger(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(LINGER_SIZE, Integer.BYTES);
      long result = getOption(arena, descriptor, SOL_SOCKET, SO_LINGER, value);
      boolean off = value.get(JAVA_INT, 0) == 0;
      return result < 0 ? result : off ? Integer.MAX_VALUE : value.get(JAVA_INT, Integer.BYTES);
    }
  }

  /** SO_LINGER: 0. Seconds below 0 turn it off. */
  public static long setLinger(int descriptor, int seconds) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(LINGER_SIZE, Integer.BYTES);
      value.set(JAVA_INT, 0, seconds < 0 ? 0 : 1);
      value.set(JAVA_INT, Integer.BYTES, Math.max(seconds, 0));
      return setOption(descriptor, SOL_SOCKET, SO_LINGER, value);
    }
  }

  /** The family of an address that a call wrote. */
  public static int family(MemorySegment address, long base) {
    return Short.toUnsignedInt(address.get(JAVA_SHORT, base));
  }

  private static long getOption(
      Arena arena, int descriptor, int level, int name, MemorySegment value) {
    MemorySegment size = arena.allocate(JAVA_INT);
    size.set(JAVA_INT, 0, (int) value.byteSize());
    return SystemCall.call(
        SystemCallNumber.GETSOCKOPT, descriptor, level, name, value.address(), size.address(), 0);
  }

  private static long setOption(int descriptor, int level, int name, MemorySegment value) {
    return SystemCall.call(
        SystemCallNumber.SETSOCKOPT, descriptor, level, name, value.address(), value.byteSize(), 0);
  }

  private static long withAddress(long number, int descriptor, MemorySegment address, int length) {
    MemorySegment whole = address.asSlice(0, length);
    return SystemCall.call(number, descriptor, whole.address(), length);
  }

  private static long name(long number, int descriptor, MemorySegment out) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(JAVA_INT);
      size.set(JAVA_INT, 0, (int) out.byteSize());
      long result = SystemCall.call(number, descriptor, out.address(), size.address());
      return result < 0 ? result : size.get(JAVA_INT, 0);
    }
  }
}
