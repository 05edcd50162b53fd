// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.RenameFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.StatFlags;
import java.util.function.BiFunction;

/** Every way to use a capability that needs a right: on which type, which rights, how. */
@SuppressWarnings("ImmutableEnumChecker") // the functions hold nothing
enum Guarded {
  READ(CapabilityType.FILE, Rights.READ, (c, id) -> c.read(id, c.memory().take(4))),
  READ_AT_POSITION(
      CapabilityType.FILE,
      Rights.READ | Rights.SEEK,
      (c, id) -> c.read(id, c.memory().take(4)).atPosition()),
  READ_OF_PIPE(CapabilityType.PIPE, Rights.READ, (c, id) -> c.read(id, c.memory().take(4)).len(0)),
  WRITE(CapabilityType.FILE, Rights.WRITE, (c, id) -> c.write(id, "written")),
  WRITE_AT_POSITION(
      CapabilityType.FILE,
      Rights.WRITE | Rights.SEEK,
      (c, id) -> c.write(id, "written").atPosition()),
  POLL_IN(CapabilityType.FILE, Rights.READ, (c, id) -> c.poll(id, PollEvents.IN)),
  POLL_OUT(CapabilityType.FILE, Rights.WRITE, (c, id) -> c.poll(id, PollEvents.OUT)),
  POLL_BOTH(
      CapabilityType.FILE,
      Rights.READ | Rights.WRITE,
      (c, id) -> c.poll(id, PollEvents.IN | PollEvents.OUT)),
  FSYNC_OF_FILE(CapabilityType.FILE, Rights.WRITE, Requests::fsync),
  FSYNC_OF_DIRECTORY(CapabilityType.DIRECTORY, Rights.CREATE, Requests::fsync),
  MMAP(CapabilityType.FILE, Rights.READ | Rights.MAP, (c, id) -> c.map(id, 4096, 0)),
  STAT_OF_FILE(CapabilityType.FILE, Rights.STAT, (c, id) -> c.stat(id, c.statusRoom())),
  STAT_OF_DIRECTORY(CapabilityType.DIRECTORY, Rights.STAT, (c, id) -> c.stat(id, c.statusRoom())),
  STAT_OF_PATH(
      CapabilityType.DIRECTORY, Rights.STAT, (c, id) -> c.stat(id, "file", c.statusRoom())),
  STAT_OF_LINK(
      CapabilityType.DIRECTORY,
      Rights.STAT,
      (c, id) -> c.stat(id, "link", c.statusRoom()).auxiliary1(StatFlags.NO_FOLLOW)),
  TRUNCATE(CapabilityType.FILE, Rights.TRUNCATE, (c, id) -> c.truncate(id, 3)),
  OPEN(CapabilityType.DIRECTORY, Rights.READ, (c, id) -> c.open(id, "file", Rights.READ)),
  OPEN_WITH_MORE(
      CapabilityType.DIRECTORY,
      Rights.READ | Rights.WRITE | Rights.STAT | Rights.DUP,
      (c, id) -> c.open(id, "file", Rights.READ | Rights.WRITE | Rights.STAT | Rights.DUP)),
  OPEN_TO_CREATE(
      CapabilityType.DIRECTORY,
      Rights.CREATE | Rights.WRITE,
      (c, id) -> c.open(id, "created", OpenFlags.CREATE, Rights.WRITE)),
  OPEN_TO_TRUNCATE(
      CapabilityType.DIRECTORY,
      Rights.TRUNCATE | Rights.READ,
      (c, id) -> c.open(id, "truncated", OpenFlags.TRUNCATE, Rights.READ)),
  OPEN_TO_APPEND(
      CapabilityType.DIRECTORY,
      Rights.WRITE,
      (c, id) -> c.open(id, "file", OpenFlags.APPEND, Rights.WRITE)),
  OPEN_ITSELF(
      CapabilityType.DIRECTORY,
      Rights.DELETE | Rights.CREATE,
      (c, id) -> c.open(id, ".", Rights.DELETE | Rights.CREATE)),
  MAKE_DIRECTORY(CapabilityType.DIRECTORY, Rights.CREATE, (c, id) -> c.makeDirectory(id, "made")),
  REMOVE(CapabilityType.DIRECTORY, Rights.DELETE, (c, id) -> c.remove(id, "removed")),
  REMOVE_DIRECTORY(
      CapabilityType.DIRECTORY, Rights.DELETE, (c, id) -> c.removeDirectory(id, "empty")),
  RENAME(
      CapabilityType.DIRECTORY,
      Rights.RENAME | Rights.DELETE,
      (c, id) -> c.rename(id, "renamed", "new")),
  RENAME_TO_NEW(
      CapabilityType.DIRECTORY,
      Rights.RENAME,
      (c, id) -> c.rename(id, "kept", 0, "newer", RenameFlags.NO_REPLACE)),
  SYMLINK(CapabilityType.DIRECTORY, Rights.CREATE, (c, id) -> c.symlink(id, "newlink", "file")),
  READ_LINK(
      CapabilityType.DIRECTORY, Rights.STAT, (c, id) -> c.readLink(id, "link", c.memory().take(9))),
  LIST(CapabilityType.DIRECTORY, Rights.READDIR, (c, id) -> c.list(id, c.memory().take(512), 0));

  final CapabilityType type;
  final long rights;
  private final BiFunction<Client, Long, Entry> request;

  Guarded(CapabilityType type, long rights, BiFunction<Client, Long, Entry> request) {
    this.type = type;
    this.rights = rights;
    this.request = request;
  }

  Entry through(Client client, long capability) {
    return request.apply(client, capability);
  }

  /** What is reported when a capability has no right at all: RENAME asks its source first. */
  long missingFirst() {
    return this == RENAME ? Rights.RENAME : rights;
  }
}
