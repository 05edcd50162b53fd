// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.guest;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringfence.abi.SystemCall;
import dev.ringfence.abi.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A guest inside this virtual machine, as the program of an embedded domain: its code is the same,
 * but for its system calls, which are a call of the kernel instead of an instruction. So the
 * library meets the real kernel on any Linux, without a process.
 */
@SuppressWarnings("restricted")
final class GuestInside implements AutoCloseable {

  private static final FunctionDescriptor GATE =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /** What the variable {@code gate} of a library points to. */
  @FunctionalInterface
  interface Gate {
    long call(long number, long argument0, long argument1);
  }

  private final Arena arena = Arena.ofShared();
  private final CountDownLatch waiting = new CountDownLatch(1);
  private final SystemCalls kernel;
  private final MethodHandle main;

  /**
   * Loads it.
   *
   * @param library made by {@link GuestBuilds#library} or {@link GuestBuilds#rustLibrary}; a file
   *     that was not loaded before, since its variables would have old values
   * @param kernel what answers its calls
   */
  GuestInside(Path library, SystemCalls kernel) throws ReflectiveOperationException {
    this.kernel = kernel;
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, arena);
    MethodHandle gate =
        MethodHandles.lookup()
            .findVirtual(
                Gate.class,
                "call",
                MethodType.methodType(long.class, long.class, long.class, long.class))
            .bindTo((Gate) this::call);
    symbols
        .findOrThrow("gate")
        .reinterpret(ADDRESS.byteSize())
        .set(ADDRESS, 0, Linker.nativeLinker().upcallStub(gate, GATE, arena));
    main =
        Linker.nativeLinker()
            .downcallHandle(
                symbols.findOrThrow("rf_main"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  }

  private long call(long number, long argument0, long argument1) {
    if (number == SystemCall.IO_URING_ENTER.number() && argument1 == 0) {
      waiting.countDown();
    }
    return kernel.invoke((int) number, argument0, argument1);
  }

  /** Waits until the program has entered its ring for the first time. */
  void awaitRing() throws InterruptedException {
    waiting.await();
  }

  /** Runs the program once; its exit status. */
  int run(String... arguments) {
    MemorySegment words = arena.allocate(ADDRESS, arguments.length + 2L);
    words.setAtIndex(ADDRESS, 0, arena.allocateFrom("guest"));
    for (int i = 0; i < arguments.length; i++) {
      words.setAtIndex(ADDRESS, i + 1L, arena.allocateFrom(arguments[i]));
    }
    try {
      return (int) main.invokeExact(arguments.length + 1, words);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a native function throws nothing", e);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
