// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringfence.linux.Errno;
import dev.ringfence.linux.LinuxException;
import dev.ringfence.linux.process.ChildProcess;
import dev.ringfence.linux.process.Ptrace;
import dev.ringfence.linux.process.UserRegisters;
import dev.ringfence.linux.process.WaitStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Has a stopped guest make system calls of the host's, one by one, and then restores it as it was.
 * On the thread that traces the guest.
 */
final class Injector {

  private static final long SYSCALL_INSTRUCTION = 0x050f;
  private static final long INSTRUCTION_MASK = 0xffff;
  private static final long GONE = Errno.ESRCH.result();

  private final int pid;
  private final MemorySegment saved;
  private final MemorySegment registers;
  private final long instructionAt;
  private final long savedText;

  Injector(Arena arena, int pid) throws LinuxException {
    this.pid = pid;
    this.saved = arena.allocate(UserRegisters.SIZE, Long.BYTES);
    this.registers = arena.allocate(UserRegisters.SIZE, Long.BYTES);
    LinuxException.check("ptrace(GETREGS)", Ptrace.getRegisters(pid, saved));
    this.instructionAt = saved.get(JAVA_LONG, UserRegisters.RIP);
    MemorySegment word = arena.allocate(JAVA_LONG);
    LinuxException.check("ptrace(PEEKTEXT)", Ptrace.peek(pid, instructionAt, word));
    this.savedText = word.get(JAVA_LONG, 0);
    long patched = savedText & ~INSTRUCTION_MASK | SYSCALL_INSTRUCTION;
    LinuxException.check("ptrace(POKETEXT)", Ptrace.poke(pid, instructionAt, patched));
  }

  /**
   * Makes one call.
   *
   * @param what its name, for the error
   * @param arguments at most six
   * @return its result, 0 or more
   * @throws LinuxException if it fails, or the guest is gone
   */
  long call(String what, long number, long... arguments) throws LinuxException {
    registers.copyFrom(saved);
    registers.set(JAVA_LONG, UserRegisters.RAX, number);
    // or Linux could take the stop for one within a call, and restart that
    registers.set(JAVA_LONG, UserRegisters.ORIG_RAX, -1);
    int[] places = {
      UserRegisters.RDI,
      UserRegisters.RSI,
      UserRegisters.RDX,
      UserRegisters.R10,
      UserRegisters.R8,
      UserRegisters.R9
    };
    for (int i = 0; i < places.length; i++) {
      registers.set(JAVA_LONG, places[i], i < arguments.length ? arguments[i] : 0);
    }
    LinuxException.check("ptrace(SETREGS)", Ptrace.setRegisters(pid, registers));
    LinuxException.check("ptrace(SINGLESTEP)", Ptrace.singleStep(pid));
    WaitStatus status =
        new WaitStatus((int) LinuxException.check("wait4", ChildProcess.await(pid)));
    if (!status.stopped() || status.exitStatus() != ChildProcess.SIGTRAP) {
      throw new LinuxException(what + " in the guest (it is gone: " + status + ")", GONE);
    }
    LinuxException.check("ptrace(GETREGS)", Ptrace.getRegisters(pid, registers));
    return LinuxException.check(
        what + " in the guest", registers.get(JAVA_LONG, UserRegisters.RAX));
  }

  /** Puts the guest back to where it was. */
  void restore() throws LinuxException {
    LinuxException.check("ptrace(POKETEXT)", Ptrace.poke(pid, instructionAt, savedText));
    LinuxException.check("ptrace(SETREGS)", Ptrace.setRegisters(pid, saved));
  }
}
