// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityReceived;
import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.CapabilityTransfer;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SystemCall;
import dev.ringfence.abi.TransferFlags;
import dev.ringfence.kernel.DerivationModel.End;
import dev.ringfence.kernel.DerivationModel.Mail;
import dev.ringfence.kernel.DerivationModel.Node;
import dev.ringfence.kernel.DerivationModel.Parcel;
import dev.ringfence.kernel.DerivationModel.State;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * One random history over several domains, each step carried out by the kernel and by {@link
 * DerivationModel}, with the same answer. It begins with a directory, a network and channels to
 * both neighbours in each domain, and ends with everything closed.
 */
final class DerivationHistory {

  private static final int STEPS_MAX = 48;
  private static final int PARCELS_MAX = 3;
  private static final int BYTES_MAX = 64;
  private static final long[] SOME_RIGHTS = {
    Rights.READ,
    Rights.WRITE,
    Rights.DUP,
    Rights.TRANSFER,
    Rights.STAT,
    Rights.NET_ACCEPT,
    Rights.NET_SEND
  };

  // where things lie in a program's arena
  private static final int PATH = 0;
  private static final int IDS = 16;
  private static final int SENT = 64;
  private static final int RECEIVED = 512;
  private static final int STATUS = 1024;
  private static final int BYTES = 2048;

  private final List<Program> programs;
  private final ModelEngine engine;
  private final SplittableRandom random;
  private final DerivationModel model;
  private final int openBefore;

  /**
   * A history that has not begun.
   *
   * @param programs one a domain, with the grants "root", "net", and "to" and "from" each other one
   * @param onTheirWayMax how many capabilities a domain may have on their way
   * @param engine the kernel's
   */
  DerivationHistory(
      List<Program> programs, int onTheirWayMax, ModelEngine engine, SplittableRandom random) {
    this.programs = programs;
    this.engine = engine;
    this.random = random;
    this.openBefore = engine.open.get();
    long[] slots = new long[programs.size()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = capabilitiesLeft(i);
    }
    this.model = new DerivationModel(slots, onTheirWayMax);
  }

  void run() {
    begin();
    int steps = 1 + random.nextInt(STEPS_MAX);
    for (int i = 0; i < steps; i++) {
      step();
      compareTotals(random.nextInt(programs.size()));
    }
    model.nodes.forEach(this::compare);
    List.copyOf(model.nodes).forEach(this::closeIfHeld);
    for (int i = 0; i < programs.size(); i++) {
      compareTotals(i);
    }
    assertThat(model.opened()).as("open at the end").isZero();
  }

  private void begin() {
    for (int i = 0; i < programs.size(); i++) {
      Program program = programs.get(i);
      for (CapabilityType type : List.of(CapabilityType.DIRECTORY, CapabilityType.NETWORK)) {
        String name = type == CapabilityType.DIRECTORY ? "root" : "net";
        Node base = model.grant(type, i);
        base.id = program.call(SystemCall.CAPABILITY_DUP, program.grant(name), base.rights);
      }
    }
    for (int i = 0; i < programs.size(); i++) {
      connect(i, (i + 1) % programs.size());
    }
  }

  /** A new channel from one domain to another, whose second end went over the one of the grants. */
  private void connect(int from, int to) {
    List<Node> ends = channel(from);
    Node away = ends.get(1);
    writeParcel(programs.get(from), 0, new Parcel(away, away.rights, true));
    int sent = send(from, programs.get(from).grant("to" + to), 0, 1);
    assertThat(sent).as("end sent").isZero();
    int received = receive(to, programs.get(to).grant("from" + from), 1);
    assertThat(received).as("end received").isZero();
    away.holder = to;
    away.id = receivedId(to, 0);
  }

  // ---- steps -----------------------------------------------------------------------------------

  private void step() {
    switch (random.nextInt(20)) {
      case 0, 1 -> dup(pick(node -> true));
      case 2, 3 -> make(pick(node -> node.thing.type != CapabilityType.CHANNEL));
      case 4, 5 -> make(pick(node -> node.thing.type == CapabilityType.SOCKET));
      case 6 -> close(pick(node -> true));
      case 7 -> close(pick(node -> node.thing instanceof End));
      case 8 -> revoke(pick(node -> true));
      case 9 -> channel(random.nextInt(programs.size()));
      case 10, 11, 12, 13, 14 ->
          send(pick(node -> node.thing instanceof End end && !end.peer.closed));
      default -> receive(pick(node -> DerivationModel.next(node) != null));
    }
    compare(pick(node -> true));
  }

  /** Most often a live node of that kind, else any that has or had an id. */
  private Node pick(Predicate<Node> kind) {
    List<Node> held =
        model.nodes.stream().filter(each -> each.holder != DerivationModel.NOBODY).toList();
    List<Node> wanted =
        held.stream().filter(each -> each.state == State.LIVE && kind.test(each)).toList();
    List<Node> from = wanted.isEmpty() || random.nextInt(12) == 0 ? held : wanted;
    return from.get(random.nextInt(from.size()));
  }

  /** Most often a part of what is there, now and then more. */
  private long someRights(Node node) {
    long rights = 0;
    for (long each : SOME_RIGHTS) {
      rights |= random.nextInt(8) != 0 ? each : 0;
    }
    return random.nextInt(10) == 0 ? rights : rights & node.rights;
  }

  private void dup(Node node) {
    long rights = someRights(node);
    int expected = model.judgeDup(node, rights);
    long made = programs.get(node.holder).call(SystemCall.CAPABILITY_DUP, node.id, rights);
    if (expected == 0) {
      assertThat(made).as("dup").isPositive();
      model.dup(node, rights).id = made;
    } else {
      assertThat(made).as("dup").isEqualTo(expected);
    }
  }

  /** Opens a file, creates a socket or accepts one; now and then from what is of another type. */
  private void make(Node node) {
    CapabilityType from = node.thing.type;
    switch (random.nextInt(12) != 0 ? from : CapabilityType.DIRECTORY) {
      case NETWORK -> make(node, OpCode.SOCKET_CREATE, from, CapabilityType.SOCKET, 0);
      case SOCKET -> make(node, OpCode.ACCEPT, from, from, Rights.NET_ACCEPT);
      default -> make(node, OpCode.OPEN, CapabilityType.DIRECTORY, CapabilityType.FILE, 0);
    }
  }

  private void make(Node node, OpCode code, CapabilityType from, CapabilityType to, long needed) {
    Program program = programs.get(node.holder);
    long wanted = someRights(node);
    int judged = model.judgeMake(node, from, needed, wanted);
    engine.fails = random.nextInt(16) == 0;
    int expected = judged == 0 && engine.fails ? SyscallError.IO_ERROR.result() : judged;
    program.setWord(PATH, 'f');
    boolean named = code == OpCode.OPEN;
    int result =
        program.run(code, node.id, named ? program.address(PATH) : 0, named ? 1 : 0, 0, wanted);
    engine.fails = false;
    if (expected != 0) {
      assertThat(result).as("%s", code).isEqualTo(expected);
      return;
    }
    assertThat(result).as("%s", code).isEqualTo(to.code());
    model.make(node, to, wanted).id = program.reserved;
  }

  private List<Node> channel(int holder) {
    Program program = programs.get(holder);
    int expected = model.judgeChannel(holder);
    int result = program.run(OpCode.CHANNEL_CREATE, 0, program.address(IDS), 16, 0, 0);
    assertThat(result).as("channel").isEqualTo(expected);
    if (result != 0) {
      return List.of();
    }
    List<Node> ends = model.channel(holder);
    ends.get(0).id = program.word(IDS);
    ends.get(1).id = program.word(IDS + Long.BYTES);
    return ends;
  }

  private void close(Node node) {
    int result = programs.get(node.holder).run(OpCode.CLOSE, node.id, 0, 0, 0, 0);
    assertThat(result).as("close").isEqualTo(model.close(node));
  }

  private void closeIfHeld(Node node) {
    if (node.holder != DerivationModel.NOBODY) {
      close(node);
    }
  }

  private void revoke(Node node) {
    long result = programs.get(node.holder).call(SystemCall.CAPABILITY_REVOKE, node.id, 0);
    assertThat(result).as("revoke").isEqualTo(model.revoke(node));
  }

  // ---- channels --------------------------------------------------------------------------------

  /** What is sent are nodes of the sender's: any of them, the channel's own ends among them. */
  private void send(Node over) {
    List<Node> own = model.nodes.stream().filter(each -> each.holder == over.holder).toList();
    List<Parcel> parcels = new ArrayList<>();
    for (int left = random.nextInt(PARCELS_MAX + 1); left > 0; left--) {
      Node node = own.get(random.nextInt(own.size()));
      if (node.state == State.LIVE || random.nextInt(40) == 0) {
        parcels.add(new Parcel(node, someRights(node), random.nextBoolean()));
      }
    }
    for (int i = 0; i < parcels.size(); i++) {
      writeParcel(programs.get(over.holder), i, parcels.get(i));
    }
    int bytes = random.nextInt(BYTES_MAX + 1);
    int expected = model.judgeSend(over, parcels);
    int result = send(over.holder, over.id, bytes, parcels.size());
    assertThat(result).as("send").isEqualTo(expected == 0 ? bytes : expected);
    if (expected == 0) {
      model.send(over, bytes, parcels);
    }
  }

  private static void writeParcel(Program program, int index, Parcel parcel) {
    int at = SENT + index * CapabilityTransfer.SIZE;
    program.setWord(at, parcel.node().id);
    program.setWord(at + CapabilityTransfer.RIGHTS_OFFSET, parcel.rights());
    long flags = parcel.moves() ? (long) TransferFlags.MOVE << Integer.SIZE : 0;
    program.setWord(at + CapabilityTransfer.TYPE_OFFSET, flags);
  }

  private int send(int sender, long over, int bytes, int count) {
    Program program = programs.get(sender);
    long list = count == 0 ? 0 : program.address(SENT);
    return program.run(OpCode.CHANNEL_SEND, over, program.address(BYTES), bytes, list, count);
  }

  private void receive(Node over) {
    if (DerivationModel.wouldWait(over)) {
      return;
    }
    int room = random.nextInt(10) == 0 ? 0 : PARCELS_MAX;
    int expected = model.judgeReceive(over, room);
    Mail mail = expected == 0 ? DerivationModel.next(over) : null;
    int result = receive(over.holder, over.id, room);
    if (mail == null) {
      assertThat(result).as("receive").isEqualTo(expected);
      return;
    }
    assertThat(result).as("receive").isEqualTo(mail.bytes());
    assertThat(programs.get(over.holder).reserved).as("count").isEqualTo(mail.nodes().size());
    model.receive(over);
    for (int i = 0; i < mail.nodes().size(); i++) {
      Node each = mail.nodes().get(i);
      each.id = receivedId(over.holder, i);
      assertThat(each.id != 0).as("arrived").isEqualTo(each.state == State.LIVE);
    }
  }

  private int receive(int receiver, long over, int room) {
    Program program = programs.get(receiver);
    long list = room == 0 ? 0 : program.address(RECEIVED);
    return program.run(OpCode.CHANNEL_RECEIVE, over, program.address(BYTES), BYTES_MAX, list, room);
  }

  private long receivedId(int receiver, int index) {
    return programs.get(receiver).word(RECEIVED + index * CapabilityReceived.SIZE);
  }

  // ---- what holds ------------------------------------------------------------------------------

  private void compare(Node node) {
    if (node.holder == DerivationModel.NOBODY) {
      return;
    }
    Program program = programs.get(node.holder);
    int result =
        program.run(OpCode.QUERY, node.id, program.address(STATUS), CapabilityStatus.SIZE, 0, 0);
    int lives = DerivationModel.life(node);
    assertThat(result).as("life").isEqualTo(lives == 0 ? CapabilityStatus.SIZE : lives);
    if (lives == 0) {
      assertThat(program.word(STATUS + CapabilityStatus.RIGHTS_OFFSET))
          .as("rights")
          .isEqualTo(node.rights);
    }
  }

  /** Nothing leaks, not even for a step: neither a resource nor a slot of that domain. */
  private void compareTotals(int domain) {
    assertThat(engine.open.get() - openBefore).as("open").isEqualTo((int) model.opened());
    assertThat(capabilitiesLeft(domain)).as("free slots").isEqualTo(model.slotsLeft(domain));
  }

  private long capabilitiesLeft(int domain) {
    Program program = programs.get(domain);
    program.run(OpCode.QUERY, 0, program.address(STATUS), CapabilityStatus.SIZE, 0, 0);
    return program.word(STATUS + CapabilityStatus.CAPABILITIES_LEFT_OFFSET);
  }
}
