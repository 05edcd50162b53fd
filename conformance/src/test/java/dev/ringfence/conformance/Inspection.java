// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.DirectoryEntry;
import dev.ringfence.abi.FileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reading what operations wrote, and what the host says of the same things. */
final class Inspection {

  private Inspection() {}

  /** The offset in the client's segment of a range. */
  static long at(Client client, Range range) {
    return client.memory().offsetOf(range.address());
  }

  /** The inode number in what STAT wrote. */
  static long inode(Client client, Range status) {
    return FileStatus.inode(client.segment(), at(client, status));
  }

  static long device(Client client, Range status) {
    return FileStatus.device(client.segment(), at(client, status));
  }

  /** The inode number of what is at a path of the host, a link's own if it is one. */
  static long inode(Path path) {
    return (long) unix(path, "ino");
  }

  static Object unix(Path path, String attribute) {
    try {
      return Files.getAttribute(path, "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The inode number of what a capability names. */
  static long inodeOf(Client client, long capability) {
    Range status = client.statusRoom();
    CompletionAssert.assertThat(client.run(client.stat(capability, status))).succeededWith(0);
    return inode(client, status);
  }

  /** The rights of a capability, as QUERY tells them. */
  static long rightsOf(Client client, long capability) {
    Range room = client.queryRoom();
    CompletionAssert.assertThat(client.run(client.query(capability, room)))
        .succeededWith(CapabilityStatus.SIZE);
    return CapabilityStatus.rights(client.segment(), at(client, room));
  }

  /** Free slots of the capability table. */
  static long slotsLeft(Client client) {
    Range room = client.queryRoom();
    CompletionAssert.assertThat(client.run(client.query(0, room)))
        .succeededWith(CapabilityStatus.SIZE);
    return CapabilityStatus.capabilitiesLeft(client.segment(), at(client, room));
  }

  /** Operations that may still be in flight. */
  static long operationsLeft(Client client) {
    Range room = client.queryRoom();
    CompletionAssert.assertThat(client.run(client.query(0, room)))
        .succeededWith(CapabilityStatus.SIZE);
    return CapabilityStatus.operationsLeft(client.segment(), at(client, room));
  }

  /** One record of LIST. */
  record Listed(String name, int kind, long cookie) {}

  /** The records in the first {@code length} bytes of what LIST wrote. */
  static List<Listed> records(Client client, Range range, int length) {
    List<Listed> records = new ArrayList<>();
    long base = at(client, range);
    for (long at = base; at < base + length; ) {
      byte[] name = DirectoryEntry.name(client.segment(), at);
      records.add(
          new Listed(
              new String(name, StandardCharsets.UTF_8),
              DirectoryEntry.kind(client.segment(), at),
              DirectoryEntry.cookie(client.segment(), at)));
      at += DirectoryEntry.recordSize(client.segment(), at);
    }
    return records;
  }
}
