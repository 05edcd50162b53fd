// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SetupFlags;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.DomainBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * The host's limit of descriptors is reached: whatever needs one is refused with {@code
 * TooManyOpen}, holds nothing, and succeeds when there are enough.
 */
class DescriptorLimitTest extends SocketConformance {

  /** More than any one operation needs. */
  private static final int ENOUGH = 16;

  /**
   * What came of one attempt with each number of free descriptors.
   *
   * @param refusals the results before the last
   * @param last the one that succeeded, if any did
   * @param held how many descriptors more than before are open after each refusal
   */
  private record Attempts(List<Long> refusals, long last, List<Integer> held) {

    Attempts refusedUntilItSucceeded() {
      assertThat(refusals)
          .allSatisfy(each -> assertThat(each).isEqualTo(SyscallError.TOO_MANY_OPEN.result()));
      assertThat(held).allSatisfy(each -> assertThat(each).isZero());
      assertThat(last).isNotNegative();
      return this;
    }
  }

  /** Tries with no free descriptor, then with one, and so on until it succeeds. */
  private static Attempts attempts(LongSupplier attempt) throws Exception {
    List<Long> refusals = new ArrayList<>();
    List<Integer> held = new ArrayList<>();
    long last = SyscallError.TOO_MANY_OPEN.result();
    int before = DescriptorLimit.open();
    try (DescriptorLimit limit = DescriptorLimit.reached()) {
      for (int free = 0; free < ENOUGH && last < 0; free++) {
        limit.leave(free);
        last = attempt.getAsLong();
        if (last < 0) {
          refusals.add(last);
          held.add(DescriptorLimit.open() - before);
        }
      }
    }
    return new Attempts(refusals, last, held);
  }

  /**
   * An operation that makes a capability is refused; then it succeeds, and the rest is as before.
   */
  private void refusedAndThenOpened(Supplier<Entry> entry) throws Exception {
    client.run(client.close(client.run(entry.get()).capability()));
    int before = DescriptorLimit.open();
    long[] made = {0};
    Attempts attempts =
        attempts(() -> {
          Completion done = client.run(entry.get());
          made[0] = done.reserved();
          return done.result();
        });
    attempts.refusedUntilItSucceeded();
    assertThat(attempts.refusals()).isNotEmpty();
    assertThat(client.run(client.close(made[0]))).succeededWith(0);
    assertThat(DescriptorLimit.open()).isEqualTo(before);
    assertThat(client.pending()).isZero();
  }

  private InetSocketAddress address(Server server) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port(server.address()));
  }

  private static SocketChannel peer(InetSocketAddress address, String text) throws Exception {
    SocketChannel peer = SocketChannel.open(address);
    peer.write(ByteBuffer.wrap(Requests.bytes(text)));
    return peer;
  }

  private String received(long socket) {
    Range into = space(16);
    return got(into, program.run(receive(socket, into)));
  }

  // ---- files -----------------------------------------------------------------------------------

  @Test
  void anOpenIsRefusedAndHoldsNothing() throws Exception {
    directory("inner");
    file("inner/file", "content");
    refusedAndThenOpened(() -> client.open(root, "inner/file", Rights.READ));
    refusedAndThenOpened(() -> client.open(root, "inner", Rights.READDIR));
    assertThat(content("inner/file")).isEqualTo("content");
  }

  @Test
  void anOpenThatMakesIsRefusedAndHoldsNothing() throws Exception {
    directory("inner");
    refusedAndThenOpened(
        () -> client.open(root, "inner/new", OpenFlags.CREATE, Rights.READ | Rights.WRITE));
    assertThat(content("inner/new")).isEmpty();
  }

  @Test
  void whatNeedsADescriptorForAMomentIsRefusedAndThenDone() throws Exception {
    directory("inner");
    file("inner/file", "content");
    attempts(() -> client.run(client.stat(root, "inner/file", room(256))).result())
        .refusedUntilItSucceeded();
    attempts(() -> client.run(client.makeDirectory(root, "inner/made")).result())
        .refusedUntilItSucceeded();
    attempts(() -> client.run(client.rename(root, "inner/file", "inner/moved")).result())
        .refusedUntilItSucceeded();
    attempts(() -> client.run(client.remove(root, "inner/moved")).result())
        .refusedUntilItSucceeded();
    assertThat(tree.resolve("inner")).isDirectoryContaining("glob:**/made");
    assertThat(tree.resolve("inner/moved")).doesNotExist();
  }

  // ---- sockets ---------------------------------------------------------------------------------

  @Test
  void aSocketIsRefusedAndHoldsNothing() throws Exception {
    for (int kind : new int[] {SocketKind.STREAM, SocketKind.DATAGRAM}) {
      Entry create = create(network, Family.IPV4.code, kind, socketRights());
      program.run(program.close(program.run(create).capability()));
      int before = DescriptorLimit.open();
      long[] made = {0};
      Attempts attempts =
          attempts(() -> {
            Completion done = program.run(create(network, Family.IPV4.code, kind, socketRights()));
            made[0] = done.reserved();
            return done.result();
          });
      assertThat(attempts.refusedUntilItSucceeded().refusals()).isNotEmpty();
      assertThat(program.run(program.close(made[0]))).succeededWith(0);
      assertThat(DescriptorLimit.open()).isEqualTo(before);
    }
  }

  @Test
  void anAcceptIsRefusedAndTheConnectionWaits() throws Exception {
    Server server = server(Family.IPV4);
    try (SocketChannel peer = peer(address(server), "waited")) {
      assertThat(peer.isConnected()).isTrue();
      long[] made = {0};
      Attempts attempts =
          attempts(() -> {
            Completion done = program.run(accept(server.socket()));
            made[0] = done.reserved();
            return done.result();
          });
      assertThat(attempts.refusedUntilItSucceeded().refusals()).isNotEmpty();
      assertThat(received(made[0])).isEqualTo("waited");
      assertThat(program.run(program.close(made[0]))).succeededWith(0);
    }
  }

  @Test
  void aMultishotAcceptEndsAtTheLimitAndTheConnectionsWait() throws Exception {
    Server server = server(Family.IPV4);
    Completion first;
    Completion refused;
    Completion second;
    try (SocketChannel one = peer(address(server), "1");
        SocketChannel other = peer(address(server), "2")) {
      assertThat(one.isConnected() && other.isConnected()).isTrue();
      try (DescriptorLimit limit = DescriptorLimit.reached()) {
        limit.leave(1);
        Entry acceptAll = acceptAll(server.socket());
        program.submit(acceptAll);
        first = program.await(acceptAll);
        refused = program.await(acceptAll);
        limit.leave(1);
        second = program.run(accept(server.socket()));
      }
      assertThat(goesOn(first)).isTrue();
      assertThat(refused).failedWith(SyscallError.TOO_MANY_OPEN);
      assertThat(received(first.reserved())).isEqualTo("1");
      assertThat(received(second.capability())).isEqualTo("2");
      assertThat(program.pending()).isZero();
    }
  }

  // ---- pipes and objects of the kernel's -------------------------------------------------------

  @Test
  void aPipeIsRefusedAndHoldsNothing() throws Exception {
    pair(OpCode.PIPE_CREATE);
    int before = DescriptorLimit.open();
    Range ids = room(2 * Long.BYTES);
    Attempts attempts =
        attempts(() -> client.run(Entry.of(OpCode.PIPE_CREATE).range(ids)).result());
    assertThat(attempts.refusedUntilItSucceeded().refusals()).hasSize(2);
    long from = client.memory().word(ids);
    long to = client.memory().word(ids.from(Long.BYTES));
    assertThat(client.run(client.write(to, "through"))).succeededWith(7);
    assertThat(client.run(client.read(from, room(16)))).succeededWith(7);
    assertThat(client.run(client.close(from))).succeededWith(0);
    assertThat(client.run(client.close(to))).succeededWith(0);
    assertThat(DescriptorLimit.open()).isEqualTo(before);
  }

  @Test
  void whatNeedsNoDescriptorWorksAtTheLimit() throws Exception {
    long file = fileWith("content", Rights.READ | Rights.WRITE);
    Range into = room(16);
    Range ids = room(2 * Long.BYTES);
    List<Completion> done = new ArrayList<>();
    int before = DescriptorLimit.open();
    try (DescriptorLimit limit = DescriptorLimit.reached()) {
      done.add(client.run(client.eventCreate(1)));
      done.add(client.run(client.awaitEvent(done.getLast().reserved())));
      done.add(client.run(Entry.of(OpCode.CHANNEL_CREATE).range(ids)));
      done.add(client.run(client.read(file, into)));
      done.add(client.run(client.write(file, "written")));
      done.add(client.run(client.write(sink, "piped")));
      done.add(client.run(client.read(source, into)));
      limit.leave(0);
    }
    assertThat(done).allSatisfy(each -> assertThat(each).succeeded());
    assertThat(client.memory().text(into.first(5))).isEqualTo("piped");
    assertThat(content("file")).isEqualTo("written");
    assertThat(DescriptorLimit.open()).isEqualTo(before);
  }

  /** Where waiting itself takes a descriptor, the first to wait may be refused; none is lost. */
  @Test
  void aReadThatWaitsAtTheLimitIsServedOrRefused() throws Exception {
    Completion waited;
    Range into = room(16);
    try (DescriptorLimit limit = DescriptorLimit.reached()) {
      Entry read = client.read(source, into);
      client.begin(read);
      limit.leave(0);
      client.run(client.write(sink, "x"));
      waited = client.await(read);
    }
    if (waited.result() < 0) {
      assertThat(waited).failedWith(SyscallError.TOO_MANY_OPEN);
      assertThat(client.run(client.read(source, into))).succeededWith(1);
    } else {
      assertThat(waited).succeededWith(1);
    }
    Entry again = client.read(source, into);
    client.begin(again);
    assertThat(client.run(client.write(sink, "again"))).succeededWith(5);
    assertThat(client.await(again)).succeededWith(5);
  }

  // ---- rings and domains -----------------------------------------------------------------------

  @Test
  void aRingIsRefusedAndThenSetUp() throws Exception {
    attempts(() -> Client.setup(domain, ENTRIES, ringFlags())).refusedUntilItSucceeded();
    assertThat(client.run(client.nop(7))).succeededWith(7);
  }

  @Test
  void theFirstPolledRingIsRefusedAndThenSetUp() throws Exception {
    Domain fresh = opened(kernel.domain("fresh").quotas(QUOTAS));
    attempts(() -> Client.setup(fresh, ENTRIES, SetupFlags.SQPOLL)).refusedUntilItSucceeded();
    Client polled = Client.setUp(fresh, ENTRIES, SetupFlags.SQPOLL);
    assertThat(polled.run(polled.nop(7))).succeededWith(7);
  }

  @Test
  void aGrantIsRefusedAndTheDomainHoldsNothing() throws Exception {
    file("file", "content");
    DomainBuilder granted =
        kernel
            .domain("granted")
            .quotas(QUOTAS)
            .directory("root", tree, Rights.ALL)
            .file("file", tree.resolve("file"), Rights.READ);
    granted.open().close();
    int before = DescriptorLimit.open();
    Attempts attempts =
        attempts(() -> {
          try {
            granted.open().close();
            return 0;
          } catch (SyscallException e) {
            return e.error().result();
          }
        });
    assertThat(attempts.refusedUntilItSucceeded().refusals()).isNotEmpty();
    assertThat(DescriptorLimit.open()).isEqualTo(before);
  }
}
