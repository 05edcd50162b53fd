// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** EXIT: the program ends its domain. */
class ExitTest extends Conformance {

  private Domain ending;
  private Client program;

  @BeforeEach
  void openAnother() {
    ending = opened(QUOTAS);
    program = Client.setUp(ending, ENTRIES, ringFlags());
  }

  private Completion exit(int status) {
    Entry exit = program.exit(status);
    program.push(exit);
    program.enter();
    eventually("the completion of EXIT", () -> program.pending() == 1);
    program.fetch(1);
    Completion done = program.reap().get(0);
    assertThat(done).isOf(exit);
    return done;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255})
  void itCompletesAndTheStatusIsTold(int status) {
    assertThat(ending.exitStatus()).isEmpty();
    assertThat(exit(status)).succeededWith(0);
    eventually("the status", () -> ending.exitStatus().isPresent());
    assertThat(ending.exitStatus()).hasValue(status);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 256, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void anotherStatusIsInvalidAndEndsNothing(int status) {
    assertThat(program.run(program.exit(status))).failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(ending.exitStatus()).isEmpty();
    assertThat(program.run(program.nop(3))).succeededWith(3);
  }

  @Test
  void afterwardsEveryCallSaysInvalidState() {
    long held = program.grant("root");
    exit(0);
    eventually("the end", () -> ending.exitStatus().isPresent());
    long state = SyscallError.INVALID_STATE.result();
    assertThat(program.enter()).isEqualTo(state);
    assertThat(program.enter(0, 0)).isEqualTo(state);
    assertThat(Client.setup(ending, 4, 0)).isEqualTo(state);
    assertThat(program.dup(held, 0)).isEqualTo(state);
    assertThat(program.revoke(held)).isEqualTo(state);
  }

  @Test
  void nothingStartsAnyMore() {
    Entry exit = program.exit(0);
    Entry made = program.makeDirectory(program.grant("root"), "never");
    program.push(exit, made);
    program.enter();
    eventually("the end", () -> ending.exitStatus().isPresent());
    program.enter();
    ending.close();
    assertThat(tree.resolve("never")).doesNotExist();
  }

  @Test
  void anotherDomainDoesNotNotice() {
    exit(3);
    assertThat(client.run(client.nop(4))).succeededWith(4);
    assertThat(client.run(client.write(sink, "abc"))).succeededWith(3);
  }

  @Test
  void whatIsInFlightIsCancelledAndWhatIsHeldGivenUp() {
    Kernel.Pipe pipe = kernel.pipe();
    Domain giver =
        opened(kernel.domain("giver").quotas(QUOTAS).pipe("sink", pipe.sink(), Rights.ALL));
    Domain other =
        opened(kernel.domain("other").quotas(QUOTAS).pipe("source", pipe.source(), Rights.ALL));
    Client reader = Client.setUp(other, ENTRIES, ringFlags());
    Client writer = Client.setUp(giver, ENTRIES, ringFlags());
    Entry read = reader.read(reader.grant("source"), reader.memory().take(8));
    reader.submit(read);
    writer.push(writer.exit(0));
    writer.enter();
    // the last sink is gone, so the pipe ends
    assertThat(reader.await(read)).succeededWith(0);
    eventually("the completion of EXIT", () -> writer.pending() == 1);
  }

  @Test
  void callsThatAreUnderWayWhenADomainEndsComeBack() throws Exception {
    for (int round = 0; round < 50; round++) {
      Domain closing =
          kernel.domain("closing").quotas(QUOTAS).directory("root", tree, Rights.ALL).open();
      Client first = Client.setUp(closing, ENTRIES, ringFlags());
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        long entry = first.memory().take(64).address();
        long completion = first.memory().take(32).address();
        callers.add(
            Thread.ofVirtual()
                .start(() -> {
                  long register = 0;
                  // an entry of zeros is a NOP
                  while (register == 0) {
                    register = first.enter(entry, completion);
                  }
                }));
      }
      closing.close();
      for (Thread caller : callers) {
        caller.join();
      }
    }
  }
}
