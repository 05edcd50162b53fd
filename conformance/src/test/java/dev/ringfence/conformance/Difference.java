// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import org.junit.jupiter.api.Assumptions;

/**
 * The one table of what engines may do differently, each with the reason. docs/testing.md tells it
 * to users.
 */
enum Difference {
  EXCHANGE("portable", "java.nio has no call that lets two names change places: NotImplemented"),
  BIND_MOUNT(
      "portable",
      "java.nio tells mounts apart by device number, so another part of the same file system that"
          + " is mounted inside the tree is not noticed"),
  MAKING_WHILE_OTHERS_RENAME(
      "portable",
      "java.nio can make a directory or link, and read a link, by a whole path only: a process of"
          + " the host that renames inside the tree in that moment can redirect it"),
  SLASHES_OF_LINKS("portable", "java.nio drops doubled and trailing slashes of a link's text"),
  FRACTIONS_BEFORE_1970(
      "portable", "java.nio sets times before 1970 in whole seconds: the second is rounded down"),
  ALLOCATED_BYTES("portable", "java.nio does not tell them: the size, rounded up to 4096"),
  RENAMED_ROOT(
      "portable",
      "java.nio makes directories and links, and reads links, by a whole path: NotFound once the"
          + " directory has been renamed on the host"),
  NO_ALLOCATION(
      "portable", "java.nio cannot take room on the device: ALLOCATE changes the size only"),
  NO_UNIX_DATAGRAMS("portable", "java.nio has no Unix datagrams"),
  NO_TEE("portable", "java.nio cannot look into a pipe: TEE is NotImplemented"),
  GARBAGE("portable", "java.nio and its threads make objects: each operation allocates a little");

  final String engine;
  final String reason;

  Difference(String engine, String reason) {
    this.engine = engine;
    this.reason = reason;
  }

  /** Ends the test, to be seen as skipped, where an engine differs in this. */
  void skip(Setting setting) {
    Assumptions.assumeFalse(appliesTo(setting), () -> engine + ": " + reason);
  }

  /** Whether an engine differs in this. */
  boolean appliesTo(Setting setting) {
    return setting.engine().equals(engine);
  }
}
