// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** SKIP_SUCCESS: no news is good news. */
class SkipSuccessTest extends Conformance {

  @Test
  void aSuccessIsSilent() {
    Entry last = client.nop(2);
    client.submit(client.nop(1).skipSuccess(), last.drain());
    assertThat(client.collect(1).get(0)).isOf(last);
  }

  @Test
  void aFailureIsPosted() {
    assertThat(client.run(client.nop(SyscallError.IO_ERROR.result()).skipSuccess()))
        .failedWith(SyscallError.IO_ERROR);
  }

  @Test
  void aMalformedEntryIsPosted() {
    assertThat(client.run(client.nop().skipSuccess().reserved2(1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void aSilentOperationHappens() {
    long file = fileWith("", Rights.WRITE);
    client.submit(client.write(file, "silent").skipSuccess(), client.nop().drain());
    client.collect(1);
    assertThat(content("file")).isEqualTo("silent");
  }

  @Test
  void aChainGoesOnBehindASilentSuccess() {
    Entry last = client.nop(3);
    client.submit(client.nop(1).skipSuccess().link(), client.nop(2).skipSuccess().link(), last);
    assertThat(client.collect(1).get(0)).isOf(last).succeededWith(3);
  }

  @Test
  void aChainBreaksBehindAFailureAndCancellationIsPosted() {
    Entry failing = client.nop(SyscallError.IO_ERROR.result()).skipSuccess().link();
    Entry cancelled = client.nop(1).skipSuccess();
    List<Completion> done = client.runAll(failing, cancelled);
    assertThat(done.get(0)).isOf(failing).failedWith(SyscallError.IO_ERROR);
    assertThat(done.get(1)).isOf(cancelled).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void aCancelledOperationIsPosted() {
    Entry read = client.read(source, room(1)).skipSuccess();
    client.submit(read);
    client.submit(client.cancel(read.tag()).skipSuccess());
    assertThat(client.collect(1).get(0)).isOf(read).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void aSilentOperationThatIsTimedOutIsPosted() {
    Entry read = client.read(source, room(1)).skipSuccess().link();
    Entry limit = client.linkTimeout(Duration.ofMillis(2)).skipSuccess();
    client.submit(read, limit);
    assertThat(client.await(read)).failedWith(SyscallError.OPERATION_CANCELLED);
    assertThat(client.await(limit)).failedWith(SyscallError.TIMEOUT);
  }

  @Test
  void theLimitOfASilentSuccessSaysThatItWasCancelled() {
    Entry limit = client.linkTimeout(Duration.ofSeconds(60)).skipSuccess();
    client.submit(client.nop(1).skipSuccess().link(), limit);
    assertThat(client.collect(1).get(0)).isOf(limit).failedWith(SyscallError.OPERATION_CANCELLED);
  }

  @Test
  void manySilentSuccessesNeverFillTheQueue() {
    for (int i = 0; i < 50; i++) {
      Entry[] batch = new Entry[ENTRIES];
      for (int k = 0; k < ENTRIES; k++) {
        batch[k] = client.nop(k).skipSuccess();
      }
      client.submit(batch);
    }
    Entry last = client.nop(1).drain();
    assertThat(client.run(last)).succeededWith(1);
  }
}
