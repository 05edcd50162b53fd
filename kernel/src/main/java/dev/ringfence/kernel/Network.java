// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.NetworkRule.Direction;
import dev.ringfence.kernel.engine.Endpoint;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resource behind a NETWORK capability: which addresses sockets may talk to. The sockets that
 * came from it hold it too. Any thread.
 */
final class Network extends Resource {

  private final List<NetworkRule> rules;
  private final List<Resource> directories;

  private Network(List<NetworkRule> rules, List<Resource> directories) {
    super(CapabilityType.NETWORK);
    this.rules = rules;
    this.directories = directories;
  }

  /** Opens what a policy names. */
  static Network open(Engine engine, NetworkPolicy policy) {
    Map<java.nio.file.Path, Resource> opened = new HashMap<>();
    List<NetworkRule> rules = new ArrayList<>();
    try {
      for (NetworkRule rule : policy.rules()) {
        if (rule instanceof NetworkRule.Unix unix) {
          Resource directory =
              opened.computeIfAbsent(unix.directory(), path -> engine.openDirectory(path, false));
          rules.add(
              new NetworkRule.Local(
                  unix.direction(), unix.kind(), new Endpoint.Unix(directory, unix.name())));
        } else {
          rules.add(rule);
        }
      }
    } catch (RuntimeException e) {
      opened.values().forEach(Resource::close);
      throw e;
    }
    return new Network(List.copyOf(rules), List.copyOf(opened.values()));
  }

  boolean permits(Direction direction, int kind, Endpoint endpoint) {
    for (NetworkRule rule : rules) {
      if (rule.direction() == direction && rule.kind() == kind && rule.permits(endpoint)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a socket of this family and kind could talk to anything. */
  boolean permitsSocket(int family, int kind) {
    for (NetworkRule rule : rules) {
      if (rule.family() == family && rule.kind() == kind) {
        return true;
      }
    }
    return false;
  }

  /** The address that the grant is for, as far as a socket of this family and kind goes. */
  @Nullable Endpoint granted(Direction direction, int family, int kind) {
    for (NetworkRule rule : rules) {
      if (rule.direction() == direction && rule.family() == family && rule.kind() == kind) {
        return rule.only();
      }
    }
    return null;
  }

  /** The family of every rule, or of the first one if they differ; 0 without any. */
  int family() {
    return rules.isEmpty() ? 0 : rules.get(0).family();
  }

  /** The kind that all rules of a family are about, or 0. */
  int kind(int family) {
    int found = 0;
    for (NetworkRule rule : rules) {
      if (rule.family() == family) {
        if (found != 0 && found != rule.kind()) {
          return 0;
        }
        found = rule.kind();
      }
    }
    return found;
  }

  /** The directory in which a name of a Unix socket is meant, or null. */
  Endpoint.@Nullable Unix unix(Direction direction, int kind, byte[] name) {
    for (NetworkRule rule : rules) {
      if (rule instanceof NetworkRule.Local local
          && local.direction() == direction
          && local.kind() == kind) {
        Endpoint.Unix meant = new Endpoint.Unix(local.directory().directory(), name);
        if (local.permits(meant)) {
          return meant;
        }
      }
    }
    return null;
  }

  /** Whether any address is meant by {@link SocketAddress#FAMILY_GRANTED}. */
  boolean isEmpty() {
    return rules.isEmpty();
  }

  @Override
  public @Nullable SyscallError close() {
    directories.forEach(Resource::close);
    return null;
  }
}
