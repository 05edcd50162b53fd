// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.cli.program.Copy;
import dev.ringfence.cli.program.Count;
import dev.ringfence.cli.program.serve.Serve;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.DomainBuilder;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.user.Grant;
import dev.ringfence.user.Program;
import dev.ringfence.user.Remedy;
import dev.ringfence.user.Session;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Options;
import org.jspecify.annotations.Nullable;

/** {@code ringfence run}: one program, in a domain that holds what the command line grants. */
final class RunCommand implements Command {

  private static final long STREAM_IN = Rights.READ | Rights.DUP;
  private static final long STREAM_OUT = Rights.WRITE | Rights.DUP;

  @Override
  public String summary() {
    return "Runs a program with nothing but what is granted here.";
  }

  @Override
  public String operands() {
    return "PROGRAM [ARGUMENT...]";
  }

  @Override
  public List<String> notes() {
    return List.of(
        "RIGHTS are presets (r, rw, full, browse) or words (read, write, create, delete, ...),"
            + " mixed with commas; r if left out. The standard streams are granted as stdin,"
            + " stdout, stderr. Every option that grants or limits may be given several times.",
        "Options go before PROGRAM; what follows it belongs to the program.",
        "PROGRAM is bundled (copy, count, serve) or a class on --classpath that implements"
            + " dev.ringfence.user.Program.");
  }

  @Override
  public Options options() {
    return new Options()
        .addOption(
            Command.valued(
                "engine", "NAME", "io_uring or portable; the best that works here if left out."))
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
                    + " expires:30s; with delay, what is beyond a rate waits instead of failing."))
        .addOption(
            Command.valued(
                "classpath", "PATHS", "Where PROGRAM's class is, as java -cp takes it."));
  }

  @Override
  public int run(Arguments arguments) throws Exception {
    List<GrantOption> directories = arguments.all("dir", GrantOption::parse);
    List<GrantOption> files = arguments.all("file", GrantOption::parse);
    List<NetworkOption> networks = new ArrayList<>();
    networks.addAll(arguments.all("connect", NetworkOption::connect));
    networks.addAll(arguments.all("listen", NetworkOption::listen));
    networks.addAll(arguments.all("net", NetworkOption::rules));
    List<LimitOption> limits = arguments.all("limit", LimitOption::parse);
    List<String> operands = arguments.operands();
    if (operands.isEmpty()) {
      throw new UsageException("PROGRAM is missing: copy, count, serve, or a class");
    }
    String program = operands.getFirst();
    try (Bar bar = Bar.onTerminal();
        Kernel kernel = Kernel.open(EngineChoice.choose(arguments.one("engine")))) {
      Program loaded = load(program, arguments.one("classpath"), bar);
      DomainBuilder builder = kernel.domain(program);
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
      try (Domain domain = builder.open();
          Session session = Session.over(domain, new Flags(directories, files))) {
        int status = loaded.run(session, operands.subList(1, operands.size()));
        return domain.exitStatus().orElse(status);
      }
    }
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

  private static Program load(String program, @Nullable String classpath, Bar bar)
      throws Exception {
    return switch (program) {
      case "copy" -> new Copy(bar);
      case "count" -> new Count();
      case "serve" -> new Serve();
      default -> loadClass(program, classpath);
    };
  }

  /** The loader lives as long as the process, as the program's classes may. */
  private static Program loadClass(String program, @Nullable String classpath) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : (classpath == null ? "" : classpath).split(File.pathSeparator, -1)) {
      if (!entry.isEmpty()) {
        urls.add(toUrl(entry));
      }
    }
    @SuppressWarnings("resource")
    ClassLoader loader =
        new URLClassLoader(urls.toArray(URL[]::new), RunCommand.class.getClassLoader());
    try {
      Object made = loader.loadClass(program).getConstructor().newInstance();
      if (made instanceof Program loaded) {
        return loaded;
      }
    } catch (ClassNotFoundException e) {
      throw new SyscallException(
          SyscallError.NOT_FOUND,
          "no program `" + program + "`: use copy, count, serve, or a class with --classpath",
          e);
    } catch (ReflectiveOperationException e) {
      Throwable why = e.getCause() == null ? e : e.getCause();
      throw new SyscallException(
          SyscallError.INVALID_EXECUTABLE,
          program + " needs a public constructor without parameters that works: " + why,
          e);
    }
    throw new SyscallException(
        SyscallError.INVALID_EXECUTABLE,
        program + " does not implement dev.ringfence.user.Program");
  }

  private static URL toUrl(String entry) throws MalformedURLException {
    return Path.of(entry).toUri().toURL();
  }

  /** How a grant is widened here: by its flag. */
  private record Flags(List<GrantOption> directories, List<GrantOption> files) implements Remedy {

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
        return "grant it with --connect "
            + name
            + "=HOST:PORT or --listen "
            + name
            + "=ADDRESS:PORT";
      }
      String flag = type == CapabilityType.FILE ? "--file " : "--dir ";
      return "grant it with " + flag + name + "=PATH:r";
    }
  }
}
