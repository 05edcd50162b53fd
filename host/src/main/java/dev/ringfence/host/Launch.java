// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.linux.BpfProgram;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.LinuxException;
import dev.ringfence.linux.Mapping;
import dev.ringfence.linux.OpenFlags;
import dev.ringfence.linux.PathCalls;
import dev.ringfence.linux.ResourceLimit;
import dev.ringfence.linux.SeccompFilter;
import dev.ringfence.linux.process.ChildProcess;
import dev.ringfence.linux.process.Ptrace;
import dev.ringfence.linux.process.Spawn;
import dev.ringfence.linux.process.WaitStatus;
import dev.ringfence.linux.process.X86SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The start of one guest: spawned, held still, confined, let go. On the thread that traces, which
 * lives as long as the guests do: its end would kill them.
 */
final class Launch {

  private static final byte[] NOWHERE = "/dev/null".getBytes(StandardCharsets.US_ASCII);

  /** Where the guest finds the shared memory before it is mapped. */
  private static final int MEMORY_DESCRIPTOR = 3;

  /** What the host writes for these calls lies at the start of the shared memory, and is wiped. */
  private static final long SCRATCH_SIZE = 4096;

  private final Stub stub;
  private final GuestProgram program;
  private final GuestLimits limits;
  private final GuestMemory memory;

  /**
   * A guest that runs.
   *
   * @param pid its process, until it is waited for
   * @param process a descriptor that is readable when it has ended
   * @param listener where its calls arrive
   */
  record Launched(int pid, int process, int listener) {}

  Launch(Stub stub, GuestProgram program, GuestLimits limits, GuestMemory memory) {
    this.stub = stub;
    this.program = program;
    this.limits = limits;
    this.memory = memory;
  }

  /**
   * Starts the guest.
   *
   * @throws SyscallException if it could not be started or confined; nothing is left of it
   */
  Launched run() {
    int nowhere = -1;
    try {
      nowhere =
          (int)
              LinuxException.check(
                  "open(/dev/null)", PathCalls.openat2(-1, NOWHERE, OpenFlags.O_RDWR, 0, 0));
      int pid = spawn(nowhere);
      try {
        return confine(pid);
      } catch (LinuxException | RuntimeException | Error e) {
        ChildProcess.kill(pid);
        ChildProcess.await(pid);
        throw e;
      }
    } catch (LinuxException e) {
      throw new SyscallException(
          SyscallError.INTERNAL_ERROR,
          "cannot confine " + program.executable() + ": " + e.getMessage(),
          e);
    } finally {
      if (nowhere >= 0) {
        Descriptors.close(nowhere);
      }
    }
  }

  private int spawn(int nowhere) throws LinuxException {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add("ringfence-stub".getBytes(StandardCharsets.US_ASCII));
    arguments.add(bytes(program.executable().toString()));
    program.arguments().forEach(argument -> arguments.add(bytes(argument)));
    List<byte[]> environment = new ArrayList<>();
    program.environment().forEach((name, value) -> environment.add(bytes(name + "=" + value)));
    List<Spawn.Pass> passes = new ArrayList<>();
    for (int stream = 0; stream < MEMORY_DESCRIPTOR; stream++) {
      passes.add(new Spawn.Pass(nowhere, stream));
    }
    passes.add(new Spawn.Pass(memory.descriptor(), MEMORY_DESCRIPTOR));
    int pid =
        (int)
            LinuxException.check(
                "posix_spawn", Spawn.start(stub.path(), arguments, environment, passes));
    WaitStatus status =
        new WaitStatus((int) LinuxException.check("wait4", ChildProcess.await(pid)));
    if (!status.stopped()) {
      throw refused(program.executable(), status);
    }
    return pid;
  }

  private static byte[] bytes(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new SyscallException(
          SyscallError.INVALID_ARGUMENT, "a guest's words hold no NUL: `" + text + "`");
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The stub's status is execve's errno. */
  private static SyscallException refused(Path executable, WaitStatus status) {
    long errno = -(long) status.exitStatus();
    Errno named = Errno.ofResult(errno);
    SyscallError error =
        switch (named) {
          case ENOENT -> SyscallError.NOT_FOUND;
          case EACCES, EPERM -> SyscallError.PERMISSION_DENIED;
          case ENOMEM, EAGAIN -> SyscallError.OUT_OF_MEMORY;
          case null, default -> SyscallError.INVALID_EXECUTABLE;
        };
    return new SyscallException(
        error, "cannot execute " + executable + ": " + Errno.describe(errno));
  }

  private Launched confine(int pid) throws LinuxException {
    int process = -1;
    int listener = -1;
    try (Arena arena = Arena.ofConfined()) {
      LinuxException.check("ptrace(SETOPTIONS)", Ptrace.setOptions(pid, Ptrace.PTRACE_O_EXITKILL));
      process = (int) LinuxException.check("pidfd_open", ChildProcess.openDescriptor(pid));
      Injector guest = new Injector(arena, pid);
      shareMemory(guest);
      dropPrivileges(guest);
      long number = handOver(guest);
      listener =
          (int)
              LinuxException.check(
                  "pidfd_getfd", ChildProcess.takeDescriptor(process, (int) number));
      guest.call("close_range", X86SystemCall.CLOSE_RANGE, 0, 0xffff_ffffL, 0);
      install(guest, GuestFilter.confining(), 0);
      memory.segment().asSlice(0, SCRATCH_SIZE).fill((byte) 0);
      guest.restore();
      LinuxException.check("ptrace(DETACH)", Ptrace.detach(pid));
      return new Launched(pid, process, listener);
    } catch (LinuxException | RuntimeException | Error e) {
      close(process);
      close(listener);
      throw e;
    }
  }

  private static void close(int descriptor) {
    if (descriptor >= 0) {
      Descriptors.close(descriptor);
    }
  }

  private void shareMemory(Injector guest) throws LinuxException {
    long address =
        guest.call(
            "mmap",
            X86SystemCall.MMAP,
            RingContext.BASE,
            memory.segment().byteSize(),
            Mapping.PROT_READ | Mapping.PROT_WRITE,
            Mapping.MAP_SHARED | Mapping.MAP_FIXED_NOREPLACE,
            MEMORY_DESCRIPTOR,
            0);
    if (address != RingContext.BASE) {
      throw new LinuxException("mmap in the guest, at its place", Errno.EEXIST.result());
    }
  }

  private void dropPrivileges(Injector guest) throws LinuxException {
    MemorySegment scratch = memory.segment();
    scratch.asSlice(0, SCRATCH_SIZE).fill((byte) 0);
    scratch.set(JAVA_INT, 0, ChildProcess._LINUX_CAPABILITY_VERSION_3);
    long sets = RingContext.BASE + ChildProcess.CAPABILITY_HEADER_SIZE;
    guest.call("capset", X86SystemCall.CAPSET, RingContext.BASE, sets);
    limit(guest, ResourceLimit.RLIMIT_CORE, 0);
    if (limits.memoryBytes() > 0) {
      limit(guest, ResourceLimit.RLIMIT_DATA, limits.memoryBytes());
    }
    if (limits.cpuSeconds() > 0) {
      limit(guest, ResourceLimit.RLIMIT_CPU, limits.cpuSeconds());
    }
    // after capset: a change of credentials may clear it
    guest.call("prctl", X86SystemCall.PRCTL, ChildProcess.PR_SET_PDEATHSIG, ChildProcess.SIGKILL);
    guest.call("prctl", X86SystemCall.PRCTL, SeccompFilter.PR_SET_NO_NEW_PRIVS, 1);
  }

  /** Sets the soft and the hard limit. */
  private void limit(Injector guest, long resource, long value) throws LinuxException {
    memory.segment().set(JAVA_LONG, 0, value);
    memory.segment().set(JAVA_LONG, Long.BYTES, value);
    guest.call("prlimit64", X86SystemCall.PRLIMIT64, 0, resource, RingContext.BASE, 0);
  }

  /** The guest's number of the listener. */
  private long handOver(Injector guest) throws LinuxException {
    BpfProgram program = GuestFilter.handingOver();
    long listening = SeccompFilter.SECCOMP_FILTER_FLAG_NEW_LISTENER;
    try {
      return install(
          guest, program, listening | SeccompFilter.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      // before Linux 5.19: a signal may have a call made twice
      return install(guest, program, listening);
    }
  }

  private long install(Injector guest, BpfProgram filter, long flags) throws LinuxException {
    filter.write(memory.segment(), 0, RingContext.BASE);
    return guest.call(
        "seccomp",
        X86SystemCall.SECCOMP,
        SeccompFilter.SECCOMP_SET_MODE_FILTER,
        flags,
        RingContext.BASE);
  }
}
