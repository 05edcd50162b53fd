// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.NetworkRule.Direction;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which addresses the sockets of a NETWORK grant may use. Immutable.
 *
 * <p>Names of hosts are looked up when the policy is made, and the addresses stay as they were
 * then: whoever controls the name afterwards does not control the grant.
 */
public final class NetworkPolicy {

  /** "tcp-connect:[::1]:80-90": what may be done, the host, its ports. */
  private static final Pattern IP_RULE =
      Pattern.compile("(?:(tcp|udp)-)?(connect|listen):(\\[[^]]+]|[^:/\\[\\]]+)(/\\d+)?:(\\S+)");

  private static final Pattern UNIX_RULE = Pattern.compile("(unix|unixgram)-(connect|listen):(.+)");
  private static final Pattern PORTS = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");
  private static final int PORT_MAX = 65_535;

  private final List<NetworkRule> rules;

  private NetworkPolicy(List<NetworkRule> rules) {
    this.rules = List.copyOf(rules);
  }

  /**
   * Reads rules, separated by commas: {@code [tcp-|udp-](connect|listen):HOST[/BITS]:PORTS}, HOST
   * being an IPv4 address, an IPv6 address in brackets, a name or {@code *}, PORTS a number, a
   * range or {@code *}; or {@code (unix|unixgram)-(connect|listen):PATH}, PATH being a directory in
   * which every name may be used, or one socket's path. Looks names up.
   *
   * @throws SyscallException {@code InvalidArgument} for what is no rule, {@code NotFound} for an
   *     unknown host
   */
  public static NetworkPolicy parse(String rules) {
    List<NetworkRule> parsed = new ArrayList<>();
    for (String rule : rules.split(",", -1)) {
      parsed.addAll(parseRule(rule.strip()));
    }
    return new NetworkPolicy(parsed);
  }

  /** Permits to connect by TCP to {@code HOST:PORTS}, as {@link #parse} reads it. */
  public static NetworkPolicy connect(String address) {
    return parse("tcp-connect:" + address);
  }

  /** Permits to listen by TCP at {@code ADDRESS:PORTS}, as {@link #parse} reads it. */
  public static NetworkPolicy listen(String address) {
    return parse("tcp-listen:" + address);
  }

  List<NetworkRule> rules() {
    return rules;
  }

  private static List<NetworkRule> parseRule(String rule) {
    Matcher unix = UNIX_RULE.matcher(rule);
    if (unix.matches()) {
      int kind = unix.group(1).equals("unix") ? SocketKind.STREAM : SocketKind.DATAGRAM;
      return List.of(unixRule(direction(unix.group(2)), kind, Path.of(unix.group(3))));
    }
    Matcher ip = IP_RULE.matcher(rule);
    if (!ip.matches()) {
      throw malformed(rule, "it is not of the form [udp-](connect|listen):HOST:PORT");
    }
    int kind = "udp".equals(ip.group(1)) ? SocketKind.DATAGRAM : SocketKind.STREAM;
    int[] ports = ports(rule, ip.group(5));
    String bits = ip.group(4);
    List<NetworkRule> found = new ArrayList<>();
    for (InetAddress address : addresses(ip.group(3))) {
      byte[] bytes = address.getAddress();
      int length = bytes.length * Byte.SIZE;
      int counted = ip.group(3).equals("*") ? 0 : length;
      if (bits != null) {
        counted = Integer.parseInt(bits.substring(1));
        if (counted > length) {
          throw malformed(rule, "an address of this family has " + length + " bits");
        }
      }
      int scope = address instanceof Inet6Address six ? six.getScopeId() : 0;
      found.add(
          new NetworkRule.Ip(
              direction(ip.group(2)), kind, bytes, counted, ports[0], ports[1], scope));
    }
    return found;
  }

  private static NetworkRule unixRule(Direction direction, int kind, Path path) {
    if (Files.isDirectory(path)) {
      return new NetworkRule.Unix(direction, kind, path, new byte[0]);
    }
    Path absolute = path.toAbsolutePath();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      throw malformed(path.toString(), "it is no path of a socket");
    }
    return new NetworkRule.Unix(
        direction, kind, parent, name.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static Direction direction(String word) {
    return Direction.valueOf(word.toUpperCase(Locale.ROOT));
  }

  private static int[] ports(String rule, String words) {
    if (words.equals("*")) {
      return new int[] {0, PORT_MAX};
    }
    Matcher matcher = PORTS.matcher(words);
    if (matcher.matches()) {
      int first = Integer.parseInt(matcher.group(1));
      int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
      if (first <= last && last <= PORT_MAX) {
        return new int[] {first, last};
      }
    }
    throw malformed(rule, "`" + words + "` is no port, range of ports or *");
  }

  private static List<InetAddress> addresses(String host) {
    try {
      if (host.equals("*")) {
        return List.of(
            InetAddress.getByAddress(new byte[4]), InetAddress.getByAddress(new byte[16]));
      }
      return List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException e) {
      throw new SyscallException(
          SyscallError.NOT_FOUND, "there is no host `" + host + "`: check its name", e);
    }
  }

  private static SyscallException malformed(String rule, String why) {
    return new SyscallException(
        SyscallError.INVALID_ARGUMENT, "`" + rule + "` is no network rule: " + why);
  }
}
