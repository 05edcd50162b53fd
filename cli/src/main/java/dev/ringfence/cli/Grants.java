// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.DomainBuilder;
import dev.ringfence.user.Grant;
import dev.ringfence.user.Remedy;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Options;

/**
 * All that a command line grants, and the words for what it does not.
 *
 * @param directories by --dir
 * @param files by --file
 * @param networks by --connect, --listen and --net
 * @param limits by --limit
 */
record Grants(
    List<GrantOption> directories,
    List<GrantOption> files,
    List<NetworkOption> networks,
    List<LimitOption> limits)
    implements Remedy {

  private static final long STREAM_IN = Rights.READ | Rights.DUP;
  private static final long STREAM_OUT = Rights.WRITE | Rights.DUP;

  /** The options that grant. */
  static Options options() {
    return new Options()
        .addOption(
            Command.valued(
                "dir",
                GrantOption.FORM,
                "Grants a directory. It is made when it is missing and CREATE is granted."))
        .addOption(
            Command.valued(
                "file",
                GrantOption.FORM,
                "Grants one file. It is made when it is missing and CREATE is granted."))
        .addOption(
            Command.valued(
                "connect",
                "NAME=HOST:PORT",
                "Grants TCP connections to one address, a range of ports, or * for any."))
        .addOption(
            Command.valued("listen", "NAME=ADDRESS:PORT", "Grants to listen at one address."))
        .addOption(
            Command.valued(
                "net",
                "NAME=RULE[,RULE...]",
                "Grants several addresses: [udp-](connect|listen):HOST[/BITS]:PORTS, or"
                    + " (unix|unixgram)-(connect|listen):PATH."))
        .addOption(
            Command.valued(
                "limit",
                "NAME=LIMIT[,LIMIT...]",
                "Limits a grant: bytes:100M and ops:1000 in total, rate:1M/s, ops-rate:50/s,"
                    + " expires:30s; with delay, what is beyond a rate waits instead of failing."));
  }

  /** What these arguments grant. */
  static Grants of(Arguments arguments) {
    List<NetworkOption> networks = new ArrayList<>();
    networks.addAll(arguments.all("connect", NetworkOption::connect));
    networks.addAll(arguments.all("listen", NetworkOption::listen));
    networks.addAll(arguments.all("net", NetworkOption::rules));
    return new Grants(
        arguments.all("dir", GrantOption::parse),
        arguments.all("file", GrantOption::parse),
        networks,
        arguments.all("limit", LimitOption::parse));
  }

  /** Adds them, and the standard streams. */
  void addTo(DomainBuilder builder) {
    for (GrantOption grant : directories) {
      makeIfMissing(grant);
      builder.directory(grant.petname(), grant.path(), grant.rights());
    }
    for (GrantOption grant : files) {
      builder.file(grant.petname(), grant.path(), grant.rights());
    }
    networks.forEach(grant -> builder.network(grant.petname(), grant.policy(), grant.rights()));
    builder
        .standardStream("stdin", 0, STREAM_IN)
        .standardStream("stdout", 1, STREAM_OUT)
        .standardStream("stderr", 2, STREAM_OUT);
    limits.forEach(limit -> builder.limit(limit.petname(), limit.limits()));
  }

  private static void makeIfMissing(GrantOption grant) {
    if ((grant.rights() & Rights.CREATE) == 0 || Files.exists(grant.path())) {
      return;
    }
    try {
      Files.createDirectories(grant.path());
    } catch (IOException e) {
      throw new SyscallException(
          SyscallError.IO_ERROR, "cannot make the directory " + grant.path() + ": " + e, e);
    }
  }

  @Override
  public String widen(Grant grant, long missing) {
    for (GrantOption option : directories) {
      if (option.petname().equals(grant.name())) {
        return "grant it with --dir " + written(option, missing);
      }
    }
    for (GrantOption option : files) {
      if (option.petname().equals(grant.name())) {
        return "grant it with --file " + written(option, missing);
      }
    }
    return Remedy.PLAIN.widen(grant, missing);
  }

  private static String written(GrantOption option, long missing) {
    return option.petname() + "=" + option.path() + ":" + words(option.rights() | missing);
  }

  /** As a person would write them: the largest preset, and what goes beyond it. */
  private static String words(long rights) {
    for (String name : List.of("full", "rw", "r")) {
      long preset = Rights.parse(name);
      if (Rights.includes(rights, preset)) {
        long more = rights & ~preset;
        return name + (more == 0 ? "" : "," + listed(more));
      }
    }
    return listed(rights);
  }

  private static String listed(long rights) {
    return Rights.describe(rights).replace('|', ',');
  }

  @Override
  public String add(String name, CapabilityType type) {
    if (type == CapabilityType.NETWORK) {
      return "grant it with --connect " + name + "=HOST:PORT or --listen " + name + "=ADDRESS:PORT";
    }
    String flag = type == CapabilityType.FILE ? "--file " : "--dir ";
    return "grant it with " + flag + name + "=PATH:r";
  }
}
