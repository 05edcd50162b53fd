// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CompletionEntry;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SystemCall;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.QueueOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A revoke that the host does not let end in time. */
@Timeout(60)
class RevokeInTimeTest {

  /** A host that keeps every READ, whatever is cancelled, until it lets go. */
  private static final class Stuck extends ModelEngine {
    private volatile boolean letsGo;

    @Override
    public EngineQueue openQueue(QueueOptions options, Completions completions) {
      return new Queue(this, completions) {
        private final ArrayDeque<Operation> kept = new ArrayDeque<>();

        @Override
        public void start(Operation operation) {
          if (operation.code == OpCode.READ) {
            kept.add(operation);
          } else {
            super.start(operation);
          }
        }

        @Override
        public void progress(int completionsMin, long nanosMax) {
          while (letsGo && !kept.isEmpty()) {
            completions.complete(kept.remove(), 1);
          }
        }
      };
    }
  }

  @Test
  void itAnswersBusyAndTheIdIsDeadAndTheResourceIsFreedWhenTheHostLetsGo() {
    Stuck engine = new Stuck();
    KernelOptions hasty = KernelOptions.defaults().withRevokeMax(Duration.ofMillis(5));
    try (Kernel kernel = Kernel.on(engine, hasty)) {
      Kernel.Pipe pipe = kernel.pipe();
      Domain domain = kernel.domain("stuck").pipe("source", pipe.source(), Rights.ALL).open();
      pipe.sink().close();
      OneEntry program = new OneEntry(domain, 0);
      long source = program.grant();
      program.submit(OpCode.READ, program.arena(), 1, 0);

      assertThat(domain.invoke(SystemCall.CAPABILITY_REVOKE.number(), source, 0))
          .isEqualTo(SyscallError.BUSY.result());
      assertThat(domain.invoke(SystemCall.CAPABILITY_DUP.number(), source, 0)).isNegative();
      program.enter();
      assertThat(program.pending()).isZero();
      assertThat(engine.open).as("the host still works on it").hasValue(1);

      engine.letsGo = true;
      program.enter();
      assertThat(program.pending()).isEqualTo(1);
      assertThat(CompletionEntry.result(program.memory, program.oldest()))
          .isEqualTo(SyscallError.CAPABILITY_REVOKED.result());
      assertThat(engine.open).hasValue(0);
      assertThat(domain.invoke(SystemCall.CAPABILITY_DUP.number(), source, 0))
          .isEqualTo(SyscallError.INVALID_HANDLE.result());
    }
  }
}
