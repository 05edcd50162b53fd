// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringfence.abi.Rights;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.kernel.NetworkPolicy;
import dev.ringfence.user.AccessPattern;
import dev.ringfence.user.Buffer;
import dev.ringfence.user.BufferPool;
import dev.ringfence.user.ChannelEnds;
import dev.ringfence.user.Directory;
import dev.ringfence.user.File;
import dev.ringfence.user.Listener;
import dev.ringfence.user.OpenOptions;
import dev.ringfence.user.ReceivedSocket;
import dev.ringfence.user.Session;
import dev.ringfence.user.StreamSocket;
import dev.ringfence.user.Transfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What typed files, directories and sockets do beyond reading and writing. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.ringfence.conformance.Setting#engines")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(Balance.class)
class SessionFilesTest {

  private static final int PAGE = 4096;

  @Parameter String engine;

  @TempDir Path tree;

  private Kernel kernel;
  private Domain domain;
  private Session session;
  private Directory root;

  @BeforeEach
  void openProgram() {
    kernel = Kernel.open(EngineChoice.choose(engine));
    domain =
        kernel
            .domain("files")
            .quotas(Conformance.QUOTAS)
            .directory("root", tree, Rights.ALL)
            .network("net", NetworkPolicy.listen("127.0.0.1:0"), Rights.ALL)
            .network("out", NetworkPolicy.connect("127.0.0.1:*"), Rights.ALL)
            .open();
    session = Session.over(domain);
    root = session.directory("root");
  }

  @AfterEach
  void closeAll() {
    session.close();
    domain.close();
    kernel.close();
  }

  private File made(byte[] content) throws IOException {
    Files.write(tree.resolve("file"), content);
    long rights = Rights.READ | Rights.WRITE | Rights.TRUNCATE | Rights.STAT | Rights.CHMOD;
    return root.open("file", OpenOptions.rights(rights));
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  @Test
  void severalBuffersAreReadAndWrittenInTheirOrder() throws IOException {
    byte[] content = random(2 * PAGE + 100);
    try (File file = made(content);
        BufferPool pool = session.newPool(PAGE, 3);
        Buffer one = pool.acquire();
        Buffer two = pool.acquire();
        Buffer three = pool.acquire()) {
      assertThat(file.read(List.of(one, two, three), 0)).isEqualTo(content.length);
      byte[] read = new byte[content.length];
      for (int i = 0; i < 3; i++) {
        ByteBuffer view = List.of(one, two, three).get(i).byteBuffer();
        view.get(read, i * PAGE, Math.min(PAGE, content.length - i * PAGE));
      }
      assertThat(read).isEqualTo(content);
      assertThat(file.read(List.of(one), content.length)).isEqualTo(-1);
      file.write(List.of(two, one), 10);
      byte[] written = Files.readAllBytes(tree.resolve("file"));
      assertThat(Arrays.copyOfRange(written, 10, 10 + PAGE))
          .isEqualTo(Arrays.copyOfRange(content, PAGE, 2 * PAGE));
      assertThatThrownBy(() -> file.read(List.of(), 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aBufferThatWasClosedTakesNoPartAndFreesTheOthers() throws IOException {
    try (File file = made(random(PAGE));
        BufferPool pool = session.newPool(PAGE, 2)) {
      Buffer open = pool.acquire();
      Buffer closed = pool.acquire();
      closed.close();
      // twice: the refusal changes nothing about the closed one
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> file.read(List.of(open, closed), 0))
            .isInstanceOf(IllegalStateException.class);
      }
      open.close();
      assertThat(pool.available()).isEqualTo(2);
    }
  }

  @Test
  void aFileIsCopiedToAnotherOnesPlace() throws IOException {
    byte[] content = random(200_000);
    try (File file = made(content);
        File target = root.create("copy")) {
      assertThat(file.copyTo(target, 1000, 7, content.length)).isEqualTo(content.length - 1000);
    }
    byte[] copied = Files.readAllBytes(tree.resolve("copy"));
    assertThat(Arrays.copyOfRange(copied, 7, copied.length))
        .isEqualTo(Arrays.copyOfRange(content, 1000, content.length));
  }

  @Test
  void aHoleReadsAsZerosAndTheSizeStays() throws IOException {
    try (File file = made(random(4 * PAGE))) {
      file.punchHole(PAGE, PAGE);
      byte[] hole = new byte[PAGE];
      assertThat(file.read(hole, PAGE)).isEqualTo(PAGE);
      assertThat(hole).containsOnly(0);
      assertThat(file.size()).isEqualTo(4 * PAGE);
    }
  }

  @Test
  void allocatingMakesTheFileGrow() throws IOException {
    try (File file = made(random(10))) {
      file.allocate(0, 3 * PAGE);
      assertThat(file.size()).isEqualTo(3 * PAGE);
    }
  }

  @Test
  void adviceAndSyncOfARangeChangeNothing() throws IOException {
    byte[] content = random(PAGE);
    try (File file = made(content)) {
      for (AccessPattern pattern : AccessPattern.values()) {
        file.advise(0, 0, pattern);
      }
      file.syncRange(0, 0);
      assertThat(file.readAll(PAGE)).isEqualTo(content);
      assertThatThrownBy(() -> file.advise(-1, 0, AccessPattern.NORMAL))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void modeAndTimesAreSetOnAFileAndBeneathADirectory() throws IOException {
    // Whole: the virtual machine, which the portable engine stands on, takes what is before 1970
    // and
    // between two seconds for 1970.
    Instant modified = Instant.ofEpochSecond(-7);
    Instant accessed = Instant.ofEpochSecond(1_000_000_000, 1000);
    try (File file = made(random(1))) {
      file.setMode(0640);
      file.setModified(modified);
      file.setAccessed(accessed);
      assertThat(file.stat().mode()).isEqualTo(0640);
      assertThat(file.stat().modified()).isEqualTo(modified);
      assertThat(file.stat().accessed()).isEqualTo(accessed);
      assertThatThrownBy(() -> file.setModified(Instant.MAX))
          .isInstanceOf(IllegalArgumentException.class);
    }
    root.setMode("file", 0600);
    root.setModified("file", accessed);
    root.setAccessed("file", modified);
    assertThat(root.stat("file").mode()).isEqualTo(0600);
    assertThat(root.stat("file").modified()).isEqualTo(accessed);
    assertThat(root.stat("file").accessed()).isEqualTo(modified);
  }

  @Test
  void aFileGetsASecondName() throws IOException {
    made(random(5)).close();
    root.createDirectory("deep");
    root.link("file", "deep/other");
    try (Directory deep = root.openDirectory("deep")) {
      root.link("file", deep, "third");
    }
    assertThat(root.stat("file").links()).isEqualTo(3);
    assertThat(Files.readAllBytes(tree.resolve("deep/third"))).isEqualTo(random(5));
  }

  @Test
  void bytesSentWithoutACopyArriveThroughASocketThatWasHandedOn() {
    byte[] content = random(16 * PAGE);
    try (Listener listener = session.network("net").listen();
        ChannelEnds channel = session.newChannel();
        StreamSocket client =
            session.network("out").connect(Objects.requireNonNull(listener.localAddress()));
        BufferPool pool = session.newPool(content.length, 1);
        Buffer buffer = pool.acquire()) {
      channel.first().send(new byte[0], Transfer.move(listener.accept()));
      var handed = (ReceivedSocket) Objects.requireNonNull(channel.second().receive()).capability();
      try (StreamSocket peer = handed.asStream()) {
        assertThatThrownBy(handed::id).isInstanceOf(IllegalStateException.class);
        buffer.byteBuffer().put(content);
        var sending =
            session.async(() -> {
              client.sendZeroCopy(buffer, 0, content.length);
              return true;
            });
        byte[] received = new byte[content.length];
        ByteBuffer target = ByteBuffer.wrap(received);
        while (target.hasRemaining()) {
          assertThat(peer.receive(target)).isPositive();
        }
        assertThat(sending.join()).isTrue();
        assertThat(received).isEqualTo(content);
      }
    }
  }
}
