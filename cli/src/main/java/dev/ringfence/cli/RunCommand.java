// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.cli.program.Copy;
import dev.ringfence.cli.program.Count;
import dev.ringfence.cli.program.serve.Serve;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.DomainBuilder;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.user.Program;
import dev.ringfence.user.Session;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Options;
import org.jspecify.annotations.Nullable;

/** {@code ringfence run}: one program, in a domain that holds what the command line grants. */
final class RunCommand implements Command {

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
        "PROGRAM is bundled (copy, count, serve), a class on --classpath that implements"
            + " dev.ringfence.user.Program, or, with a / in its name, a static native program: it"
            + " runs in a process of its own that can do nothing but V2 system calls.");
  }

  @Override
  public Options options() {
    return new Options()
        .addOption(
            Command.valued(
                "engine", "NAME", "io_uring or portable; the best that works here if left out."))
        .addOptions(Grants.options())
        .addOption(
            Command.valued("classpath", "PATHS", "Where PROGRAM's class is, as java -cp takes it."))
        .addOptions(NativeProgram.options());
  }

  @Override
  public int run(Arguments arguments) throws Exception {
    Grants grants = Grants.of(arguments);
    List<String> operands = arguments.operands();
    if (operands.isEmpty()) {
      throw new UsageException("PROGRAM is missing: copy, count, serve, a class, or ./a-file");
    }
    String program = operands.getFirst();
    List<String> words = operands.subList(1, operands.size());
    if (program.indexOf('/') >= 0) {
      return NativeProgram.of(arguments, program, words).run(grants);
    }
    NativeProgram.refuseOptions(arguments, program);
    try (Bar bar = Bar.onTerminal();
        Kernel kernel = Kernel.open(EngineChoice.choose(arguments.one("engine")))) {
      Program loaded = load(program, arguments.one("classpath"), bar);
      DomainBuilder builder = kernel.domain(program);
      grants.addTo(builder);
      try (Domain domain = builder.open();
          Session session = Session.over(domain, grants)) {
        int status = loaded.run(session, words);
        return domain.exitStatus().orElse(status);
      }
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
}
