// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.FileStatus;
import dev.ringfence.kernel.engine.Operation;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * STAT's answer from what java.nio tells: the "unix" attributes where there are any, else
 * permissions, else what every file system has.
 */
final class StatusRecord {

  /** Not told by java.nio; what Linux file systems nearly always answer. */
  private static final int BLOCK_SIZE = 4096;

  private static final int MODE_BITS = 07777;
  private static final String UNIX = "unix:mode,ino,dev,nlink,uid,gid,ctime";

  private StatusRecord() {}

  /**
   * Writes the record.
   *
   * @param judged what was found, free of races where the file system allows
   * @param path where it was found: used for more, if it still leads to the same object
   */
  static void write(Operation operation, BasicFileAttributes judged, Path path) {
    write(operation, judged, path, judged.size());
  }

  static void write(Operation operation, BasicFileAttributes judged, Path path, long size) {
    MemorySegment memory = operation.memory;
    long base = operation.memoryOffset;
    FileStatus.clear(memory, base);
    FileStatus.setKind(memory, base, kind(judged));
    FileStatus.setSizeBytes(memory, base, size);
    FileStatus.setAllocated(memory, base, (size + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE);
    FileStatus.setBlockSize(memory, base, BLOCK_SIZE);
    FileStatus.setModified(memory, base, nanos(judged.lastModifiedTime()));
    FileStatus.setAccessed(memory, base, nanos(judged.lastAccessTime()));
    FileStatus.setCreated(memory, base, nanos(judged.creationTime()));
    FileStatus.setChanged(memory, base, nanos(judged.lastModifiedTime()));
    FileStatus.setLinks(memory, base, 1);
    if (judged instanceof PosixFileAttributes posix) {
      FileStatus.setMode(memory, base, Naming.mode(posix.permissions()));
    }
    Identity identity = Identity.of(judged);
    if (identity != null) {
      FileStatus.setInode(memory, base, identity.inode());
      FileStatus.setDevice(memory, base, identity.device());
    }
    writeUnix(memory, base, judged, path);
  }

  private static void writeUnix(
      MemorySegment memory, long base, BasicFileAttributes judged, Path path) {
    Map<String, Object> unix = readUnix(path);
    if (unix.isEmpty()) {
      return;
    }
    Identity there = new Identity(number(unix, "dev"), number(unix, "ino"));
    Identity expected = Identity.of(judged);
    if (expected != null && !expected.equals(there)) {
      return; // renamed meanwhile: the numbers are another object's
    }
    FileStatus.setMode(memory, base, (int) number(unix, "mode") & MODE_BITS);
    FileStatus.setInode(memory, base, there.inode());
    FileStatus.setDevice(memory, base, there.device());
    FileStatus.setLinks(memory, base, (int) number(unix, "nlink"));
    FileStatus.setUid(memory, base, (int) number(unix, "uid"));
    FileStatus.setGid(memory, base, (int) number(unix, "gid"));
    FileStatus.setChanged(memory, base, nanos(unix.get("ctime")));
  }

  private static Map<String, Object> readUnix(Path path) {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return Map.of();
    }
    try {
      return Files.readAttributes(path, UNIX, Place.NO_FOLLOW);
    } catch (IOException | RuntimeException e) {
      return Map.of(); // moved away meanwhile; the judged attributes are enough
    }
  }

  private static long number(Map<String, Object> attributes, String name) {
    return attributes.get(name) instanceof Number number ? number.longValue() : 0;
  }

  private static long nanos(@Nullable Object time) {
    return time instanceof FileTime known ? known.to(TimeUnit.NANOSECONDS) : 0;
  }

  /** The kind of {@link FileStatus} that {@code attributes} show. */
  static int kind(BasicFileAttributes attributes) {
    if (attributes.isRegularFile()) {
      return FileStatus.KIND_FILE;
    }
    if (attributes.isSymbolicLink()) {
      return FileStatus.KIND_SYMLINK;
    }
    return attributes.isDirectory() ? FileStatus.KIND_DIRECTORY : FileStatus.KIND_OTHER;
  }
}
