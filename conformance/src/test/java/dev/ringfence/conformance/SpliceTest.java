// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.Kernel;
import org.junit.jupiter.api.Test;

/** SPLICE between files and pipes, TEE between pipes. */
class SpliceTest extends Conformance {

  private static final long PIPE = SubmissionEntry.CURRENT_POSITION;
  private static final long BOTH = Rights.READ | Rights.WRITE;

  /** A domain with a second pipe. */
  private Client withTwoPipes() {
    Kernel.Pipe one = kernel.pipe();
    Kernel.Pipe two = kernel.pipe();
    Domain domain =
        opened(
            kernel
                .domain("two pipes")
                .quotas(QUOTAS)
                .directory("root", tree, Rights.ALL)
                .pipe("in", one.source(), Rights.ALL)
                .pipe("in-sink", one.sink(), Rights.ALL)
                .pipe("out", two.sink(), Rights.ALL)
                .pipe("out-source", two.source(), Rights.ALL));
    return Client.setUp(domain, ENTRIES, ringFlags());
  }

  private static String readFrom(Client program, long pipe) {
    Range into = program.memory().take(100);
    Completion read = program.run(program.read(pipe, into));
    return program.memory().text(into.first(read.result()));
  }

  @Test
  void aFileGoesIntoAPipe() {
    long file = fileWith("0123456789", Rights.READ);
    assertThat(client.run(client.splice(file, 3, sink, PIPE, 4))).succeededWith(4).isPlain();
    assertThat(readFrom(client, source)).isEqualTo("3456");
    assertThat(client.run(client.splice(file, 10, sink, PIPE, 4))).as("the end").succeededWith(0);
  }

  @Test
  void aPipeGoesIntoAFileWhenSomethingIsThere() {
    long file = fileWith("0123456789", BOTH);
    Entry early = client.splice(source, PIPE, file, 2, 100);
    client.submit(early);
    client.run(client.nop());
    assertThat(client.reap()).as("the pipe is empty").isEmpty();
    client.run(client.write(sink, "abc"));
    Completion spliced = client.await(early);
    assertThat(spliced).succeededWith(3);
    assertThat(content("file")).isEqualTo("01abc56789");
  }

  @Test
  void aPipeGoesIntoAPipe() {
    Client program = withTwoPipes();
    long in = program.grant("in");
    long out = program.grant("out");
    Entry splice = program.splice(in, PIPE, out, PIPE, 3);
    program.submit(splice);
    program.run(program.write(program.grant("in-sink"), "abcd"));
    Completion spliced = program.await(splice);
    assertThat(spliced).succeededWith(3);
    assertThat(readFrom(program, program.grant("out-source"))).isEqualTo("abc");
    assertThat(readFrom(program, in)).isEqualTo("d");
    program.run(program.close(program.grant("in-sink")));
    assertThat(program.run(program.splice(in, PIPE, out, PIPE, 3)))
        .as("the other end is closed")
        .succeededWith(0);
  }

  @Test
  void teeLeavesWhatItCopies() {
    Client program = withTwoPipes();
    long in = program.grant("in");
    program.run(program.write(program.grant("in-sink"), "abcd"));
    Completion teed = program.run(program.tee(in, program.grant("out"), 3));
    if (Difference.NO_TEE.appliesTo(setting)) {
      assertThat(teed).failedWith(SyscallError.NOT_IMPLEMENTED);
      return;
    }
    assertThat(teed).succeededWith(3).isPlain();
    assertThat(readFrom(program, program.grant("out-source"))).isEqualTo("abc");
    assertThat(readFrom(program, in)).isEqualTo("abcd");
  }

  @Test
  void aSpliceThatWaitsIsCancelledOnce() {
    long file = fileWith("", BOTH);
    Entry splice = client.splice(source, PIPE, file, 0, 100);
    client.submit(splice);
    Completion cancelled = client.run(client.cancel(splice.tag()));
    Completion spliced = client.await(splice);
    assertThat(cancelled).succeededWith(0);
    assertThat(spliced).failedWith(SyscallError.OPERATION_CANCELLED);
    client.run(client.write(sink, "kept"));
    assertThat(readFrom(client, source)).isEqualTo("kept");
  }

  @Test
  void aSpliceIntoAFullPipeWaitsForRoom() {
    long file = fileWith("0123456789", Rights.READ);
    Range much = room(1 << 16);
    Completion filled = client.run(client.write(sink, much));
    assertThat(filled).succeeded();
    Entry splice = client.splice(file, 0, sink, PIPE, 10);
    client.submit(splice);
    int drained = 0;
    String last = "";
    while (drained < filled.result() + 10) {
      Range into = room(1 << 14);
      int count = client.run(client.read(source, into)).result();
      drained += count;
      last = text(into, count);
      if (client.pending() > 0 && drained <= filled.result()) {
        Completion spliced = client.await(splice);
        assertThat(spliced).succeededWith(10);
        splice = client.nop();
        client.push(splice);
      }
    }
    assertThat(client.await(splice)).succeeded();
    assertThat(last).endsWith("0123456789");
  }

  @Test
  void aBrokenPipeSaysSo() {
    long file = fileWith("0123456789", Rights.READ);
    client.run(client.close(source));
    assertThat(client.run(client.splice(file, 0, sink, PIPE, 4)))
        .failedWith(SyscallError.BROKEN_PIPE);
  }

  @Test
  void whatCannotBeIsRefused() {
    long file = fileWith("0123456789", BOTH);
    assertThat(client.run(client.splice(file, 0, file, 5, 1)))
        .as("no pipe")
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.splice(file, 0, sink, 3, 1)))
        .failedWith(SyscallError.INVALID_SEEK);
    assertThat(client.run(client.splice(source, 3, file, 0, 1)))
        .failedWith(SyscallError.INVALID_SEEK);
    assertThat(client.run(client.splice(file, -1, sink, PIPE, 1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.tee(file, sink, 1)))
        .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
    assertThat(client.run(client.tee(source, sink, 1).auxiliary0(1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
    assertThat(client.run(client.splice(file, 0, sink, PIPE, 0))).as("nothing").succeededWith(0);
  }

  @Test
  void bothEndsOfOnePipeAreNoSourceAndTarget() {
    client.run(client.write(sink, "x"));
    assertThat(client.run(client.splice(source, PIPE, sink, PIPE, 1)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void theSourceNeedsReadAndTheTargetWrite() {
    long readOnly = client.duplicate(source, Rights.WRITE);
    long file = fileWith("0", BOTH);
    assertThat(client.run(client.splice(readOnly, PIPE, file, 0, 1))).missed(Rights.READ);
    long blind = client.duplicate(sink, Rights.READ);
    assertThat(client.run(client.splice(file, 0, blind, PIPE, 1))).missed(Rights.WRITE);
  }
}
