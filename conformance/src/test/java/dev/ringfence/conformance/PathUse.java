// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.RemoveFlags;
import dev.ringfence.abi.RenameFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.StatFlags;

/** Every way in which an operation takes a path, and what it does with the last name. */
enum PathUse {
  OPEN(Last.FOLLOWED),
  OPEN_NO_FOLLOW(Last.LOOKED_AT),
  OPEN_DIRECTORY(Last.FOLLOWED),
  CREATE(Last.FOLLOWED),
  CREATE_EXCLUSIVE(Last.NAMED),
  OPEN_TRUNCATE(Last.FOLLOWED),
  STAT(Last.FOLLOWED),
  STAT_NO_FOLLOW(Last.LOOKED_AT),
  MAKE_DIRECTORY(Last.NAMED),
  REMOVE(Last.NAMED),
  REMOVE_DIRECTORY(Last.NAMED),
  RENAME_FROM(Last.NAMED),
  RENAME_TO(Last.NAMED),
  RENAME_TO_NEW(Last.NAMED),
  SYMLINK(Last.NAMED),
  READ_LINK(Last.LOOKED_AT);

  /** What happens to a symbolic link that is the last name. */
  enum Last {
    FOLLOWED,
    LOOKED_AT,
    NAMED
  }

  /** The file that RENAME moves when the other path is the one under test. */
  static final String MOVED = "moved";

  /** Where RENAME moves what the path under test names. */
  static final String TARGET = "target";

  final Last last;

  PathUse(Last last) {
    this.last = last;
  }

  /** A well-formed entry with this path. */
  Entry of(Client client, long directory, byte[] path) {
    if (this == RENAME_FROM || this == RENAME_TO || this == RENAME_TO_NEW) {
      return rename(client, directory, path);
    }
    if (this == SYMLINK) {
      return client.symlink(directory, path, Requests.bytes("text"));
    }
    return of(client, directory, client.memory().hold(path));
  }

  /** An entry with a path that lies in the arena already; not for those that take two paths. */
  Entry of(Client client, long directory, Range path) {
    return switch (this) {
      case OPEN -> client.open(directory, path, 0, Rights.READ | Rights.STAT);
      case OPEN_NO_FOLLOW -> client.open(directory, path, OpenFlags.NO_FOLLOW, Rights.READ);
      case OPEN_DIRECTORY -> client.open(directory, path, OpenFlags.DIRECTORY, Rights.READ);
      case CREATE -> client.open(directory, path, OpenFlags.CREATE, Rights.WRITE);
      case CREATE_EXCLUSIVE ->
          client.open(directory, path, OpenFlags.CREATE | OpenFlags.EXCLUSIVE, Rights.WRITE);
      case OPEN_TRUNCATE -> client.open(directory, path, OpenFlags.TRUNCATE, Rights.WRITE);
      case STAT -> client.stat(directory, path, client.statusRoom());
      case STAT_NO_FOLLOW ->
          client.stat(directory, path, client.statusRoom()).auxiliary1(StatFlags.NO_FOLLOW);
      case MAKE_DIRECTORY -> client.makeDirectory(directory, path);
      case REMOVE -> client.remove(directory, path);
      case REMOVE_DIRECTORY -> client.remove(directory, path).auxiliary1(RemoveFlags.DIRECTORY);
      case READ_LINK -> client.readLink(directory, path, client.memory().take(64));
      case RENAME_FROM, RENAME_TO, RENAME_TO_NEW, SYMLINK ->
          throw new IllegalArgumentException(this + " takes two paths");
    };
  }

  private Entry rename(Client client, long directory, byte[] path) {
    return switch (this) {
      case RENAME_FROM -> client.rename(directory, path, 0, Requests.bytes(TARGET), 0);
      case RENAME_TO -> client.rename(directory, Requests.bytes(MOVED), 0, path, 0);
      default -> client.rename(directory, Requests.bytes(MOVED), 0, path, RenameFlags.NO_REPLACE);
    };
  }

  boolean opens() {
    return opcode() == OpCode.OPEN;
  }

  OpCode opcode() {
    return switch (this) {
      case OPEN, OPEN_NO_FOLLOW, OPEN_DIRECTORY, CREATE, CREATE_EXCLUSIVE, OPEN_TRUNCATE ->
          OpCode.OPEN;
      case STAT, STAT_NO_FOLLOW -> OpCode.STAT;
      case MAKE_DIRECTORY -> OpCode.MAKE_DIRECTORY;
      case REMOVE, REMOVE_DIRECTORY -> OpCode.REMOVE;
      case RENAME_FROM, RENAME_TO, RENAME_TO_NEW -> OpCode.RENAME;
      case SYMLINK -> OpCode.SYMLINK;
      case READ_LINK -> OpCode.READ_LINK;
    };
  }
}
