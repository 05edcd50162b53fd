// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.Endpoint;
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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An engine, a queue that the test's thread runs, and what the kernel would do around them. */
final class SocketRig implements Completions, AutoCloseable {

  static final byte[] LOOPBACK = {127, 0, 0, 1};

  private static final int MEMORY_SIZE = 4 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final UringEngine engine;
  private final SharedMemory shared;
  private final EngineQueue queue;
  private final List<Resource> owned = new ArrayList<>();
  private final ConcurrentLinkedQueue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
  private long nextOffset = 4096;

  /** Operations go to workers as they would on a lane that serves others. */
  boolean onWorkers;

  private SocketRig(UringEngine engine) {
    this.engine = engine;
    this.shared = engine.allocate(MEMORY_SIZE);
    this.queue = engine.openQueue(new QueueOptions(256, false), this);
  }

  /** Opens a rig, or skips the test where this process may not use io_uring. */
  static SocketRig open() {
    UringEngine engine = null;
    try {
      engine = UringEngine.open();
    } catch (SyscallException e) {
      assumeTrue(false, "no io_uring: " + e.getMessage());
    }
    return new SocketRig(java.util.Objects.requireNonNull(engine));
  }

  /** An operation that remembers how it ended. */
  static final class Op extends Operation {
    int completions;
    int sent;
    long sentResult;
    long result;
    @Nullable Resource opened;

    @Nullable SyscallError error() {
      return SyscallError.ofResult((int) result);
    }

    Resource socket() {
      assertThat(opened).as("result %d (%s)", result, error()).isNotNull();
      return java.util.Objects.requireNonNull(opened);
    }

    int port() {
      assertThat(endpoint).isInstanceOf(Endpoint.Ip.class);
      return ((Endpoint.Ip) java.util.Objects.requireNonNull(endpoint)).port();
    }

    String name() {
      assertThat(endpoint).isInstanceOf(Endpoint.Unix.class);
      byte[] name = ((Endpoint.Unix) java.util.Objects.requireNonNull(endpoint)).name();
      return new String(name, StandardCharsets.UTF_8);
    }
  }

  @Override
  public void complete(Operation operation, long result) {
    Op op = (Op) operation;
    op.completions++;
    op.result = result;
  }

  @Override
  public void sent(Operation operation, long result) {
    Op op = (Op) operation;
    assertThat(op.completions).as("sent comes before complete").isZero();
    op.sent++;
    op.sentResult = result;
  }

  @Override
  public void opened(Operation operation, Resource resource) {
    assertThat(resource.type()).isEqualTo(CapabilityType.SOCKET);
    ((Op) operation).opened = resource;
    owned.add(resource);
    complete(operation, resource.type().code());
  }

  @Override
  public void post(Runnable task) {
    mailbox.add(task);
    queue.wake();
  }

  // ---- running ---------------------------------------------------------------------------------

  Op op(OpCode code, @Nullable Resource resource) {
    Op op = new Op();
    op.code = code;
    op.resource = resource;
    op.memory = shared.segment();
    op.memoryOffset = nextOffset;
    op.onWorker = onWorkers;
    return op;
  }

  Op start(Op op) {
    queue.start(op);
    queue.progress(0, 0);
    return op;
  }

  void cancel(Op op) {
    queue.cancel(op);
  }

  Op finish(Op op) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (op.completions == 0) {
      turn();
      assertThat(System.nanoTime()).as("completion of %s in time", op.code).isLessThan(deadline);
    }
    assertThat(op.completions).isEqualTo(1);
    return op;
  }

  private void turn() {
    for (Runnable task = mailbox.poll(); task != null; task = mailbox.poll()) {
      task.run();
    }
    queue.progress(1, TimeUnit.MILLISECONDS.toNanos(100));
  }

  /** Runs the queue until an operation has told how much it sent. */
  void awaitSent(Op op) {
    while (op.sent == 0 && op.completions == 0) {
      turn();
    }
  }

  Op run(Op op) {
    return finish(start(op));
  }

  /** Carries out everything that can be carried out now. */
  void settle() {
    for (int i = 0; i < 3; i++) {
      for (Runnable task = mailbox.poll(); task != null; task = mailbox.poll()) {
        task.run();
      }
      queue.progress(0, 0);
    }
  }

  <R extends Resource> R own(R resource) {
    owned.add(resource);
    return resource;
  }

  Resource directory(Path path) {
    return own(engine.openDirectory(path, false));
  }

  void close(Resource resource) {
    assertThat(owned.remove(resource)).isTrue();
    assertThat(resource.close()).isNull();
  }

  // ---- vocabulary ------------------------------------------------------------------------------

  Op create(int family, int kind) {
    Op op = op(OpCode.SOCKET_CREATE, null);
    op.flags = family;
    op.mode = kind;
    return run(op);
  }

  Resource stream() {
    return create(SocketAddress.FAMILY_IPV4, SocketKind.STREAM).socket();
  }

  Resource datagrams() {
    return create(SocketAddress.FAMILY_IPV4, SocketKind.DATAGRAM).socket();
  }

  static Endpoint.Ip loopback(int port) {
    return new Endpoint.Ip(LOOPBACK, port, 0);
  }

  static Endpoint.Unix name(Resource directory, String name) {
    return new Endpoint.Unix(directory, name.getBytes(StandardCharsets.UTF_8));
  }

  Op with(OpCode code, Resource socket, @Nullable Endpoint endpoint) {
    Op op = op(code, socket);
    op.endpoint = endpoint;
    return op;
  }

  Op bind(Resource socket, Endpoint endpoint) {
    return run(with(OpCode.BIND, socket, endpoint));
  }

  Op listen(Resource socket, int backlog) {
    Op op = op(OpCode.LISTEN, socket);
    op.length = backlog;
    return run(op);
  }

  Op name(Resource socket) {
    return run(op(OpCode.SOCKET_NAME, socket));
  }

  Op peer(Resource socket) {
    return run(op(OpCode.PEER_NAME, socket));
  }

  Op connecting(Resource socket, Endpoint endpoint) {
    return with(OpCode.CONNECT, socket, endpoint);
  }

  Op connect(Resource socket, Endpoint endpoint) {
    return run(connecting(socket, endpoint));
  }

  Op accepting(Resource socket) {
    return op(OpCode.ACCEPT, socket);
  }

  Op sending(OpCode code, Resource socket, byte[] bytes, int flags) {
    Op op = op(code, socket);
    nextOffset += bytes.length + 64;
    MemorySegment.copy(bytes, 0, op.memory, ValueLayout.JAVA_BYTE, op.memoryOffset, bytes.length);
    op.length = bytes.length;
    op.flags = flags;
    return op;
  }

  /** Gives the memory of an operation that is over back. */
  void rewind(Op op) {
    nextOffset = op.memoryOffset;
  }

  Op sending(Resource socket, String text, int flags) {
    return sending(OpCode.SEND, socket, text.getBytes(StandardCharsets.UTF_8), flags);
  }

  Op send(Resource socket, String text) {
    return run(sending(socket, text, 0));
  }

  Op sendTo(Resource socket, String text, @Nullable Endpoint to) {
    Op op = sending(socket, text, 0);
    op.code = OpCode.SEND_MESSAGE;
    op.endpoint = to;
    return run(op);
  }

  Op receiving(OpCode code, Resource socket, int length, int flags) {
    Op op = op(code, socket);
    nextOffset += length + 64;
    op.length = length;
    op.flags = flags;
    return op;
  }

  Op receive(Resource socket, int length) {
    return run(receiving(OpCode.RECV, socket, length, 0));
  }

  Op receiveMessage(Resource socket, int length) {
    return run(receiving(OpCode.RECV_MESSAGE, socket, length, 0));
  }

  String text(Op op) {
    return new String(bytes(op), StandardCharsets.UTF_8);
  }

  byte[] bytes(Op op) {
    assertThat(op.result).as("error %s", op.error()).isNotNegative();
    int length = (int) Math.min(op.result, op.length);
    return op.memory.asSlice(op.memoryOffset, length).toArray(ValueLayout.JAVA_BYTE);
  }

  Op option(OpCode code, Resource socket, int option, long value) {
    Op op = op(code, socket);
    op.flags = option;
    op.offset = value;
    return run(op);
  }

  Op poll(Resource socket, int events) {
    Op op = op(OpCode.POLL, socket);
    op.length = events;
    return op;
  }

  Op shutdown(Resource socket, int directions) {
    Op op = op(OpCode.SHUTDOWN, socket);
    op.flags = directions;
    return run(op);
  }

  /** A listening socket of the loopback, and its port. */
  record Listener(Resource socket, int port) {}

  Listener listener() {
    Resource socket = stream();
    assertThat(bind(socket, loopback(0)).result).isZero();
    assertThat(listen(socket, 0).result).isZero();
    return new Listener(socket, name(socket).port());
  }

  /** Two sockets that are connected. */
  record Pair(Resource client, Resource server) {}

  Pair pair() {
    Listener listener = listener();
    Resource client = stream();
    assertThat(connect(client, loopback(listener.port())).result).isZero();
    Resource server = run(accepting(listener.socket())).socket();
    close(listener.socket());
    return new Pair(client, server);
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
