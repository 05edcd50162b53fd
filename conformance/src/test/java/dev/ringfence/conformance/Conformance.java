// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SetupFlags;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.DomainBuilder;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.kernel.Quotas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A subject of the suite: its tests run once in every {@link Setting} of this machine, each with a
 * kernel and a domain of its own.
 *
 * <p>The domain holds the directory {@link #tree} as {@link #root} and both ends of a pipe, with
 * all rights. Beside the tree lies a canary: whatever a test does, nothing outside the tree
 * changes.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.ringfence.conformance.Setting#available")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith({Tally.class, Balance.class})
abstract class Conformance {

  /** Everything in the default quotas, but less memory: each test has its own. */
  static final Quotas QUOTAS =
      Quotas.defaults().withArenaBytes(4L << 20).withMappedBytesMax(1L << 20);

  static final int ENTRIES = 16;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final String CANARY = "must not be seen, must not change";

  @Parameter Setting setting;

  @TempDir Path temporary;

  /** The directory that is granted. */
  Path tree;

  /** A directory beside it that is not. */
  Path outside;

  Kernel kernel;
  Domain domain;
  Client client;

  /** The capability of {@link #tree}. */
  long root;

  /** The capability of the pipe's end to read from. */
  long source;

  /** The capability of the pipe's end to write to. */
  long sink;

  private final List<Domain> others = new ArrayList<>();

  @BeforeEach
  final void openKernel() throws IOException {
    tree = Files.createDirectory(temporary.resolve("tree"));
    outside = Files.createDirectory(temporary.resolve("outside"));
    Files.writeString(outside.resolve("canary"), CANARY);
    kernel = setting.openKernel();
    domain = opened(quotas());
    client = Client.setUp(domain, ENTRIES, ringFlags());
    root = client.grant("root");
    source = client.grant("source");
    sink = client.grant("sink");
  }

  /** The quotas of the domain; subjects that want others say so here. */
  Quotas quotas() {
    return QUOTAS;
  }

  /** Opens a domain with the suite's grants. */
  final Domain opened(Quotas quotas) {
    Kernel.Pipe pipe = kernel.pipe();
    return opened(
        kernel
            .domain("conformance")
            .quotas(quotas)
            .directory("root", tree, Rights.ALL)
            .pipe("source", pipe.source(), Rights.ALL)
            .pipe("sink", pipe.sink(), Rights.ALL));
  }

  /** Opens a domain that ends with the test. */
  final Domain opened(DomainBuilder builder) {
    Domain opened = builder.open();
    others.add(opened);
    return opened;
  }

  /** Set-up flags for rings as this setting wants them. */
  final long ringFlags() {
    return setting.polled() ? SetupFlags.SQPOLL : 0;
  }

  @AfterEach
  final void closeKernel() throws IOException {
    List<Completion> stray = client == null ? List.of() : client.reap();
    others.forEach(Domain::close);
    if (kernel != null) {
      kernel.close();
    }
    assertThat(stray).as("completions that the test did not expect").isEmpty();
    assertThat(outside.resolve("canary")).hasContent(CANARY);
    try (Stream<Path> names = Files.list(outside)) {
      assertThat(names).as("what lies outside the tree").hasSize(1);
    }
  }

  // ---- vocabulary ------------------------------------------------------------------------------

  /** A file of the tree, made by the host. */
  final Path file(String name, String content) {
    return file(name, Requests.bytes(content));
  }

  final Path file(String name, byte[] content) {
    try {
      return Files.write(tree.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final Path directory(String name) {
    try {
      return Files.createDirectories(tree.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final Path link(String name, String text) {
    try {
      return Files.createSymbolicLink(tree.resolve(name), Path.of(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final String content(String name) {
    try {
      return Files.readString(tree.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A capability of a new file with this content and rights. */
  final long fileWith(String content, long rights) {
    file("file", content);
    return client.opened(root, "file", rights);
  }

  /** Fresh bytes of the arena. */
  final Range room(int length) {
    return client.memory().take(length);
  }

  final String text(Range range, int length) {
    return client.memory().text(range.first(length));
  }

  /** Waits for something that must come by itself, and fails clearly if it does not. */
  final void eventually(String what, BooleanSupplier holds) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never came true: " + what);
      }
      // on a busy machine the other side must get the processor
      Thread.yield();
    }
  }

  /** The two ids that PIPE_CREATE or CHANNEL_CREATE writes; it must succeed. */
  final long[] pair(OpCode code) {
    Range ids = room(2 * Long.BYTES);
    Completion made = client.run(Entry.of(code).range(ids));
    CompletionAssert.assertThat(made).succeededWith(0).isPlain();
    return new long[] {client.memory().word(ids), client.memory().word(ids.from(Long.BYTES))};
  }

  final long event(long counter) {
    return client.run(client.eventCreate(counter)).capability();
  }

  /** A domain with one end of a host's channel as {@code mail}; this one's end is told. */
  final Neighbour neighbour() {
    return neighbour(QUOTAS);
  }

  /** A neighbour, and a fresh domain of our own that holds the channel's other end. */
  final Neighbour neighbour(Quotas theirs) {
    Kernel.Channel channel = kernel.channel();
    Kernel.Pipe pipe = kernel.pipe();
    Domain here =
        opened(
            kernel
                .domain("here")
                .quotas(QUOTAS)
                .directory("root", tree, Rights.ALL)
                .pipe("source", pipe.source(), Rights.ALL)
                .pipe("sink", pipe.sink(), Rights.ALL)
                .channel("mail", channel.first(), Rights.ALL));
    Domain there =
        opened(kernel.domain("there").quotas(theirs).channel("mail", channel.second(), Rights.ALL));
    return new Neighbour(
        here,
        Client.setUp(here, ENTRIES, ringFlags()),
        there,
        Client.setUp(there, ENTRIES, ringFlags()));
  }

  /** Two domains with a channel between them. */
  record Neighbour(Domain here, Client near, Domain there, Client far) {

    /** The id of this side's end. */
    long nearMail() {
      return near.grant("mail");
    }

    /** The id of the other side's end. */
    long farMail() {
      return far.grant("mail");
    }
  }

  /** A READ of the empty pipe: in flight until something is written or it is cancelled. */
  final Entry pendingRead() {
    Entry read = client.read(source, room(64));
    client.submit(read);
    return read;
  }
}
