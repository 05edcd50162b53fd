// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.DirectoryEntry;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.QueueOptions;
import dev.ringfence.kernel.engine.Resource;
import dev.ringfence.kernel.engine.SharedMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An engine, a queue that the test's thread runs, and what the kernel would do around them. */
final class Rig implements Completions, AutoCloseable {

  static final long READ = Rights.READ;
  static final long WRITE = Rights.WRITE;
  static final int MEMORY_SIZE = 1 << 22;

  /** Where a test's data begins, so that an offset forgotten is noticed. */
  static final long AT = 4096;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final PortableEngine engine;
  final SharedMemory shared;
  final EngineQueue queue;
  final List<Op> completed = new ArrayList<>();
  private final List<Resource> owned = new ArrayList<>();

  Rig(PortableEngine engine) {
    this.engine = engine;
    this.shared = engine.allocate(MEMORY_SIZE);
    this.queue = engine.openQueue(new QueueOptions(1 << 15, false), this);
  }

  /** An operation that remembers how it ended. */
  static final class Op extends Operation {
    int completions;
    long result;
    @Nullable Resource opened;
    final List<Long> sent = new ArrayList<>();

    Op(OpCode code, @Nullable Resource resource, MemorySegment memory) {
      this.code = code;
      this.resource = resource;
      this.memory = memory;
      this.memoryOffset = AT;
    }

    @Nullable SyscallError error() {
      return SyscallError.ofResult((int) result);
    }
  }

  @Override
  public void complete(Operation operation, long result) {
    Op op = (Op) operation;
    op.completions++;
    op.result = result;
    completed.add(op);
  }

  @Override
  public void sent(Operation operation, long result) {
    Op op = (Op) operation;
    assertThat(op.completions).as("told of the bytes before the memory is free").isZero();
    op.sent.add(result);
  }

  @Override
  public void opened(Operation operation, Resource resource) {
    Op op = (Op) operation;
    op.opened = resource;
    owned.add(resource);
    complete(operation, resource.type().code());
  }

  @Override
  public void post(Runnable task) {
    throw new UnsupportedOperationException("this engine brings its results home itself");
  }

  MemorySegment memory() {
    return shared.segment();
  }

  Op op(OpCode code, Resource resource) {
    return new Op(code, resource, memory());
  }

  Op op(OpCode code, Resource resource, String path) {
    Op op = op(code, resource);
    op.path = path.getBytes(StandardCharsets.UTF_8);
    return op;
  }

  Op start(Op op) {
    queue.start(op);
    return op;
  }

  /** Runs the queue until {@code op} is complete. */
  Op finish(Op op) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (op.completions == 0) {
      queue.progress(1, TimeUnit.SECONDS.toNanos(1));
      assertThat(System.nanoTime()).as("completion of %s in time", op.code).isLessThan(deadline);
    }
    assertThat(op.completions).isEqualTo(1);
    return op;
  }

  Op run(Op op) {
    return finish(start(op));
  }

  /** Runs the queue until {@code count} operations have completed since the rig was made. */
  void finishAll(int count) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (completed.size() < count) {
      queue.progress(count - completed.size(), TimeUnit.SECONDS.toNanos(1));
      assertThat(System.nanoTime()).as("%d of %d", completed.size(), count).isLessThan(deadline);
    }
  }

  <R extends Resource> R own(R resource) {
    owned.add(resource);
    return resource;
  }

  Resource grant(Path directory) {
    return own(engine.openDirectory(directory, false));
  }

  Op open(Resource directory, String path, int flags, long rights) {
    Op op = op(OpCode.OPEN, directory, path);
    op.flags = flags;
    op.mode = 0644;
    op.rights = rights;
    return run(op);
  }

  Resource opened(Resource directory, String path, int flags, long rights) {
    Op op = open(directory, path, flags, rights);
    assertThat(op.opened).as("opened %s, result %d", path, op.result).isNotNull();
    return op.opened;
  }

  Op pathOp(OpCode code, Resource directory, String path, int flags) {
    Op op = op(code, directory, path);
    op.flags = flags;
    op.mode = 0755;
    return run(op);
  }

  Op twoPathOp(OpCode code, Resource directory, String path, String second, int flags) {
    Op op = op(code, directory, path);
    op.secondResource = directory;
    op.secondPath = second.getBytes(StandardCharsets.UTF_8);
    op.flags = flags;
    return run(op);
  }

  Op read(Resource file, long offset, int length) {
    return run(transfer(OpCode.READ, file, offset, length));
  }

  Op write(Resource file, long offset, String text) {
    return run(writing(file, offset, text));
  }

  Op writing(Resource file, long offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(bytes, 0, memory(), ValueLayout.JAVA_BYTE, AT, bytes.length);
    return transfer(OpCode.WRITE, file, offset, bytes.length);
  }

  Op transfer(OpCode code, Resource file, long offset, int length) {
    Op op = op(code, file);
    op.offset = offset;
    op.length = length;
    return op;
  }

  /** What an operation left at its place in memory. */
  String text(Op op) {
    return text(op.memoryOffset, (int) op.result);
  }

  String text(long offset, int length) {
    return new String(bytes(offset, length), StandardCharsets.UTF_8);
  }

  byte[] bytes(long offset, int length) {
    return memory().asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
  }

  Op poll(Resource resource, int events) {
    Op op = op(OpCode.POLL, resource);
    op.length = events;
    return op;
  }

  Op list(Resource directory, long cookie, int length) {
    Op op = op(OpCode.LIST, directory);
    op.offset = cookie;
    op.length = length;
    return run(op);
  }

  /** One entry of LIST's buffer. */
  record Listed(String name, int kind, long cookie) {}

  List<Listed> entries(Op list) {
    List<Listed> entries = new ArrayList<>();
    long end = list.memoryOffset + list.result;
    for (long at = list.memoryOffset; at < end; at += DirectoryEntry.recordSize(memory(), at)) {
      entries.add(
          new Listed(
              new String(DirectoryEntry.name(memory(), at), StandardCharsets.UTF_8),
              DirectoryEntry.kind(memory(), at),
              DirectoryEntry.cookie(memory(), at)));
    }
    return entries;
  }

  void close(Resource resource) {
    assertThat(owned.remove(resource)).isTrue();
    assertThat(resource.close()).isNull();
  }

  @Override
  public void close() {
    for (Resource resource : owned) {
      assertThat(resource.close()).isNull();
    }
    queue.close();
    engine.close();
    shared.close();
  }
}
