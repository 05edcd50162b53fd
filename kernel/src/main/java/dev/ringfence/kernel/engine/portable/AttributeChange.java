// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.AttributeFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** SET_ATTRIBUTES: permission bits and times. */
final class AttributeChange {

  private static final long NANOS_A_SECOND = 1_000_000_000;

  private AttributeChange() {}

  /** Of what is at the path beneath {@code base}, or of {@code base} itself. */
  static long beneath(DirectoryResource base, Operation operation) throws IOException {
    if (operation.path.length == 0) {
      return apply(operation, base.place().ownView());
    }
    try (Walk walk = new Walk(base)) {
      walk.go(operation.path, Walk.Last.FOLLOW);
      BasicFileAttributes found = walk.found();
      if (found == null) {
        return SyscallError.NOT_FOUND.result();
      }
      if (!found.isRegularFile() && !found.isDirectory()) {
        return SyscallError.PERMISSION_DENIED.result(); // java.nio opens it, which has effects
      }
      Path name = walk.name();
      Place place = walk.place();
      return apply(operation, name == null ? place.ownView() : place.viewOf(name));
    }
  }

  /** Changes what {@code view} shows. */
  static long apply(Operation operation, BasicFileAttributeView view) throws IOException {
    int mask = operation.flags;
    boolean mode = (mask & AttributeFlags.MODE) != 0;
    if (mode && !(view instanceof PosixFileAttributeView)) {
      return SyscallError.NOT_IMPLEMENTED.result();
    }
    FileTime modified =
        time(mask, AttributeFlags.MODIFIED, AttributeFlags.MODIFIED_NOW, operation.offset);
    FileTime accessed =
        time(mask, AttributeFlags.ACCESSED, AttributeFlags.ACCESSED_NOW, operation.secondOffset);
    if (modified != null || accessed != null) {
      view.setTimes(modified, accessed, null);
    }
    if (mode && view instanceof PosixFileAttributeView posix) {
      posix.setPermissions(Naming.permissionSet(operation.mode));
    }
    return 0;
  }

  /** The JDK sets a time before 1970 that has a fraction of a second to 1970: rather the second. */
  private static long representable(long nanos) {
    return nanos < 0 ? Math.floorDiv(nanos, NANOS_A_SECOND) * NANOS_A_SECOND : nanos;
  }

  private static @Nullable FileTime time(int mask, int given, int now, long nanos) {
    if ((mask & now) != 0) {
      return FileTime.from(Instant.now());
    }
    return (mask & given) != 0 ? FileTime.from(representable(nanos), TimeUnit.NANOSECONDS) : null;
  }
}
