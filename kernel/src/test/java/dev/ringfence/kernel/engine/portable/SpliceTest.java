// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Goal: a splice loses no byte and lets none overtake, whatever the target does. */
@Timeout(60)
class SpliceTest {

  @TempDir Path root;
  private Rig rig;
  private Resource directory;
  private Engine.Pipe one;
  private Engine.Pipe two;

  @BeforeEach
  void open() {
    rig = new Rig(PortableEngine.open());
    directory = rig.grant(root);
    one = pipe();
    two = pipe();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Engine.Pipe pipe() {
    Engine.Pipe pipe = rig.engine.pipe();
    rig.own(pipe.source());
    rig.own(pipe.sink());
    return pipe;
  }

  private Rig.Op splice(Resource from, long offset, Resource to, long secondOffset, int length) {
    Rig.Op op = rig.op(OpCode.SPLICE, from);
    op.secondResource = to;
    op.offset = offset;
    op.secondOffset = secondOffset;
    op.length = length;
    return op;
  }

  private Rig.Op between(int length) {
    return splice(one.source(), -1, two.sink(), -1, length);
  }

  private String read(Engine.Pipe pipe) {
    Rig.Op read = rig.transfer(OpCode.READ, pipe.source(), -1, 1 << 16);
    read.memoryOffset = 1 << 20;
    return rig.text(rig.run(read));
  }

  private Resource file(String name, String content) throws IOException {
    Files.writeString(root.resolve(name), content);
    return rig.opened(directory, name, 0, Rig.READ | Rig.WRITE);
  }

  @Test
  void aFileGoesIntoAPipe() throws IOException {
    Resource file = file("file", "0123456789");
    assertThat(rig.run(splice(file, 3, one.sink(), -1, 4)).result).isEqualTo(4);
    assertThat(read(one)).isEqualTo("3456");
    assertThat(rig.run(splice(file, 10, one.sink(), -1, 4)).result).as("the end").isZero();
  }

  @Test
  void aPipeGoesIntoAFile() throws IOException {
    Resource file = file("file", "0123456789");
    Rig.Op waiting = rig.start(splice(one.source(), -1, file, 8, 100));
    rig.queue.progress(0, 0);
    assertThat(waiting.completions).isZero();
    rig.write(one.sink(), -1, "abc");
    assertThat(rig.finish(waiting).result).isEqualTo(3);
    assertThat(root.resolve("file")).hasContent("01234567abc");
    rig.close(one.sink());
    assertThat(rig.run(splice(one.source(), -1, file, 0, 100)).result).isZero();
  }

  @Test
  void aFileThatCannotBeWrittenLeavesTheBytesInThePipe() throws IOException {
    Files.writeString(root.resolve("file"), "x");
    Resource readOnly = rig.opened(directory, "file", 0, Rig.READ);
    rig.write(one.sink(), -1, "kept");
    Rig.Op refused = rig.start(splice(one.source(), -1, readOnly, 0, 100));
    Rig.Op behind = rig.transfer(OpCode.READ, one.source(), -1, 2);
    behind.memoryOffset = 1 << 20;
    rig.start(behind);
    assertThat(rig.finish(refused).error()).isEqualTo(SyscallError.PERMISSION_DENIED);
    assertThat(rig.text(rig.finish(behind))).isEqualTo("ke");
    assertThat(read(one)).isEqualTo("pt");
  }

  @Test
  void aPipeGoesIntoAPipe() {
    Rig.Op waiting = rig.start(between(100));
    rig.write(one.sink(), -1, "through");
    assertThat(rig.finish(waiting).result).isEqualTo(7);
    assertThat(read(two)).isEqualTo("through");
    rig.close(one.sink());
    assertThat(rig.run(between(100)).result).isZero();
  }

  @Test
  void aSpliceThatWaitsForRoomIsCancelledAndItsBytesAreReadInOrder() {
    fill(two);
    rig.write(one.sink(), -1, "first ");
    Rig.Op splice = rig.start(between(6));
    rig.write(one.sink(), -1, "second");
    Rig.Op behind = rig.transfer(OpCode.READ, one.source(), -1, 6);
    behind.memoryOffset = 1 << 20;
    rig.start(behind);
    assertThat(splice.completions).isZero();
    rig.queue.cancel(splice);
    assertThat(rig.finish(splice).error()).isEqualTo(SyscallError.OPERATION_CANCELLED);
    assertThat(rig.text(rig.finish(behind))).isEqualTo("first ");
    assertThat(read(one)).isEqualTo("second");
  }

  private void fill(Engine.Pipe pipe) {
    rig.run(rig.transfer(OpCode.WRITE, pipe.sink(), -1, 1 << 20));
    Rig.Op more = rig.start(rig.transfer(OpCode.WRITE, pipe.sink(), -1, 1 << 16));
    rig.queue.progress(0, 0);
    while (more.completions > 0) {
      more = rig.start(rig.transfer(OpCode.WRITE, pipe.sink(), -1, 1 << 16));
      rig.queue.progress(0, 0);
    }
    rig.queue.cancel(more);
    rig.finish(more);
  }

  @Test
  void aBrokenTargetLeavesTheBytesInTheSource() {
    rig.close(two.source());
    rig.write(one.sink(), -1, "kept");
    assertThat(rig.run(between(100)).error()).isEqualTo(SyscallError.BROKEN_PIPE);
    assertThat(rig.run(rig.poll(one.source(), PollEvents.IN)).result).isEqualTo(PollEvents.IN);
    assertThat(read(one)).isEqualTo("kept");
  }

  @Test
  void whatTheTargetHasNoRoomForStaysInOrder() {
    byte[] pattern = new byte[1 << 20];
    new Random(11).nextBytes(pattern);
    rig.memory()
        .asSlice(0, pattern.length)
        .copyFrom(java.lang.foreign.MemorySegment.ofArray(pattern));
    long in = 2L << 20;
    int sent = 0;
    int received = 0;
    Rig.Op write = null;
    Rig.Op splice = null;
    Rig.Op read = null;
    while (received < pattern.length) {
      if (write != null && write.completions > 0) {
        sent += (int) write.result;
        write = null;
      }
      if (write == null && sent < pattern.length) {
        write = rig.transfer(OpCode.WRITE, one.sink(), -1, pattern.length - sent);
        write.memoryOffset = sent;
        rig.start(write);
      }
      if (splice == null || splice.completions > 0) {
        splice = rig.start(between(1 << 20));
      }
      if (read == null) {
        read = rig.transfer(OpCode.READ, two.source(), -1, 7919);
        read.memoryOffset = in;
        rig.start(read);
      }
      rig.finishAll(rig.completed.size() + 1);
      if (read.completions > 0) {
        byte[] got = rig.bytes(in, (int) read.result);
        assertThat(got).isEqualTo(Arrays.copyOfRange(pattern, received, received + got.length));
        received += got.length;
        read = null;
      }
    }
  }

  @Test
  void theEndsOfOnePipeAndTwoFilesAreRefused() throws IOException {
    assertThat(rig.run(splice(one.source(), -1, one.sink(), -1, 8)).error())
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
    assertThat(rig.run(splice(file("a", "x"), 0, file("b", "y"), 0, 8)).error())
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
    Rig.Op tee = between(8);
    tee.code = OpCode.TEE;
    assertThat(rig.run(tee).error()).isEqualTo(SyscallError.NOT_IMPLEMENTED);
  }

  @Test
  void aSpliceIntoAFileThatAppendsGoesToItsEnd() throws IOException {
    Files.writeString(root.resolve("log"), "begin ");
    Resource log = rig.opened(directory, "log", OpenFlags.APPEND, Rig.WRITE);
    rig.write(one.sink(), -1, "end");
    assertThat(rig.run(splice(one.source(), -1, log, 0, 100)).result).isEqualTo(3);
    assertThat(root.resolve("log")).hasContent("begin end");
  }
}
