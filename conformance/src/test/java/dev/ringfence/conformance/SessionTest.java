// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.user.Capability;
import dev.ringfence.user.Channel;
import dev.ringfence.user.ChannelEnds;
import dev.ringfence.user.Directory;
import dev.ringfence.user.Event;
import dev.ringfence.user.File;
import dev.ringfence.user.Left;
import dev.ringfence.user.Limits;
import dev.ringfence.user.Message;
import dev.ringfence.user.OpaqueCapability;
import dev.ringfence.user.OpenOptions;
import dev.ringfence.user.PipeEnds;
import dev.ringfence.user.PipeSink;
import dev.ringfence.user.PipeSource;
import dev.ringfence.user.Session;
import dev.ringfence.user.Transfer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Two programs over typed sessions: what one hands to the other, and what it takes back. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.ringfence.conformance.Setting#engines")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(Balance.class)
class SessionTest {

  @Parameter String engine;

  @TempDir Path tree;

  private Kernel kernel;
  private Domain first;
  private Domain second;
  private Session here;
  private Session there;
  private Directory root;
  private Channel mine;
  private Channel theirs;

  @BeforeEach
  void openTwoPrograms() {
    kernel = Kernel.open(EngineChoice.choose(engine));
    Kernel.Channel channel = kernel.channel();
    first =
        kernel
            .domain("first")
            .quotas(Conformance.QUOTAS)
            .directory("root", tree, Rights.ALL)
            .channel("mail", channel.first(), Rights.ALL)
            .open();
    second =
        kernel
            .domain("second")
            .quotas(Conformance.QUOTAS)
            .channel("mail", channel.second(), Rights.ALL)
            .open();
    here = Session.over(first);
    there = Session.over(second);
    root = here.directory("root");
    mine = here.channel("mail");
    theirs = there.channel("mail");
  }

  @AfterEach
  void closeAll() {
    here.close();
    there.close();
    first.close();
    second.close();
    kernel.close();
  }

  private File opened(String content) throws IOException {
    Files.writeString(tree.resolve("file"), content);
    return root.open("file", OpenOptions.readingAndWriting().transferable());
  }

  private Message received() {
    Message message = theirs.receive();
    assertThat(message).isNotNull();
    return message;
  }

  private <T extends Capability> T arrived(Class<T> type) {
    return type.cast(received().capability());
  }

  private static void assertFails(ThrowingCallable call, SyscallError... errors) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SyscallException.class, e -> assertThat(e.error()).isIn(Arrays.asList(errors)));
  }

  private static void assertRevoked(ThrowingCallable call) {
    assertFails(call, SyscallError.CAPABILITY_REVOKED);
  }

  // ---- grants -----------------------------------------------------------------------------------

  @Test
  void aGrantOfAnotherTypeIsToldWithBothTypes() {
    assertThat(here.directory("root")).isSameAs(here.grant("root"));
    assertThatThrownBy(() -> here.file("root"))
        .isInstanceOfSatisfying(
            SyscallException.class,
            e -> assertThat(e.error()).isEqualTo(SyscallError.WRONG_CAPABILITY_TYPE))
        .hasMessage("the grant `root` is a directory, not a file");
    assertThatThrownBy(() -> here.sink("mail"))
        .hasMessage("the grant `mail` is a channel, not a stream to write to");
    assertThatThrownBy(() -> here.event("nothing"))
        .isInstanceOfSatisfying(
            SyscallException.class, e -> assertThat(e.error()).isEqualTo(SyscallError.NOT_FOUND))
        .hasMessageContaining("root, mail");
  }

  // ---- lending ---------------------------------------------------------------------------------

  @Test
  void aFileThatWasLentIsReadUntilItIsTakenBack() throws Exception {
    File own = opened("a secret for a while");
    mine.sendText("read this", Transfer.copy(own, Rights.READ));
    Message message = received();
    assertThat(message.text()).isEqualTo("read this");
    File lent = (File) message.capability();
    byte[] bytes = new byte[8];
    assertThat(lent.read(bytes, 2)).isEqualTo(8);
    assertThat(bytes).asString().isEqualTo("secret f");
    assertFails(() -> lent.write(bytes, 0), SyscallError.PERMISSION_DENIED);

    own.revoke();
    assertRevoked(() -> lent.read(bytes, 0));
    assertThat(lent.isLive()).isFalse();
  }

  @Test
  void whatWaitsThroughALentEndOfAPipeFailsWhenThatIsTakenBack() {
    try (PipeEnds pipe = here.newPipe()) {
      mine.send(new byte[0], Transfer.copy(pipe.source(), Rights.READ));
      PipeSource lent = arrived(PipeSource.class);
      CompletableFuture<Integer> pending = there.async(() -> lent.read(there.buffers().acquire()));
      // Something that was read proves that the other side is at work; the second read waits.
      pipe.sink().print("x");
      assertThat(pending.join()).isEqualTo(1);
      CompletableFuture<Integer> second = there.async(() -> lent.read(there.buffers().acquire()));
      pipe.source().revoke();
      assertThatThrownBy(second::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              SyscallException.class,
              e -> assertThat(e.error()).isEqualTo(SyscallError.CAPABILITY_REVOKED));
      assertRevoked(() -> lent.read(new byte[1]));
    }
  }

  @Test
  void whatWasMovedIsGoneHereAndWorksThere() throws IOException {
    File own = opened("moved");
    mine.send(new byte[0], Transfer.move(own, Rights.READ));
    assertThatThrownBy(() -> own.read(new byte[1], 0)).isInstanceOf(IllegalStateException.class);
    assertThat(arrived(File.class).readText(100)).isEqualTo("moved");
  }

  @Test
  void aMessageThatCannotBeSentMovesNothing() throws IOException {
    File own = opened("kept");
    theirs.close();
    assertFails(() -> mine.send(new byte[0], Transfer.move(own)), SyscallError.BROKEN_PIPE);
    assertThat(own.readText(100)).isEqualTo("kept");
  }

  @Test
  void whatLacksTransferIsNamedAndNotSent() throws IOException {
    Files.writeString(tree.resolve("plain"), "");
    File plain = root.open("plain");
    assertThatThrownBy(() -> mine.send(new byte[0], Transfer.copy(plain)))
        .isInstanceOf(SyscallException.class)
        .hasMessageContaining("root/plain")
        .hasMessageContaining("TRANSFER");
    assertFails(
        () -> mine.send(new byte[0], Transfer.copy(opened(""), Rights.CHMOD)),
        SyscallError.PERMISSION_DENIED);
  }

  @Test
  void whatIsMissingFromAReceivedCapabilityIsToldAsTheSendersMatter() throws IOException {
    mine.send(new byte[0], Transfer.copy(opened("x"), Rights.READ));
    File lent = arrived(File.class);
    assertThatThrownBy(() -> lent.truncate(0))
        .hasMessageContaining("the received capability `mail #0` has no TRUNCATE right")
        .hasMessageContaining("whoever sent it");
  }

  @Test
  void capabilitiesArriveWithTheirTypesInTheirOrder() throws IOException {
    try (PipeEnds pipe = here.newPipe();
        Event event = here.newEvent(3);
        ChannelEnds ends = here.newChannel()) {
      mine.sendText(
          "all",
          Transfer.copy(opened("f")),
          Transfer.copy(root),
          Transfer.copy(pipe.source()),
          Transfer.copy(pipe.sink()),
          Transfer.copy(event),
          Transfer.move(ends.second()));
      try (Message message = received()) {
        assertThat(message.text()).isEqualTo("all");
        assertThat(message.capabilities())
            .hasExactlyElementsOfTypes(
                File.class,
                Directory.class,
                PipeSource.class,
                PipeSink.class,
                Event.class,
                Channel.class);
        assertThat(((Event) message.capabilities().get(4)).await()).isEqualTo(3);
        ((Channel) message.capabilities().get(5)).sendText("back");
        assertThat(ends.first().receive()).hasToString("a message of 4 bytes and []");
      }
    }
  }

  @Test
  void whatIsRevokedOnTheWayKeepsItsPlaceAndIsNotLive() throws IOException {
    File own = opened("x");
    try (Event event = here.newEvent(1)) {
      mine.send(new byte[0], Transfer.copy(own), Transfer.copy(event));
      own.revoke();
      Message message = received();
      assertThat(message.capabilities()).hasSize(2);
      assertThat(message.capabilities().get(0))
          .isInstanceOfSatisfying(
              OpaqueCapability.class,
              gone -> {
                assertThat(gone.type()).isNull();
                assertThat(gone.isLive()).isFalse();
                gone.close();
              });
      assertThat(((Event) message.capabilities().get(1)).await()).isEqualTo(1);
    }
  }

  // ---- messages --------------------------------------------------------------------------------

  @Test
  void messagesOfEverySizeArriveWhole() {
    for (int size : new int[] {0, 1, 320, 321, 4096, Channel.BYTES_MAX}) {
      byte[] sent = new byte[size];
      new Random(size).nextBytes(sent);
      mine.send(sent);
      assertThat(received().bytes()).as("of %d bytes", size).isEqualTo(sent);
    }
    assertThatThrownBy(() -> mine.send(new byte[Channel.BYTES_MAX + 1]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aMessageCarriesSixteenCapabilitiesAndShortBytesTogether() {
    long before = there.allowance().capabilities();
    try (Event event = here.newEvent(0)) {
      Transfer[] all = new Transfer[Channel.CAPABILITIES_MAX];
      Arrays.fill(all, Transfer.copy(event));
      mine.sendText("sixteen", all);
      try (Message message = received()) {
        assertThat(message.text()).isEqualTo("sixteen");
        assertThat(message.capabilities()).hasSize(16).allMatch(Capability::isLive);
        assertThat(there.allowance().capabilities()).isEqualTo(before - 16);
      }
    }
    assertThat(there.allowance().capabilities()).as("the message was closed").isEqualTo(before);
  }

  @Test
  void aBuffersPartIsSentAsItIs() {
    try (var buffer = here.buffers().acquire()) {
      buffer.byteBuffer().put("..hello..".getBytes(StandardCharsets.UTF_8));
      mine.send(buffer, 2, 5);
    }
    assertThat(received().text()).isEqualTo("hello");
  }

  @Test
  void theEndOfAChannelIsToldAfterItsLastMessage() {
    mine.sendText("last");
    mine.close();
    assertThat(received().text()).isEqualTo("last");
    assertThat(theirs.receive()).isNull();
    assertThat(theirs.receiveAsync().join()).isEqualTo(Optional.empty());
  }

  @Test
  void aReceiverThatWaitedGetsTheMessage() {
    CompletableFuture<Optional<Message>> waiting = theirs.receiveAsync();
    mine.sendText("at last");
    assertThat(waiting.join().orElseThrow().text()).isEqualTo("at last");
  }

  // ---- events and pipes ------------------------------------------------------------------------

  @Test
  void anEventCountsAndIsTakenWholeOrByOne() {
    try (Event event = here.newEvent(0)) {
      CompletableFuture<Long> waiting = event.awaitAsync();
      event.signal(5);
      assertThat(waiting.join()).isEqualTo(5);
      event.signal(2);
      event.signal();
      event.awaitOne();
      assertThat(event.await()).isEqualTo(2);
      event.signal(Long.MAX_VALUE);
      assertFails(event::signal, SyscallError.WOULD_BLOCK);
      assertThatThrownBy(() -> event.signal(0)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void whoDoesNotWaitForAnEventIsToldThatThereIsNothing() {
    try (Event event = here.newEvent(3)) {
      assertThat(event.tryAwaitOne()).isTrue();
      assertThat(event.tryAwait()).hasValue(2);
      assertThat(event.tryAwait()).isEmpty();
      assertThat(event.tryAwaitOne()).isFalse();
      assertFails(() -> event.dup(Rights.WRITE).tryAwait(), SyscallError.PERMISSION_DENIED);
    }
  }

  @Test
  void aNewPipeCarriesBytesToItsEnd() {
    try (PipeEnds pipe = here.newPipe()) {
      pipe.sink().print("through");
      byte[] bytes = new byte[20];
      assertThat(pipe.source().read(bytes)).isEqualTo(7);
      pipe.sink().close();
      assertThat(pipe.source().read(bytes)).isEqualTo(-1);
    }
  }

  // ---- limits ----------------------------------------------------------------------------------

  @Test
  void aTotalOfBytesIsUsedUpByReading() throws IOException {
    File limited = opened("0123456789").derive(Rights.READ, Limits.none().bytes(6).operations(50));
    byte[] four = new byte[4];
    assertThat(limited.read(four, 0)).isEqualTo(4);
    assertThat(limited.left()).isEqualTo(new Left(null, OptionalLong.of(2), OptionalLong.of(49)));
    assertFails(() -> limited.read(four, 0), SyscallError.QUOTA_EXCEEDED);
  }

  @Test
  void limitsOfADirectoryHoldForWhatIsOpenedInIt() throws IOException {
    Files.writeString(tree.resolve("file"), "x");
    Directory limited = root.derive(Rights.READ_ONLY, Limits.none().operations(2));
    File file = limited.open("file");
    assertThat(file.read(new byte[1], 0)).isEqualTo(1);
    assertFails(() -> file.read(new byte[1], 0), SyscallError.QUOTA_EXCEEDED);
  }

  @Test
  void aLimitOfTimeIsToldAndWhatHasNoLimitsSaysSo() throws IOException {
    File own = opened("x");
    assertThat(own.left()).isEqualTo(new Left(null, OptionalLong.empty(), OptionalLong.empty()));
    Duration hour = Duration.ofHours(1);
    Left left = own.derive(Rights.READ, Limits.none().within(hour)).left();
    assertThat(left.time()).isPositive().isLessThanOrEqualTo(hour);
    Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
    assertThat(own.derive(Rights.READ, Limits.none().within(forever)).left().time())
        .isGreaterThan(Duration.ofDays(36_500));
  }

  /** On a busy machine the time may pass before the kernel sees it: then a longer one. */
  private static File brief(File own) {
    for (int millis = 1; ; millis *= 2) {
      try {
        return own.derive(Rights.READ, Limits.none().within(Duration.ofMillis(millis)));
      } catch (SyscallException e) {
        assertThat(e.error()).isEqualTo(SyscallError.TIMEOUT);
      }
    }
  }

  @Test
  void aCapabilityEndsWithItsTime() throws IOException {
    File brief = brief(opened("x"));
    while (brief.isLive()) {
      Thread.onSpinWait();
    }
    assertRevoked(() -> brief.read(new byte[1], 0));
  }

  @Test
  void delayWithoutARateIsRefused() throws IOException {
    File own = opened("x");
    assertFails(
        () -> own.derive(Rights.READ, Limits.none().delaying()), SyscallError.INVALID_ARGUMENT);
    File slow = own.derive(Rights.READ, Limits.none().bytesEachSecond(1 << 20).delaying());
    assertThat(slow.read(new byte[1], 0)).isEqualTo(1);
    assertThatThrownBy(() -> Limits.none().bytes(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Limits.none().within(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
