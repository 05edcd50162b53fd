// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.FileStatus;
import dev.ringfence.abi.OpCode;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The status of a file, directory or symbolic link at one moment.
 *
 * @param kind what it is
 * @param mode permission bits, such as 0644
 * @param size in bytes
 * @param allocated bytes of storage in use; less than {@code size} for a file with holes
 * @param inode its number on its file system, 0 where there is none
 * @param device the number of its file system
 * @param links how many names it has
 * @param modified when its content last changed
 * @param accessed when its content was last read
 * @param changed when its status last changed
 * @param created when it was made; the epoch where the file system does not say
 */
public record Status(
    FileKind kind,
    int mode,
    long size,
    long allocated,
    long inode,
    long device,
    int links,
    Instant modified,
    Instant accessed,
    Instant changed,
    Instant created) {

  /** True for a regular file. */
  public boolean isFile() {
    return kind == FileKind.FILE;
  }

  /** True for a directory. */
  public boolean isDirectory() {
    return kind == FileKind.DIRECTORY;
  }

  /** STAT of the capability itself, or of a path beneath it. */
  static Status of(Capability on, byte[] encodedPath, int flags, @Nullable String path) {
    try (Slot slot = on.calls().slot()) {
      slot.begin(OpCode.STAT, on.id()).text(encodedPath).auxiliary(slot.answerAddress(), flags);
      slot.run("see the status of", on, path);
      return at(slot.shared(), slot.answerOffset());
    }
  }

  private static Status at(MemorySegment segment, long base) {
    return new Status(
        FileKind.of(FileStatus.kind(segment, base)),
        FileStatus.mode(segment, base),
        FileStatus.sizeBytes(segment, base),
        FileStatus.allocated(segment, base),
        FileStatus.inode(segment, base),
        FileStatus.device(segment, base),
        FileStatus.links(segment, base),
        instant(FileStatus.modified(segment, base)),
        instant(FileStatus.accessed(segment, base)),
        instant(FileStatus.changed(segment, base)),
        instant(FileStatus.created(segment, base)));
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
  }
}
