// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.AcceptFlags;
import dev.ringfence.abi.BufferRing;
import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.ProvidedBuffer;
import dev.ringfence.abi.ReceiveFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SendFlags;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallResult;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.kernel.NetworkPolicy;
import dev.ringfence.kernel.Quotas;
import dev.ringfence.user.Listener;
import dev.ringfence.user.Ring;
import dev.ringfence.user.Session;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A server on one raw ring: a multishot accept, a multishot receive for each connection, provided
 * buffers for all of them together. Every byte comes back, and nothing is left behind.
 *
 * <p>{@code -Dringfence.echo.connections=N} sets how many connections come one after the other,
 * {@code -Dringfence.echo.at.once=N} how many at once.
 */
@org.junit.jupiter.api.extension.ExtendWith(Balance.class)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EchoTest {

  private static final int ONE_AFTER_THE_OTHER =
      Integer.getInteger("ringfence.echo.connections", 20_000);
  private static final int AT_ONCE = Integer.getInteger("ringfence.echo.at.once", 2_000);

  private static final int BUFFERS = 256;
  private static final int BUFFER_BYTES = 2048;

  /** The high byte of a user_data says what the operation was. */
  private static final int KIND_SHIFT = 56;

  private static final long ACCEPT = 1L << KIND_SHIFT;
  private static final long RECEIVE = 2L << KIND_SHIFT;
  private static final long SEND = 3L << KIND_SHIFT;
  private static final long CLOSE = 4L << KIND_SHIFT;

  /** The program: everything that it does is in {@link #run}. */
  private static final class EchoServer {

    private final Ring ring;
    private final MemorySegment shared;
    private final long listener;
    private final long group;
    private final long memory;
    private final long[] peers = new long[16_384];
    private final List<Integer> free = new ArrayList<>();
    private int used;
    private int tail;
    private volatile boolean stopping;

    /** Buffers whose bytes are on their way back: how many are sent, of how many. */
    private final int[] lengths = new int[BUFFERS];

    private final int[] receivers = new int[BUFFERS];
    private final List<Integer> starved = new ArrayList<>();

    EchoServer(Domain domain, Session session, Listener listening) {
      this.ring =
          session.newRing(4096, 0) instanceof SyscallResult.Ok<Ring>(Ring made) ? made : null;
      this.shared = domain.sharedMemory();
      this.listener = listening.id();
      MemorySegment head = session.arena().allocate(BufferRing.sizeFor(BUFFERS));
      MemorySegment buffers = session.arena().allocate((long) BUFFERS * BUFFER_BYTES);
      this.group = head.address();
      this.memory = buffers.address();
    }

    private void provide(int id) {
      long base = group - shared.address();
      long entry =
          base + BufferRing.ENTRIES_OFFSET + (long) (tail & BUFFERS - 1) * ProvidedBuffer.SIZE;
      ProvidedBuffer.setAddr(shared, entry, memory + (long) id * BUFFER_BYTES);
      ProvidedBuffer.setLen(shared, entry, BUFFER_BYTES);
      ProvidedBuffer.setId(shared, entry, id);
      BufferRing.setTailRelease(shared, base, ++tail);
    }

    void run() {
      for (int id = 0; id < BUFFERS; id++) {
        provide(id);
      }
      push(OpCode.REGISTER_GROUP, 0, 0, 0, group, BUFFERS, 0, 0, 0);
      accept();
      while (!stopping) {
        ring.submitAndWait(1);
        ring.reap(this::completed, Integer.MAX_VALUE);
      }
    }

    private void push(
        OpCode code,
        int flags,
        int index,
        long capability,
        long addr,
        int len,
        long tag,
        long first,
        long second) {
      while (!ring.push(code.code(), flags, index, capability, addr, len, tag, first, second)) {
        ring.submit();
      }
    }

    private void accept() {
      push(
          OpCode.ACCEPT,
          0,
          0,
          listener,
          0,
          0,
          ACCEPT,
          (long) AcceptFlags.MULTISHOT << 32,
          Rights.NET_SEND | Rights.NET_RECV);
    }

    private void receive(int peer) {
      push(
          OpCode.RECV,
          SubmissionFlags.BUFFER_SELECT,
          0,
          peers[peer],
          0,
          0,
          RECEIVE | peer,
          0,
          ReceiveFlags.MULTISHOT);
    }

    private void completed(long tag, int result, int flags, long value) {
      int index = (int) tag;
      boolean more = (flags & CompletionFlags.MORE) != 0;
      if (tag == 0) {
        return;
      }
      switch ((int) (tag >>> KIND_SHIFT)) {
        case 1 -> accepted(result, value, more);
        case 2 -> received(index, result, flags, more);
        case 3 -> sent(index, result);
        case 4 -> free.add(index);
        default -> throw new AssertionError("not ours: " + tag);
      }
    }

    private void accepted(int result, long value, boolean more) {
      if (result >= 0) {
        int peer = free.isEmpty() ? used++ : free.removeLast();
        peers[peer] = value;
        receive(peer);
      }
      if (!more && !stopping) {
        accept();
      }
    }

    private void received(int peer, int result, int flags, boolean more) {
      if (result > 0) {
        int id = flags >>> CompletionFlags.BUFFER_SHIFT;
        lengths[id] = result;
        receivers[id] = more ? -1 : peer;
        push(
            OpCode.SEND,
            0,
            0,
            peers[peer],
            memory + (long) id * BUFFER_BYTES,
            result,
            SEND | id,
            0,
            SendFlags.WAIT_ALL);
      } else if (result == SyscallError.OUT_OF_MEMORY.result()) {
        starved.add(peer);
      } else {
        push(OpCode.CLOSE, 0, 0, peers[peer], 0, 0, CLOSE | peer, 0, 0);
      }
    }

    private void sent(int id, int result) {
      int peer = receivers[id];
      if (result >= 0) {
        assertThat(result).isEqualTo(lengths[id]);
      }
      provide(id);
      if (peer >= 0) {
        receive(peer);
      }
      if (!starved.isEmpty()) {
        receive(starved.removeLast());
      }
    }
  }

  /** A client of the host's. */
  private static void converse(int port, Random random) throws IOException {
    byte[] message = new byte[1 + random.nextInt(3 * BUFFER_BYTES)];
    random.nextBytes(message);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      echo(socket, message);
    }
  }

  private static void echo(Socket socket, byte[] message) throws IOException {
    socket.getOutputStream().write(message);
    socket.shutdownOutput();
    InputStream in = socket.getInputStream();
    assertThat(in.readNBytes(message.length)).isEqualTo(message);
    assertThat(in.read()).isEqualTo(-1);
  }

  /** What goes on while the server runs. */
  private interface Clients {
    void talk(int port) throws Exception;
  }

  private static void serve(String engine, Clients clients) throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Quotas quotas = Quotas.defaults().withCapabilitiesMax(16_384);
    try (Kernel kernel = Kernel.open(EngineChoice.choose(engine));
        Domain domain =
            kernel
                .domain("echo")
                .quotas(quotas)
                .network("net", NetworkPolicy.listen("127.0.0.1:0"), Rights.ALL)
                .open();
        Session session = Session.over(domain);
        Listener listener = session.network("net").listen(4096)) {
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      EchoServer server = new EchoServer(domain, session, listener);
      Thread thread =
          Thread.ofPlatform()
              .name("echo-server")
              .start(() -> {
                try {
                  server.run();
                } catch (RuntimeException | Error e) {
                  failure.set(e);
                }
              });
      try {
        clients.talk(port);
        assertThat(failure.get()).isNull();
      } finally {
        server.stopping = true;
        // one more connection, so that the server looks up and sees that it is to stop
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        thread.join();
      }
      assertThat(failure.get()).isNull();
    }
  }

  static java.util.stream.Stream<String> engines() {
    return Setting.engines();
  }

  @ParameterizedTest
  @MethodSource("engines")
  void connectionsOneAfterTheOtherAreServedAndForgotten(String engine) throws Exception {
    serve(
        engine,
        port -> {
          Random random = new Random(1);
          for (int i = 0; i < ONE_AFTER_THE_OTHER; i++) {
            converse(port, random);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("engines")
  void connectionsAtOnceAreServedWithAHandfulOfBuffers(String engine) throws Exception {
    serve(
        engine,
        port -> {
          List<Socket> sockets = new ArrayList<>();
          Random random = new Random(2);
          try {
            for (int i = 0; i < AT_ONCE; i++) {
              sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            for (Socket socket : sockets) {
              byte[] message = new byte[1 + random.nextInt(2 * BUFFER_BYTES)];
              random.nextBytes(message);
              echo(socket, message);
            }
          } finally {
            for (Socket socket : sockets) {
              socket.close();
            }
          }
        });
  }
}
