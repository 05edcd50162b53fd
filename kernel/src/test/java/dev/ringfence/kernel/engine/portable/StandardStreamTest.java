// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Engine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Goal: streams of the process behave like pipes. Method: the same classes over a test's pipe. */
@Timeout(60)
class StandardStreamTest {

  private Rig rig;
  private ExecutorService thread;
  private Pipe host;
  private StandardInput input;

  @BeforeEach
  void open() throws IOException {
    rig = new Rig(PortableEngine.open());
    thread = Executors.newSingleThreadExecutor();
    host = Pipe.open();
    input = new StandardInput(Channels.newInputStream(host.source()), thread);
  }

  @AfterEach
  void close() throws IOException {
    host.sink().close();
    thread.close();
    host.source().close();
    rig.close();
  }

  private void type(String text) throws IOException {
    host.sink().write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private Rig.Op read(int length) {
    return rig.transfer(OpCode.READ, input, -1, length);
  }

  @Test
  void aReadWaitsForInput() throws IOException {
    Rig.Op read = rig.start(read(100));
    rig.queue.progress(0, 0);
    assertThat(read.completions).isZero();
    type("line\n");
    assertThat(rig.text(rig.finish(read))).isEqualTo("line\n");
  }

  @Test
  void inputThatNobodyAskedForIsLeftWhereItIs() throws IOException {
    type("abcdef");
    assertThat(rig.text(rig.run(read(4)))).isEqualTo("abcd");
    ByteBuffer rest = ByteBuffer.allocate(10);
    host.source().read(rest);
    assertThat(new String(rest.array(), 0, rest.position(), StandardCharsets.UTF_8))
        .isEqualTo("ef");
  }

  @Test
  void aSpliceThatCannotPassInputOnLeavesItThere() throws IOException {
    Engine.Pipe target = rig.engine.pipe();
    rig.own(target.sink());
    assertThat(target.source().close()).isNull();
    type("abcdef");
    Rig.Op splice = rig.op(OpCode.SPLICE, input);
    splice.secondResource = target.sink();
    splice.offset = -1;
    splice.secondOffset = -1;
    splice.length = 4;
    assertThat(rig.run(splice).error()).isEqualTo(SyscallError.BROKEN_PIPE);
    assertThat(rig.text(rig.run(read(3)))).isEqualTo("abc");
    assertThat(rig.text(rig.run(read(1)))).isEqualTo("d");
    assertThat(rig.text(rig.run(read(100)))).isEqualTo("ef");
  }

  @Test
  void aCancelledReadLosesNothing() throws IOException {
    Rig.Op cancelled = rig.start(read(100));
    rig.queue.cancel(cancelled);
    assertThat(rig.finish(cancelled).error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
    type("kept");
    assertThat(rig.text(rig.run(read(100)))).isEqualTo("kept");
  }

  @Test
  void pollTellsOfInputAndTheNextReadHasAllOfIt() throws IOException {
    Rig.Op poll = rig.start(rig.poll(input, PollEvents.IN));
    type("xy");
    assertThat(rig.finish(poll).result).isEqualTo(PollEvents.IN);
    assertThat(rig.text(rig.run(read(1)))).isEqualTo("x");
    assertThat(rig.text(rig.run(read(1)))).isEqualTo("y");
  }

  @Test
  void theEndIsZeroBytesAgainAndAgain() throws IOException {
    type("end");
    host.sink().close();
    assertThat(rig.text(rig.run(read(100)))).isEqualTo("end");
    assertThat(rig.run(read(100)).result).isZero();
    assertThat(rig.run(read(100)).result).isZero();
    assertThat(rig.run(rig.poll(input, PollEvents.IN)).result).isEqualTo(PollEvents.HUP);
  }

  @Test
  void anInputErrorEndsOneReadOnly() {
    InputStream failing =
        new InputStream() {
          private boolean failed;

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            return read();
          }

          @Override
          public int read() throws IOException {
            if (!failed) {
              failed = true;
              throw new IOException("Input/output error");
            }
            return -1;
          }
        };
    StandardInput broken = new StandardInput(failing, thread);
    assertThat(rig.run(rig.transfer(OpCode.READ, broken, -1, 1)).error())
        .isEqualTo(SyscallError.IO_ERROR);
    assertThat(rig.run(rig.transfer(OpCode.READ, broken, -1, 1)).result).isZero();
  }

  @Test
  void writesComeOutInTheirOrder() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StandardOutput output = new StandardOutput(Channels.newChannel(out), thread);
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      rig.memory().set(java.lang.foreign.ValueLayout.JAVA_BYTE, Rig.AT + i, (byte) ('a' + i % 26));
      expected.append((char) ('a' + i % 26));
      Rig.Op write = rig.transfer(OpCode.WRITE, output, -1, 1);
      write.memoryOffset = Rig.AT + i;
      rig.start(write);
    }
    rig.finishAll(1000);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(expected.toString());
    assertThat(rig.run(rig.poll(output, PollEvents.OUT)).result).isEqualTo(PollEvents.OUT);
  }

  @Test
  void aWriteBehindABlockedOneIsCancelled() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    WritableByteChannel blocking =
        new WritableByteChannel() {
          @Override
          public int write(ByteBuffer from) {
            begun.countDown();
            awaitUnchecked(go);
            return from.remaining();
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        };
    StandardOutput output = new StandardOutput(blocking, thread);
    Rig.Op first = rig.start(rig.writing(output, -1, "first"));
    begun.await();
    Rig.Op second = rig.start(rig.writing(output, -1, "second"));
    rig.queue.cancel(first);
    rig.queue.cancel(second);
    assertThat(rig.finish(second).error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
    assertThat(first.completions).as("it has begun").isZero();
    go.countDown();
    assertThat(rig.finish(first).result).isEqualTo(5);
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theProcessesStreamsArePipesThatCloseNothing() {
    for (int number = 0; number <= 2; number++) {
      var stream = rig.engine.standardStream(number);
      assertThat(stream.type()).isEqualTo(CapabilityType.PIPE);
      assertThat(stream.close()).isNull();
    }
    assertThat(rig.run(rig.transfer(OpCode.WRITE, rig.engine.standardStream(2), -1, 0)).result)
        .isZero();
  }
}
