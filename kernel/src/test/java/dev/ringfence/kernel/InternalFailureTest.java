// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SetupFlags;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.abi.SystemCall;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.QueueOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever is thrown where it must not be, between the taking of an entry and its completion: that
 * one entry ends with {@code InternalError}, once, and all others go on.
 */
@Timeout(20)
class InternalFailureTest {

  private static final int INTERNAL_ERROR = SyscallError.INTERNAL_ERROR.result();
  private static final int FILE = CapabilityType.FILE.code();
  private static final int LITTLE = 8;
  private static final int MORE = 10;

  /** An engine that throws where the path's first letter says. */
  private static final class Faulty extends ModelEngine {

    boolean noPoller;

    private final class Unclosable extends Thing {
      Unclosable() {
        super(CapabilityType.FILE);
      }

      @Override
      public @Nullable SyscallError close() {
        super.close();
        throw new NoClassDefFoundError("closing");
      }
    }

    @Override
    void start(Operation operation, Completions completions) {
      switch (operation.path.length == 0 ? 0 : operation.path[0]) {
        case 's' -> throw new NoClassDefFoundError("starting");
        // told from within progress, all in one batch
        case 'd' -> later.add(() -> completions.opened(operation, new Untyped()));
        case 'g' -> later.add(() -> super.start(operation, completions));
        case 'c' -> completions.opened(operation, new Unclosable());
        default -> super.start(operation, completions);
      }
    }

    /** Nothing that the kernel asks of it can be answered. */
    @SuppressWarnings("NullAway") // that is the point
    private final class Untyped extends Thing {
      Untyped() {
        super(null);
      }
    }

    @Override
    public EngineQueue openQueue(QueueOptions options, Completions completions) {
      if (noPoller && options.fixedThread()) {
        throw new SyscallException(SyscallError.TOO_MANY_OPEN, "no descriptor");
      }
      return super.openQueue(options, completions);
    }
  }

  private final Faulty engine = new Faulty();
  private final Kernel kernel = Kernel.on(engine, KernelOptions.defaults());
  private Domain domain;
  private Program program;
  private long root;

  @BeforeEach
  void open() {
    Quotas quotas = Quotas.defaults().withCapabilitiesMax(LITTLE).withOperationsInFlightMax(LITTLE);
    domain =
        kernel.domain("failing").quotas(quotas).directory("root", Path.of("."), Rights.ALL).open();
    program = new Program(domain);
    root = program.grant("root");
  }

  @AfterEach
  void close() {
    kernel.close();
    assertThat(engine.open).hasValue(0);
  }

  private void pushOpen(char name, int flags) {
    program.setWord(8 * name, name);
    program.push(OpCode.OPEN, flags, root, program.address(8 * name), 1, 0, Rights.READ);
  }

  private void assertOnlyTheSecondFails(char name) {
    pushOpen('g', 0);
    pushOpen(name, 0);
    pushOpen('g', 0);
    program.serve();
    List<Integer> results = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      results.add(program.next(OpCode.OPEN));
      // a failure names no capability
      assertThat(program.reserved != 0).isEqualTo(results.getLast() == FILE);
    }
    assertThat(results).containsExactlyInAnyOrder(FILE, INTERNAL_ERROR, FILE);
    assertThat(program.pending()).isZero();
  }

  @Test
  void anEngineThatThrowsWhenItStartsFailsThatOneOperation() {
    assertOnlyTheSecondFails('s');
  }

  @Test
  void aResultThatCannotBeToldFailsThatOneOperation() {
    assertOnlyTheSecondFails('d');
  }

  /** More often than there are places in the table, permits, or room for completions. */
  @Test
  void aFailureHoldsNothing() {
    int open = engine.open.get();
    for (char name : new char[] {'s', 'd'}) {
      for (int i = 0; i < MORE; i++) {
        pushOpen(name, 0);
        program.serve();
        assertThat(program.next(OpCode.OPEN)).isEqualTo(INTERNAL_ERROR);
      }
    }
    assertThat(engine.open).hasValue(open);
    assertThat(program.pending()).isZero();
  }

  @Test
  void aFailureBreaksItsChain() {
    pushOpen('d', SubmissionFlags.LINK);
    pushOpen('g', 0);
    program.serve();
    assertThat(program.next(OpCode.OPEN)).isEqualTo(INTERNAL_ERROR);
    assertThat(program.next(OpCode.OPEN)).isEqualTo(SyscallError.OPERATION_CANCELLED.result());
    assertThat(program.pending()).isZero();
  }

  @Test
  void aResourceThatThrowsWhenItIsClosedFailsTheClose() {
    pushOpen('c', 0);
    program.serve();
    assertThat(program.next(OpCode.OPEN)).isEqualTo(FILE);
    long file = program.reserved;
    assertThat(program.run(OpCode.CLOSE, file, 0, 0, 0, 0)).isEqualTo(INTERNAL_ERROR);
    assertThat(program.run(OpCode.CLOSE, file, 0, 0, 0, 0))
        .isEqualTo(SyscallError.INVALID_HANDLE.result());
    assertThat(program.run(OpCode.NOP, 0, 0, 7, 0, 0)).isEqualTo(7);
  }

  @Test
  void aResourceThatThrowsDoesNotKeepOthersOfItsDomainOpen() {
    pushOpen('c', 0);
    pushOpen('g', 0);
    pushOpen('c', 0);
    program.serve();
    for (int i = 0; i < 3; i++) {
      assertThat(program.next(OpCode.OPEN)).isEqualTo(FILE);
    }
    domain.close();
    assertThat(engine.open).hasValue(0);
  }

  @Test
  void aPollerThatCouldNotStartIsStartedByTheNextWhoNeedsIt() {
    engine.noPoller = true;
    int number = SystemCall.IO_URING_SETUP.number();
    assertThat(domain.invoke(number, 4, SetupFlags.SQPOLL))
        .isEqualTo(SyscallError.TOO_MANY_OPEN.result());
    engine.noPoller = false;
    assertThat(domain.invoke(number, 4, SetupFlags.SQPOLL)).isPositive();
  }
}
