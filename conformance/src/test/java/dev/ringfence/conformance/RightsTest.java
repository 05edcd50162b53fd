// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which right each use of a capability needs, and that a missing one changes nothing. */
class RightsTest extends Conformance {

  private long file;

  @BeforeEach
  void makeTree() {
    file("file", "0123456789");
    file("truncated", "0123456789");
    file("removed", "x");
    file("renamed", "x");
    file("kept", "x");
    directory("empty");
    link("link", "file");
    file = client.opened(root, "file", CapabilityType.FILE.applicableRights());
  }

  private long of(Guarded use) {
    return switch (use.type) {
      case FILE -> file;
      case PIPE -> source;
      default -> root;
    };
  }

  private List<String> everything() throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      List<String> lines = new ArrayList<>();
      for (Path each : all.sorted().toList()) {
        boolean plain = Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS);
        lines.add(each + " " + (plain ? Files.readString(each) : ""));
      }
      return lines;
    }
  }

  @Test
  void everySingleMissingRightIsNamedAndNothingHappens() throws IOException {
    List<String> before = everything();
    long slots = Inspection.slotsLeft(client);
    for (Guarded use : Guarded.values()) {
      for (long left = use.rights; left != 0; left &= left - 1) {
        long missing = Long.lowestOneBit(left);
        long most = use.type.applicableRights() & ~missing;
        long weak = client.duplicate(of(use), most);
        assertThat(client.run(use.through(client, weak)))
            .as("%s without %s", use, Rights.describe(missing))
            .missed(missing);
        client.run(client.close(weak));
        assertThat(everything()).as("the tree after %s", use).isEqualTo(before);
      }
    }
    assertThat(Inspection.slotsLeft(client)).isEqualTo(slots);
  }

  @Test
  void theRightsThatAreNeededAreEnough() {
    for (Guarded use : Guarded.values()) {
      long weak = client.duplicate(of(use), use.rights);
      assertThat(client.run(use.through(client, weak))).as(use.name()).succeeded();
    }
  }

  @Test
  void allMissingRightsAreNamed() {
    for (Guarded use : Guarded.values()) {
      long none = client.duplicate(of(use), 0);
      assertThat(client.run(use.through(client, none))).as(use.name()).missed(use.missingFirst());
    }
  }

  @Test
  void whatIsOpenedNeverHasMoreRightsThanItsDirectory() {
    for (int bit = 0; bit < 64; bit++) {
      long right = 1L << bit;
      if ((right & Rights.ALL) == 0) {
        assertThat(client.run(client.open(root, "file", right)))
            .failedWith(SyscallError.INVALID_ARGUMENT);
        continue;
      }
      boolean held = (right & CapabilityType.DIRECTORY.applicableRights()) != 0;
      Completion done = client.run(client.open(root, "file", right));
      if (held) {
        long expected = right & CapabilityType.FILE.applicableRights();
        assertThat(Inspection.rightsOf(client, done.capability())).isEqualTo(expected);
      } else {
        assertThat(done).missed(right);
      }
    }
  }

  @Test
  void theDirectoryItselfReopenedHasNoMoreRights() {
    long weak = client.duplicate(root, Rights.READ | Rights.STAT);
    assertThat(client.run(client.open(weak, ".", Rights.READ | Rights.WRITE))).missed(Rights.WRITE);
    long again = client.opened(weak, ".", Rights.READ | Rights.STAT);
    assertThat(Inspection.rightsOf(client, again)).isEqualTo(Rights.READ | Rights.STAT);
    assertThat(client.run(client.makeDirectory(again, "never"))).missed(Rights.CREATE);
  }

  @Test
  void truncatingByOpenNeedsTheRightThoughItIsNotWanted() {
    long weak = client.duplicate(root, Rights.READ | Rights.WRITE | Rights.CREATE);
    assertThat(
            client.run(
                client.open(weak, "file", OpenFlags.CREATE | OpenFlags.TRUNCATE, Rights.WRITE)))
        .missed(Rights.TRUNCATE);
    assertThat(content("file")).isEqualTo("0123456789");
  }

  @Test
  void theRightToTruncateIsNoRightToWrite() {
    long weak = client.opened(root, "file", Rights.TRUNCATE);
    assertThat(client.run(client.write(weak, "x"))).missed(Rights.WRITE);
    assertThat(client.run(client.read(weak, room(1)))).missed(Rights.READ);
    assertThat(client.run(client.truncate(weak, 5))).succeededWith(0);
    assertThat(content("file")).isEqualTo("01234");
  }

  // ---- types -----------------------------------------------------------------------------------

  private static final Map<OpCode, Set<CapabilityType>> ACCEPTED =
      Map.ofEntries(
          Map.entry(OpCode.READ, EnumSet.of(CapabilityType.FILE, CapabilityType.PIPE)),
          Map.entry(OpCode.WRITE, EnumSet.of(CapabilityType.FILE, CapabilityType.PIPE)),
          Map.entry(OpCode.POLL, EnumSet.of(CapabilityType.FILE, CapabilityType.PIPE)),
          Map.entry(OpCode.OPEN, EnumSet.of(CapabilityType.DIRECTORY)),
          Map.entry(OpCode.FSYNC, EnumSet.of(CapabilityType.FILE, CapabilityType.DIRECTORY)),
          Map.entry(OpCode.MMAP, EnumSet.of(CapabilityType.FILE)),
          Map.entry(OpCode.STAT, EnumSet.of(CapabilityType.FILE, CapabilityType.DIRECTORY)),
          Map.entry(OpCode.TRUNCATE, EnumSet.of(CapabilityType.FILE)),
          Map.entry(OpCode.MAKE_DIRECTORY, EnumSet.of(CapabilityType.DIRECTORY)),
          Map.entry(OpCode.REMOVE, EnumSet.of(CapabilityType.DIRECTORY)),
          Map.entry(OpCode.RENAME, EnumSet.of(CapabilityType.DIRECTORY)),
          Map.entry(OpCode.SYMLINK, EnumSet.of(CapabilityType.DIRECTORY)),
          Map.entry(OpCode.READ_LINK, EnumSet.of(CapabilityType.DIRECTORY)),
          Map.entry(OpCode.LIST, EnumSet.of(CapabilityType.DIRECTORY)));

  @Test
  void everyOperationRefusesEveryOtherType() {
    long buffer = client.run(client.register(room(4096), 1)).capability();
    Map<CapabilityType, Long> ofType =
        Map.of(
            CapabilityType.FILE, file,
            CapabilityType.PIPE, source,
            CapabilityType.DIRECTORY, root,
            CapabilityType.BUFFER, buffer);
    ACCEPTED.forEach((code, accepted) ->
        ofType.forEach((type, capability) -> {
          // without any right and with nonsense for arguments: the type is looked at before these
          Entry entry = Entry.of(code).capability(client.duplicate(capability, 0)).addr(1).len(1);
          Completion done = client.run(entry);
          if (accepted.contains(type)) {
            org.assertj.core.api.Assertions.assertThat(done.result())
                .as("%s of %s", code, type)
                .isNotEqualTo(SyscallError.WRONG_CAPABILITY_TYPE.result());
          } else {
            assertThat(done)
                .as("%s of %s", code, type)
                .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
          }
        }));
    client.run(client.unregister(1));
  }

  @Test
  void theTargetOfARenameMustBeADirectoryToo() {
    for (long wrong : new long[] {file, source}) {
      assertThat(client.run(client.rename(root, "renamed", wrong, "new", 0)))
          .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
    }
    assertThat(client.run(client.rename(root, "renamed", 12_345, "new", 0)))
        .failedWith(SyscallError.INVALID_HANDLE);
    assertThat(tree.resolve("renamed")).exists();
  }

  @Test
  void everyOperationWantsALiveCapability() {
    long closed = client.duplicate(root, 0);
    client.run(client.close(closed));
    for (OpCode code : ACCEPTED.keySet()) {
      for (long id : new long[] {1, -1, Long.MIN_VALUE | root, closed}) {
        assertThat(client.run(Entry.of(code).capability(id).addr(1).len(1)))
            .as(code + " of " + id)
            .failedWith(SyscallError.INVALID_HANDLE);
      }
    }
  }
}
