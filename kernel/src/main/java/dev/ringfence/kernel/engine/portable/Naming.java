// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.RemoveFlags;
import dev.ringfence.abi.RenameFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operations on names: make, remove, rename, link, link by text, read such a link.
 *
 * <p>The kinds of what is there are compared first, so that a refusal has the same code on every
 * file system; what the host then says comes on top.
 */
final class Naming {

  private static final FileAttribute<?>[] NO_ATTRIBUTES = {};

  /** In the order of the mode's bits, from others' x (1) up to the owner's r (0400). */
  private static final PosixFilePermission[] PERMISSIONS = {
    PosixFilePermission.OTHERS_EXECUTE,
    PosixFilePermission.OTHERS_WRITE,
    PosixFilePermission.OTHERS_READ,
    PosixFilePermission.GROUP_EXECUTE,
    PosixFilePermission.GROUP_WRITE,
    PosixFilePermission.GROUP_READ,
    PosixFilePermission.OWNER_EXECUTE,
    PosixFilePermission.OWNER_WRITE,
    PosixFilePermission.OWNER_READ,
  };

  private Naming() {}

  /** {@code mode} for a file or directory to be made; nothing where there are no such modes. */
  static FileAttribute<?>[] permissions(Place place, int mode) {
    if (!place.posix()) {
      return NO_ATTRIBUTES;
    }
    return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissionSet(mode))};
  }

  /** The permissions that {@code mode} stands for. */
  static Set<PosixFilePermission> permissionSet(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (int bit = 0; bit < PERMISSIONS.length; bit++) {
      if ((mode & 1 << bit) != 0) {
        permissions.add(PERMISSIONS[bit]);
      }
    }
    return permissions;
  }

  /** The mode that {@code permissions} stand for. */
  static int mode(Set<PosixFilePermission> permissions) {
    int mode = 0;
    for (int bit = 0; bit < PERMISSIONS.length; bit++) {
      if (permissions.contains(PERMISSIONS[bit])) {
        mode |= 1 << bit;
      }
    }
    return mode;
  }

  static long makeDirectory(DirectoryResource base, Operation operation) throws IOException {
    try (Walk walk = new Walk(base)) {
      walk.go(operation.path, Walk.Last.NAME);
      Path name = walk.name();
      if (name == null || walk.found() != null) {
        return SyscallError.ALREADY_EXISTS.result();
      }
      Place place = walk.place();
      Files.createDirectory(place.vouch(name), permissions(place, operation.mode));
      return 0;
    }
  }

  static long remove(DirectoryResource base, Operation operation) throws IOException {
    boolean directory = (operation.flags & RemoveFlags.DIRECTORY) != 0;
    try (Walk walk = new Walk(base)) {
      walk.go(operation.path, Walk.Last.NAME);
      Path name = walk.name();
      if (name == null) {
        return errorForSelf(walk, directory).result();
      }
      BasicFileAttributes found = walk.found();
      if (found == null) {
        return SyscallError.NOT_FOUND.result();
      }
      if (!found.isDirectory() && (directory || walk.slash())) {
        return SyscallError.NOT_A_DIRECTORY.result();
      }
      if (found.isDirectory() && !directory) {
        return SyscallError.IS_A_DIRECTORY.result();
      }
      walk.place().remove(name, directory);
      return 0;
    }
  }

  /** What rmdir(2) and unlink(2) say to a path that ends in {@code .} or {@code ..}. */
  private static SyscallError errorForSelf(Walk walk, boolean directory) {
    if (!directory) {
      return SyscallError.IS_A_DIRECTORY;
    }
    return walk.endsUp() ? SyscallError.DIRECTORY_NOT_EMPTY : SyscallError.INVALID_ARGUMENT;
  }

  static long rename(DirectoryResource base, Operation operation) throws IOException {
    if ((operation.flags & RenameFlags.EXCHANGE) != 0) {
      return SyscallError.NOT_IMPLEMENTED.result(); // java.nio has no such call
    }
    DirectoryResource target =
        operation.secondResource instanceof DirectoryResource other ? other : base;
    if (!base.place().path().getFileSystem().equals(target.place().path().getFileSystem())) {
      return SyscallError.CROSS_DEVICE_LINK.result();
    }
    try (Walk from = new Walk(base);
        Walk to = new Walk(target)) {
      from.go(operation.path, Walk.Last.NAME);
      to.go(operation.secondPath, Walk.Last.NAME);
      Path name = from.name();
      Path targetName = to.name();
      boolean keeps = (operation.flags & RenameFlags.NO_REPLACE) != 0;
      if (name == null || targetName == null) { // as rename(2) has it for . and ..
        boolean taken = name != null && keeps;
        return (taken ? SyscallError.ALREADY_EXISTS : SyscallError.BUSY).result();
      }
      BasicFileAttributes found = from.found();
      if (found == null) {
        return SyscallError.NOT_FOUND.result();
      }
      if (keeps && to.found() != null) {
        return SyscallError.ALREADY_EXISTS.result();
      }
      if (!found.isDirectory() && (from.slash() || to.slash())) {
        return SyscallError.NOT_A_DIRECTORY.result();
      }
      if (found.isDirectory() && isInto(from, name, to, targetName)) {
        return SyscallError.INVALID_ARGUMENT.result();
      }
      long replaced = judgeReplacing(found, to.found());
      if (replaced == 0) {
        from.place().move(name, to.place(), targetName);
      }
      return replaced;
    }
  }

  /** Whether a directory would go into itself: the host says so too, but not every file system. */
  private static boolean isInto(Walk from, Path name, Walk to, Path targetName) {
    Path source = from.place().path().resolve(name);
    Path target = to.place().path().resolve(targetName);
    return target.startsWith(source) && !target.equals(source);
  }

  private static long judgeReplacing(
      BasicFileAttributes found, @Nullable BasicFileAttributes there) {
    if (there == null) {
      return 0;
    }
    if (found.isDirectory() && !there.isDirectory()) {
      return SyscallError.NOT_A_DIRECTORY.result();
    }
    if (!found.isDirectory() && there.isDirectory()) {
      return SyscallError.IS_A_DIRECTORY.result();
    }
    return 0;
  }

  /**
   * Links what is at the old path. Linux gives a symbolic link a second name when asked to; other
   * hosts may follow it, so there it is {@code NotImplemented}.
   */
  static long link(DirectoryResource base, Operation operation) throws IOException {
    DirectoryResource target =
        operation.secondResource instanceof DirectoryResource other ? other : base;
    if (!base.place().path().getFileSystem().equals(target.place().path().getFileSystem())) {
      return SyscallError.CROSS_DEVICE_LINK.result();
    }
    try (Walk from = new Walk(base);
        Walk to = new Walk(target)) {
      from.go(operation.path, Walk.Last.NAME);
      to.go(operation.secondPath, Walk.Last.NAME);
      Path name = from.name();
      Path targetName = to.name();
      BasicFileAttributes found = from.found();
      if (name != null && found == null) {
        return SyscallError.NOT_FOUND.result();
      }
      if (name == null || found == null || found.isDirectory()) {
        return SyscallError.IS_A_DIRECTORY.result();
      }
      if (from.slash()) {
        return SyscallError.NOT_A_DIRECTORY.result();
      }
      if (targetName == null || to.found() != null) {
        return SyscallError.ALREADY_EXISTS.result();
      }
      if (to.slash()) {
        return SyscallError.NOT_FOUND.result();
      }
      if (found.isSymbolicLink() && !from.place().linksLinks()) {
        return SyscallError.NOT_IMPLEMENTED.result();
      }
      base.boundary().judge(from.place().path().resolve(name), found);
      Files.createLink(to.place().vouch(targetName), from.place().vouch(name));
      return 0;
    }
  }

  static long symlink(DirectoryResource base, Operation operation) throws IOException {
    try (Walk walk = new Walk(base)) {
      walk.go(operation.path, Walk.Last.NAME);
      Path name = walk.name();
      if (name == null || walk.found() != null) {
        return SyscallError.ALREADY_EXISTS.result();
      }
      if (walk.slash()) {
        return SyscallError.NOT_FOUND.result();
      }
      Path text = base.names().linkText(operation.secondPath);
      Files.createSymbolicLink(walk.place().vouch(name), text);
      return 0;
    }
  }

  static long readLink(DirectoryResource base, Operation operation) throws IOException {
    try (Walk walk = new Walk(base)) {
      walk.go(operation.path, Walk.Last.NO_FOLLOW);
      Path name = walk.name();
      BasicFileAttributes found = walk.found();
      if (found == null) {
        return SyscallError.NOT_FOUND.result();
      }
      if (name == null || !found.isSymbolicLink()) {
        return SyscallError.INVALID_ARGUMENT.result();
      }
      byte[] text = base.names().bytes(Files.readSymbolicLink(walk.place().vouch(name)));
      int length = Math.min(text.length, operation.length); // cut off without a word: readlink(2)
      MemorySegment.copy(
          text, 0, operation.memory, ValueLayout.JAVA_BYTE, operation.memoryOffset, length);
      return length;
    }
  }
}
