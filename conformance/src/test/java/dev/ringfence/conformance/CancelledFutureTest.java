// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.kernel.NetworkPolicy;
import dev.ringfence.user.Buffer;
import dev.ringfence.user.ChannelEnds;
import dev.ringfence.user.Event;
import dev.ringfence.user.Listener;
import dev.ringfence.user.Message;
import dev.ringfence.user.Session;
import dev.ringfence.user.StreamSocket;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Futures that take something and are cancelled at the moment when it comes: whoever was quicker,
 * what came is in the future or still to be had.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.ringfence.conformance.Setting#engines")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(Balance.class)
class CancelledFutureTest {

  private static final int ROUNDS = 300;

  @Parameter String engine;

  private Kernel kernel;
  private Domain domain;
  private Session session;

  @BeforeEach
  void openProgram() {
    kernel = Kernel.open(EngineChoice.choose(engine));
    domain =
        kernel
            .domain("futures")
            .quotas(Conformance.QUOTAS)
            .network("net", NetworkPolicy.listen("127.0.0.1:0"), Rights.ALL)
            .network("out", NetworkPolicy.connect("127.0.0.1:*"), Rights.ALL)
            .open();
    session = Session.over(domain);
  }

  @AfterEach
  void closeAll() {
    session.close();
    domain.close();
    kernel.close();
  }

  /** Lets the other side get ahead by more and more, so that the two meet somewhere. */
  private static void pause(int round) {
    for (int i = 0; i < round; i++) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aWaitThatIsCancelledBeforeAnythingCameTakesNothing() {
    try (Event event = session.newEvent(0)) {
      CompletableFuture<Long> waiting = event.awaitAsync();
      assertThat(waiting.cancel(true)).isTrue();
      assertThat(waiting).isCancelled();
      event.signal();
      assertThat(event.tryAwait()).hasValue(1);
    }
  }

  @Test
  void aFutureThatIsDoneIsNotCancelled() {
    try (Event event = session.newEvent(5)) {
      CompletableFuture<Long> done = event.awaitAsync();
      assertThat(done.join()).isEqualTo(5);
      assertThat(done.cancel(true)).isFalse();
      assertThat(done.join()).isEqualTo(5);
    }
  }

  @Test
  void noSignalIsLost() {
    try (Event event = session.newEvent(0)) {
      for (int round = 0; round < ROUNDS; round++) {
        CompletableFuture<Long> waiting = event.awaitAsync();
        pause(round);
        event.signal();
        if (waiting.cancel(true)) {
          assertThat(event.tryAwait()).hasValue(1);
        } else {
          assertThat(waiting.join()).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void noMessageIsLost() {
    try (ChannelEnds ends = session.newChannel()) {
      for (int round = 0; round < ROUNDS; round++) {
        CompletableFuture<Optional<Message>> waiting = ends.second().receiveAsync();
        pause(round);
        ends.first().sendText("round " + round);
        Message got = waiting.cancel(true) ? ends.second().receive() : waiting.join().orElseThrow();
        assertThat(Objects.requireNonNull(got).text()).isEqualTo("round " + round);
      }
    }
  }

  @Test
  void noConnectionIsLost() {
    try (Listener listener = session.network("net").listen()) {
      var address = Objects.requireNonNull(listener.localAddress());
      for (int round = 0; round < ROUNDS / 10; round++) {
        CompletableFuture<StreamSocket> waiting = listener.acceptAsync();
        try (StreamSocket client = session.network("out").connect(address);
            StreamSocket peer = waiting.cancel(true) ? listener.accept() : waiting.join()) {
          client.sendText("x");
          assertThat(peer.receive(new byte[1])).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void noByteOfASocketIsLost() {
    try (Listener listener = session.network("net").listen();
        StreamSocket client =
            session.network("out").connect(Objects.requireNonNull(listener.localAddress()));
        StreamSocket peer = listener.accept();
        Buffer buffer = session.buffers().acquire()) {
      for (int round = 0; round < ROUNDS; round++) {
        byte[] sent = String.valueOf((char) ('a' + round % 26)).getBytes(StandardCharsets.US_ASCII);
        CompletableFuture<Integer> waiting = peer.receiveAsync(buffer);
        pause(round);
        client.send(sent);
        int count = waiting.cancel(true) ? peer.receive(buffer) : waiting.join();
        assertThat(count).isEqualTo(1);
        assertThat(buffer.byteBuffer().get(0)).isEqualTo(sent[0]);
      }
    }
  }
}
