// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.process;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringfence.linux.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * posix_spawn(3) of libc: a child in a session of its own, with default signals, none blocked, and
 * no descriptors but those that are given.
 *
 * <p>Not {@link ProcessBuilder}, whose reaper thread takes the stops of a traced child. Java cannot
 * fork: the child would have one thread of a virtual machine.
 */
public final class Spawn {

  public static final int POSIX_SPAWN_SETSIGDEF = 0x04;
  public static final int POSIX_SPAWN_SETSIGMASK = 0x08;
  public static final int POSIX_SPAWN_SETSID = 0x80;

  /** More than the opaque structures of any libc take: 80 and 336 bytes in glibc, as in musl. */
  static final int STRUCTURE_MAX = 512;

  /** {@code sigset_t}. */
  static final int SIGNAL_SET_SIZE = 128;

  private static final MethodHandle SPAWN = SystemCall.libcFunction("posix_spawn");
  private static final MethodHandle ACTIONS_INIT =
      SystemCall.libcFunction("posix_spawn_file_actions_init");
  private static final MethodHandle ACTIONS_DUP =
      SystemCall.libcFunction("posix_spawn_file_actions_adddup2");
  private static final MethodHandle ACTIONS_DESTROY =
      SystemCall.libcFunction("posix_spawn_file_actions_destroy");
  private static final MethodHandle ATTRIBUTES_INIT =
      SystemCall.libcFunction("posix_spawnattr_init");
  private static final MethodHandle ATTRIBUTES_FLAGS =
      SystemCall.libcFunction("posix_spawnattr_setflags");
  private static final MethodHandle ATTRIBUTES_DEFAULT =
      SystemCall.libcFunction("posix_spawnattr_setsigdefault");
  private static final MethodHandle ATTRIBUTES_MASK =
      SystemCall.libcFunction("posix_spawnattr_setsigmask");
  private static final MethodHandle ATTRIBUTES_DESTROY =
      SystemCall.libcFunction("posix_spawnattr_destroy");

  private Spawn() {}

  /**
   * A descriptor of this process under a number of the child.
   *
   * @param from here; not a number that another pair gives away
   * @param to in the child
   */
  public record Pass(int from, int to) {}

  /**
   * Starts a program.
   *
   * @param path the program, without a NUL
   * @param arguments the first one included, without NULs
   * @param environment {@code NAME=value}, without NULs
   * @return the child's pid, or minus the errno
   */
  public static long start(
      byte[] path, List<byte[]> arguments, List<byte[]> environment, List<Pass> passes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pid = arena.allocate(JAVA_INT);
      MemorySegment actions = arena.allocate(STRUCTURE_MAX, Long.BYTES);
      MemorySegment attributes = arena.allocate(STRUCTURE_MAX, Long.BYTES);
      MemorySegment signals = arena.allocate(SIGNAL_SET_SIZE, Long.BYTES);
      SystemCall.callLibc(ACTIONS_INIT, actions.address(), 0, 0, 0, 0, 0);
      SystemCall.callLibc(ATTRIBUTES_INIT, attributes.address(), 0, 0, 0, 0, 0);
      try {
        for (Pass pass : passes) {
          long failed =
              SystemCall.callLibc(ACTIONS_DUP, actions.address(), pass.from(), pass.to(), 0, 0, 0);
          if (failed != 0) {
            return -failed;
          }
        }
        SystemCall.callLibc(ATTRIBUTES_MASK, attributes.address(), signals.address(), 0, 0, 0, 0);
        signals.fill((byte) 0xff);
        SystemCall.callLibc(
            ATTRIBUTES_DEFAULT, attributes.address(), signals.address(), 0, 0, 0, 0);
        long flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID;
        SystemCall.callLibc(ATTRIBUTES_FLAGS, attributes.address(), flags, 0, 0, 0, 0);
        long failed =
            SystemCall.callLibc(
                SPAWN,
                pid.address(),
                text(arena, path).address(),
                actions.address(),
                attributes.address(),
                vector(arena, arguments).address(),
                vector(arena, environment).address());
        return failed == 0 ? pid.get(JAVA_INT, 0) : -failed;
      } finally {
        SystemCall.callLibc(ACTIONS_DESTROY, actions.address(), 0, 0, 0, 0, 0);
        SystemCall.callLibc(ATTRIBUTES_DESTROY, attributes.address(), 0, 0, 0, 0, 0);
      }
    }
  }

  private static MemorySegment text(Arena arena, byte[] bytes) {
    MemorySegment text = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, text, JAVA_BYTE, 0, bytes.length);
    return text;
  }

  private static MemorySegment vector(Arena arena, List<byte[]> texts) {
    List<MemorySegment> copies = new ArrayList<>();
    for (byte[] bytes : texts) {
      copies.add(text(arena, bytes));
    }
    MemorySegment vector = arena.allocate(JAVA_LONG, copies.size() + 1L);
    for (int i = 0; i < copies.size(); i++) {
      vector.setAtIndex(JAVA_LONG, i, copies.get(i).address());
    }
    return vector;
  }
}
