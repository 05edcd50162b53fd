// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityReceived;
import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SystemCall;
import dev.ringfence.abi.TransferFlags;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Random histories of duplicating, opening, sending, closing and revoking over three domains, side
 * by side with {@link DerivationModel}.
 *
 * <p>A failure names its seed: {@code -Dringfence.seed=…} replays that history alone. {@code
 * -Dringfence.histories=…} sets how many there are.
 */
class DerivationHistoryTest {

  private static final int DOMAINS = 3;
  private static final int STEPS_MAX = 24;
  private static final int SCRATCH = 4096;
  private static final int HISTORIES = Integer.getInteger("ringfence.histories", 100_000);
  private static final long[] SOME_RIGHTS = {
    Rights.READ, Rights.WRITE, Rights.DUP, Rights.TRANSFER, Rights.STAT, Rights.READDIR
  };

  private final ModelEngine engine = new ModelEngine();
  private final List<Program> programs = new ArrayList<>();
  private Kernel kernel;

  private SplittableRandom random;
  private DerivationModel model;
  private List<ArrayDeque<DerivationModel.Node>> mail;

  @BeforeEach
  void openKernel() {
    kernel = Kernel.on(engine, KernelOptions.defaults());
    List<DomainBuilder> builders = new ArrayList<>();
    for (int i = 0; i < DOMAINS; i++) {
      Quotas quotas =
          Quotas.defaults()
              .withCapabilitiesMax(256)
              .withArenaBytes(4 * SCRATCH)
              .withMappedBytesMax(0);
      builders.add(
          kernel.domain("d" + i).quotas(quotas).directory("root", Path.of("anywhere"), Rights.ALL));
    }
    for (int from = 0; from < DOMAINS; from++) {
      for (int to = 0; to < DOMAINS; to++) {
        if (from != to) {
          Kernel.Channel channel = kernel.channel();
          builders.get(from).channel("to" + to, channel.first(), Rights.ALL);
          builders.get(to).channel("from" + from, channel.second(), Rights.ALL);
        }
      }
    }
    builders.forEach(each -> programs.add(new Program(each.open())));
  }

  @AfterEach
  void closeKernel() {
    kernel.close();
    assertThat(engine.open).hasValue(0);
  }

  @Test
  void everyHistoryIsAsTheModelSays() {
    Long replayed = Long.getLong("ringfence.seed");
    long first = replayed != null ? replayed : new Random().nextLong();
    int count = replayed != null ? 1 : HISTORIES;
    for (int i = 0; i < count; i++) {
      long seed = first + i;
      try {
        history(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("replay with -Dringfence.seed=" + seed, e);
      }
    }
  }

  private void history(long seed) {
    random = new SplittableRandom(seed);
    model = new DerivationModel();
    mail = new ArrayList<>();
    for (int i = 0; i < DOMAINS * DOMAINS; i++) {
      mail.add(new ArrayDeque<>());
    }
    int before = engine.open.get();
    long[] left = new long[DOMAINS];
    for (int i = 0; i < DOMAINS; i++) {
      left[i] = capabilitiesLeft(programs.get(i));
      long base =
          programs
              .get(i)
              .call(
                  SystemCall.CAPABILITY_DUP,
                  programs.get(i).grant("root"),
                  Rights.ALL & CapabilityType.DIRECTORY.applicableRights());
      model.add(true, CapabilityType.DIRECTORY.applicableRights(), i, base, null);
    }
    int steps = 1 + random.nextInt(STEPS_MAX);
    for (int i = 0; i < steps; i++) {
      step();
    }
    model.nodes.forEach(this::compare);
    tidy();
    assertThat(engine.open.get()).as("open resources").isEqualTo(before);
    for (int i = 0; i < DOMAINS; i++) {
      assertThat(capabilitiesLeft(programs.get(i))).as("free slots").isEqualTo(left[i]);
    }
  }

  // ---- steps -----------------------------------------------------------------------------------

  private void step() {
    int kind = random.nextInt(10);
    if (kind == 9) {
      receive(random.nextInt(DOMAINS), random.nextInt(DOMAINS));
      return;
    }
    DerivationModel.Node node = model.nodes.get(random.nextInt(model.nodes.size()));
    if (node.holder == DerivationModel.NOBODY) {
      return;
    }
    switch (kind) {
      case 0, 1, 2 -> dup(node);
      case 3 -> open(node);
      case 4, 5 -> send(node, false);
      case 6 -> send(node, true);
      case 7 -> close(node);
      default -> revoke(node);
    }
    compare(model.nodes.get(random.nextInt(model.nodes.size())));
  }

  /** Most often a part of what is there, now and then more. */
  private long someRights(DerivationModel.Node node) {
    long rights = 0;
    for (long each : SOME_RIGHTS) {
      rights |= random.nextInt(4) != 0 ? each : 0;
    }
    return random.nextInt(8) == 0 ? rights : rights & node.rights;
  }

  private void dup(DerivationModel.Node node) {
    long rights = someRights(node);
    int expected = DerivationModel.life(node);
    boolean allowed = (node.rights & Rights.DUP) != 0 && Rights.includes(node.rights, rights);
    expected = expected == 0 && !allowed ? SyscallError.PERMISSION_DENIED.result() : expected;
    long made = programs.get(node.holder).call(SystemCall.CAPABILITY_DUP, node.id, rights);
    if (expected == 0) {
      assertThat(made).as("dup").isPositive();
      model.add(node.directory, rights, node.holder, made, node);
    } else {
      assertThat(made).as("dup").isEqualTo(expected);
    }
  }

  private void open(DerivationModel.Node node) {
    Program program = programs.get(node.holder);
    long rights = someRights(node);
    int expected = DerivationModel.life(node);
    if (expected == 0 && !node.directory) {
      expected = SyscallError.WRONG_CAPABILITY_TYPE.result();
    } else if (expected == 0 && !Rights.includes(node.rights, rights)) {
      expected = SyscallError.PERMISSION_DENIED.result();
    } else if (expected == 0) {
      expected = CapabilityType.FILE.code();
    }
    program.setWord(0, 'f');
    int result = program.run(OpCode.OPEN, node.id, program.address(0), 1, 0, rights);
    assertThat(result).as("open").isEqualTo(expected);
    if (result > 0) {
      long applicable = rights & CapabilityType.FILE.applicableRights();
      model.add(false, applicable, node.holder, program.reserved, node);
    }
  }

  private void send(DerivationModel.Node node, boolean moves) {
    int to = (node.holder + 1 + random.nextInt(DOMAINS - 1)) % DOMAINS;
    Program program = programs.get(node.holder);
    long rights = someRights(node);
    int expected = DerivationModel.life(node);
    if (expected == 0 && (node.rights & Rights.TRANSFER) == 0) {
      expected = SyscallError.CANNOT_TRANSFER.result();
    } else if (expected == 0 && !Rights.includes(node.rights, rights)) {
      expected = SyscallError.PERMISSION_DENIED.result();
    }
    program.setWord(8, node.id);
    program.setWord(16, rights);
    program.setWord(24, moves ? (long) TransferFlags.MOVE << 32 : 0);
    int result =
        program.run(OpCode.CHANNEL_SEND, program.grant("to" + to), 0, 0, program.address(8), 1);
    assertThat(result).as("send").isEqualTo(expected);
    if (result == 0) {
      mail.get(node.holder * DOMAINS + to)
          .add(moves ? model.departForGood(node, rights) : model.depart(node, rights));
    }
  }

  private void receive(int from, int to) {
    DerivationModel.Node arrived = mail.get(from * DOMAINS + to).poll();
    if (arrived == null) {
      return;
    }
    Program program = programs.get(to);
    int result =
        program.run(
            OpCode.CHANNEL_RECEIVE, program.grant("from" + from), 0, 0, program.address(8), 1);
    assertThat(result).as("receive").isZero();
    assertThat(program.reserved).as("capabilities").isEqualTo(1);
    long id = program.word(8 + CapabilityReceived.CAPABILITY_ID_OFFSET);
    if (arrived.state == DerivationModel.State.REVOKED) {
      assertThat(id).as("revoked on the way").isZero();
    } else {
      assertThat(id).as("arrived").isPositive();
      arrived.holder = to;
      arrived.id = id;
    }
  }

  private void close(DerivationModel.Node node) {
    int result = programs.get(node.holder).run(OpCode.CLOSE, node.id, 0, 0, 0, 0);
    assertThat(result).as("close").isEqualTo(model.close(node));
  }

  private void revoke(DerivationModel.Node node) {
    long result = programs.get(node.holder).call(SystemCall.CAPABILITY_REVOKE, node.id, 0);
    assertThat(result).as("revoke").isEqualTo(model.revoke(node));
  }

  // ---- what holds ------------------------------------------------------------------------------

  private void compare(DerivationModel.Node node) {
    if (node.holder == DerivationModel.NOBODY) {
      return;
    }
    Program program = programs.get(node.holder);
    int result =
        program.run(OpCode.QUERY, node.id, program.address(1024), CapabilityStatus.SIZE, 0, 0);
    int lives = DerivationModel.life(node);
    if (lives != 0) {
      assertThat(result).as("life").isEqualTo(lives);
    } else {
      assertThat(result).as("life").isEqualTo(CapabilityStatus.SIZE);
      assertThat(program.word(1024 + CapabilityStatus.RIGHTS_OFFSET))
          .as("rights")
          .isEqualTo(node.rights);
    }
  }

  private static long capabilitiesLeft(Program program) {
    program.run(OpCode.QUERY, 0, program.address(1024), CapabilityStatus.SIZE, 0, 0);
    return program.word(1024 + CapabilityStatus.CAPABILITIES_LEFT_OFFSET);
  }

  /** Gives everything up, by closing alone. */
  private void tidy() {
    for (int from = 0; from < DOMAINS; from++) {
      for (int to = 0; to < DOMAINS; to++) {
        while (!mail.get(from * DOMAINS + to).isEmpty()) {
          receive(from, to);
        }
      }
    }
    for (DerivationModel.Node node : model.nodes) {
      if (node.holder != DerivationModel.NOBODY) {
        close(node);
      }
    }
  }
}
