// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.SocketOption;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The options of one socket: those that java.nio has, set on its channel and remembered, because a
 * stream socket gets another channel when it listens, and what is accepted inherits them.
 *
 * <p>IPV6_ONLY and ERROR are {@code NotImplemented}: java.nio has neither.
 */
final class SocketOptions {

  /** The longest lingering in seconds that hosts take (an unsigned short). */
  private static final int LINGER_MAX = 0xFFFF;

  private final Map<Integer, Long> remembered = new TreeMap<>();

  /** Sets {@code option} on {@code channel}. */
  long set(NetworkChannel channel, int option, long value) throws IOException {
    if (!inRange(option, value)) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    if (!apply(channel, option, value)) {
      return SyscallError.NOT_IMPLEMENTED.result();
    }
    remembered.put(option, value);
    return 0;
  }

  /** The value of {@code option}; throws {@code NotImplemented}. */
  long get(NetworkChannel channel, int option) throws IOException {
    java.net.SocketOption<?> known = known(option);
    if (known == null) {
      boolean defined = option >= SocketOption.NODELAY && option <= SocketOption.ERROR;
      throw new Refusal(defined ? SyscallError.NOT_IMPLEMENTED : SyscallError.INVALID_ARGUMENT);
    }
    if (!channel.supportedOptions().contains(known)) {
      Long set = remembered.get(option);
      if (set == null) {
        throw new Refusal(SyscallError.NOT_IMPLEMENTED);
      }
      return set;
    }
    return switch (channel.getOption(known)) {
      case Boolean on -> on ? 1 : 0;
      case Number number -> number.longValue();
      case null, default -> 0;
    };
  }

  /** Sets on {@code channel} what was set before and it knows. */
  void applyTo(NetworkChannel channel) throws IOException {
    for (Map.Entry<Integer, Long> each : remembered.entrySet()) {
      boolean ignored = apply(channel, each.getKey(), each.getValue());
    }
  }

  /** The options of a socket that was accepted from this one's. */
  SocketOptions inherited() {
    SocketOptions copy = new SocketOptions();
    copy.remembered.putAll(remembered);
    return copy;
  }

  private static boolean apply(NetworkChannel channel, int option, long value) throws IOException {
    java.net.SocketOption<?> known = known(option);
    if (known == null || !channel.supportedOptions().contains(known)) {
      return false;
    }
    if (known.type() == Boolean.class) {
      channel.setOption(flag(known), value != 0);
    } else {
      channel.setOption(number(known), (int) value);
    }
    return true;
  }

  @SuppressWarnings("unchecked") // its type says so
  private static java.net.SocketOption<Boolean> flag(java.net.SocketOption<?> option) {
    return (java.net.SocketOption<Boolean>) option;
  }

  @SuppressWarnings("unchecked") // its type says so
  private static java.net.SocketOption<Integer> number(java.net.SocketOption<?> option) {
    return (java.net.SocketOption<Integer>) option;
  }

  private static boolean inRange(int option, long value) {
    return switch (option) {
      case SocketOption.SEND_BUFFER, SocketOption.RECEIVE_BUFFER ->
          value > 0 && value <= Integer.MAX_VALUE;
      case SocketOption.LINGER -> value >= -1 && value <= LINGER_MAX;
      case SocketOption.NODELAY,
          SocketOption.KEEP_ALIVE,
          SocketOption.REUSE_ADDRESS,
          SocketOption.REUSE_PORT,
          SocketOption.IPV6_ONLY,
          SocketOption.BROADCAST ->
          value == 0 || value == 1;
      default -> false; // unknown, or ERROR, which cannot be set
    };
  }

  private static java.net.@Nullable SocketOption<?> known(int option) {
    return switch (option) {
      case SocketOption.NODELAY -> StandardSocketOptions.TCP_NODELAY;
      case SocketOption.KEEP_ALIVE -> StandardSocketOptions.SO_KEEPALIVE;
      case SocketOption.REUSE_ADDRESS -> StandardSocketOptions.SO_REUSEADDR;
      case SocketOption.REUSE_PORT -> StandardSocketOptions.SO_REUSEPORT;
      case SocketOption.SEND_BUFFER -> StandardSocketOptions.SO_SNDBUF;
      case SocketOption.RECEIVE_BUFFER -> StandardSocketOptions.SO_RCVBUF;
      case SocketOption.LINGER -> StandardSocketOptions.SO_LINGER;
      case SocketOption.BROADCAST -> StandardSocketOptions.SO_BROADCAST;
      default -> null;
    };
  }
}
