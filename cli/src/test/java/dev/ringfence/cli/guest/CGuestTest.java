// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.guest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.NetworkPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the C library and its examples do, against the real kernel. */
class CGuestTest extends GuestTest {

  @Override
  Path build(Path place, String source) {
    return GuestBuilds.library(place, source);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "sqpoll"})
  void theRingTheArenaAndTheCallsDoWhatTheyPromise(String mode) throws Exception {
    Files.writeString(in.resolve("file"), "12345");
    int status = run("tests/check.c", mode);
    assertThat(text("stderr")).isEmpty();
    assertThat(status).isZero();
    assertThat(text("stdout")).isEqualTo("all holds\n");
  }

  @Test
  void catWritesWhatItIsGivenOneAfterTheOther() throws Exception {
    byte[] large = file(in.resolve("large"), 200_001);
    Files.createDirectory(in.resolve("below"));
    Files.writeString(in.resolve("below/small"), "small");
    Files.createFile(in.resolve("empty"));
    assertThat(run("examples/cat.c", "in/large", "in/empty", "in/below/small")).isZero();
    byte[] said = said("stdout");
    assertThat(said).hasSize(large.length + 5).startsWith(large);
    assertThat(said).endsWith("small".getBytes(UTF_8));
  }

  @Test
  void catTellsWhatItCannotReadAndGoesOn() throws Exception {
    Files.writeString(in.resolve("small"), "small");
    assertThat(
            run(
                "examples/cat.c",
                "in/nothing",
                "other/x",
                "in",
                "in/../stdout",
                "stderr",
                "in/small"))
        .isEqualTo(1);
    assertThat(text("stdout")).isEqualTo("small");
    assertThat(text("stderr"))
        .isEqualTo(
            """
            cat: in/nothing: NotFound
            cat: other/x: NotFound
            cat: in: InvalidArgument
            cat: in/../stdout: PermissionDenied
            cat: stderr: PermissionDenied
            """);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 8 * 65_536, 3_000_001})
  void cpCopiesFilesOfAnySize(int size) throws Exception {
    byte[] content = file(in.resolve("from"), size);
    Files.writeString(out.resolve("to"), "what was there before");
    assertThat(run("examples/cp.c", "in/from", "out/to")).isZero();
    assertThat(out.resolve("to")).hasBinaryContent(content);
    assertThat(text("stderr")).isEmpty();
  }

  @Test
  void cpTellsWhichOfTheTwoIsAtFault() throws Exception {
    file(in.resolve("from"), 10);
    assertThat(run("examples/cp.c", "in/none", "out/to")).isEqualTo(1);
    assertThat(text("stderr")).isEqualTo("cp: in/none: NotFound\n");
    assertThat(run("examples/cp.c", "in/from", "in/to")).isEqualTo(1);
    assertThat(text("stderr")).isEqualTo("cp: in/to: PermissionDenied\n");
    assertThat(run("examples/cp.c", "in/from")).isEqualTo(2);
    assertThat(text("stderr")).isEqualTo("usage: cp FROM TO\n");
  }

  @Test
  void echoSendsBackWhatManyPeersSend() throws Exception {
    clearStreams();
    NetworkPolicy policy = NetworkPolicy.parse("tcp-listen:127.0.0.1:0");
    try (Domain domain = domain().network("net", policy, Rights.SOCKET_SERVER).open();
        GuestInside guest = inside("examples/echo.c", domain)) {
      CompletableFuture<Integer> status =
          CompletableFuture.supplyAsync(
              () -> guest.run("net", "3"), task -> Thread.ofPlatform().start(task));
      guest.awaitRing();
      int port = Integer.parseInt(text("stdout").replaceAll("\\D", ""));
      List<Socket> peers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        peers.add(new Socket(InetAddress.getLoopbackAddress(), port));
      }
      byte[] message = new byte[100_000];
      new Random(1).nextBytes(message);
      for (int round = 0; round < 3; round++) {
        for (Socket peer : peers) {
          CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(peer, message));
          assertThat(peer.getInputStream().readNBytes(message.length)).isEqualTo(message);
          sent.join();
        }
      }
      for (Socket peer : peers) {
        peer.close();
      }
      assertThat(status.get()).isZero();
    }
    assertThat(text("stderr")).isEmpty();
  }

  private static void send(Socket peer, byte[] message) {
    try {
      peer.getOutputStream().write(message);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void echoTellsWhatWasNotGranted() throws Exception {
    assertThat(run("examples/echo.c", "net")).isEqualTo(1);
    assertThat(text("stderr")).isEqualTo("echo: net: InvalidHandle\n");
  }
}
