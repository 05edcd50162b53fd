// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collections;

/**
 * The one gate to the Linux kernel: libc's {@code syscall(2)} as seven longs in, one long out.
 *
 * <p>One shape serves every call, because the linker needs 70 to 140 ms for the first shape of a
 * process and 4 to 30 ms for each other. Addresses travel as longs. Never linked as {@code
 * critical}: a blocked call would stop the whole virtual machine at its next safepoint.
 *
 * <p>The result is the call's value from 0 up, or minus the errno. The caller keeps alive what the
 * addresses point to.
 */
public final class SystemCall {

  private static final int ERRNO_OFFSET = 0;

  /** Size and alignment of a capture segment: a cache line, so that threads do not share one. */
  public static final long CAPTURE_SIZE = 64;

  private static final MethodHandle SYSCALL = link("syscall");

  private SystemCall() {}

  /**
   * Makes the place where the errno of a call is caught. A hot object owns one and uses it from one
   * thread at a time; everyone else calls {@link #call}.
   *
   * <p>It belongs to an automatic arena: passing a segment of a shared arena costs two atomic
   * operations a call, and of a confined one binds it to a thread.
   */
  public static MemorySegment newCapture() {
    return Arena.ofAuto().allocate(CAPTURE_SIZE, CAPTURE_SIZE);
  }

  /**
   * Makes a call.
   *
   * @param capture from {@link #newCapture}, in use by nobody else
   * @param number from {@link SystemCallNumber}
   * @return the value, or minus the errno
   */
  public static long call(
      MemorySegment capture, long number, long a0, long a1, long a2, long a3, long a4, long a5) {
    long result;
    try {
      result = (long) SYSCALL.invokeExact(capture, number, a0, a1, a2, a3, a4, a5);
    } catch (Throwable impossible) {
      // invokeExact declares it; a downcall itself throws nothing.
      throw new AssertionError(impossible);
    }
    return result == -1 ? -capture.get(JAVA_INT, ERRNO_OFFSET) : result;
  }

  /** Makes a call with a capture segment borrowed for its duration: 7 ns dearer, no allocation. */
  public static long call(long number, long a0, long a1, long a2, long a3, long a4, long a5) {
    int slot = CaptureSlots.borrow();
    if (slot < 0) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment capture = arena.allocate(CAPTURE_SIZE, CAPTURE_SIZE);
        return call(capture, number, a0, a1, a2, a3, a4, a5);
      }
    }
    try {
      return call(CaptureSlots.segment(slot), number, a0, a1, a2, a3, a4, a5);
    } finally {
      CaptureSlots.giveBack(slot);
    }
  }

  static long call(long number, long a0) {
    return call(number, a0, 0, 0, 0, 0, 0);
  }

  static long call(long number, long a0, long a1) {
    return call(number, a0, a1, 0, 0, 0, 0);
  }

  static long call(long number, long a0, long a1, long a2) {
    return call(number, a0, a1, a2, 0, 0, 0);
  }

  static long call(long number, long a0, long a1, long a2, long a3) {
    return call(number, a0, a1, a2, a3, 0, 0);
  }

  /**
   * Calls a function of libc, for what is no system call.
   *
   * @param function from {@link #libcFunction}
   * @return what it returns, an int
   */
  public static int callLibc(
      MethodHandle function, long a0, long a1, long a2, long a3, long a4, long a5) {
    MemorySegment capture = newCapture();
    try {
      return (int) (long) function.invokeExact(capture, a0, a1, a2, a3, a4, a5, 0L);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /**
   * A function of libc that takes at most seven longs or pointers, in the same shape as {@code
   * syscall}: the linker has that one already.
   */
  public static MethodHandle libcFunction(String name) {
    return link(name);
  }

  @SuppressWarnings("restricted") // The native calls of the process: all longs.
  private static MethodHandle link(String name) {
    try {
      if (!Linux.isSupported()) {
        return refusal();
      }
      MemoryLayout[] sevenLongs = Collections.nCopies(7, JAVA_LONG).toArray(MemoryLayout[]::new);
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow(name),
          FunctionDescriptor.of(JAVA_LONG, sevenLongs),
          Linker.Option.firstVariadicArg(1),
          Linker.Option.captureCallState("errno"));
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw new LinkageError("the stand-in for syscall(2) is gone", e);
    }
  }

  /** What stands in for the kernel elsewhere: the same numbers would mean other calls there. */
  private static MethodHandle refusal() throws NoSuchMethodException, IllegalAccessException {
    MethodType shape =
        MethodType.methodType(long.class, Collections.nCopies(7, (Class<?>) long.class))
            .insertParameterTypes(0, MemorySegment.class);
    MethodHandle refuse =
        MethodHandles.lookup()
            .findStatic(
                SystemCall.class, "refuse", MethodType.methodType(long.class, MemorySegment.class));
    return MethodHandles.dropArguments(refuse, 1, shape.parameterList().subList(1, 8));
  }

  @SuppressWarnings("UnusedMethod") // refusal() finds it by name.
  private static long refuse(MemorySegment capture) {
    capture.set(JAVA_INT, ERRNO_OFFSET, Errno.ENOSYS.number());
    return -1;
  }
}
