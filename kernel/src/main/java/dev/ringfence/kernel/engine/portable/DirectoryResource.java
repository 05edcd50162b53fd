// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.StatFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A directory, and the operations that take a path beneath it.
 *
 * <p>Those that may take a directory away from its name ({@link Naming#rename}, {@link
 * Naming#remove}) exclude all walks of the engine; the others go on side by side.
 */
final class DirectoryResource extends Resource {

  private final PortableEngine engine;
  private final Place place;
  private final Boundary boundary;
  private final PathNames names;
  private final KeptListings listings = new KeptListings();

  /** Takes over {@code place}. */
  DirectoryResource(PortableEngine engine, Place place, Boundary boundary, PathNames names) {
    super(CapabilityType.DIRECTORY);
    this.engine = engine;
    this.place = place;
    this.boundary = boundary;
    this.names = names;
  }

  /** A directory beneath this one, with the same bounds. Takes over {@code beneath}. */
  DirectoryResource derive(Place beneath) {
    return new DirectoryResource(engine, beneath, boundary, names);
  }

  PortableEngine engine() {
    return engine;
  }

  Place place() {
    return place;
  }

  Boundary boundary() {
    return boundary;
  }

  PathNames names() {
    return names;
  }

  /** Carries out {@code work} on a thread that may block; returns its result. */
  long perform(Work work) throws IOException {
    Operation operation = work.operation;
    return switch (operation.code) {
      case RENAME, REMOVE -> underLock(engine.naming().writeLock(), work);
      case LIST -> Listing.list(this, listings, operation);
      case FSYNC -> fsync();
      default -> underLock(engine.naming().readLock(), work);
    };
  }

  private long underLock(Lock lock, Work work) throws IOException {
    Operation operation = work.operation;
    lock.lock();
    try {
      return switch (operation.code) {
        case OPEN -> {
          work.opened(Opening.open(this, operation));
          yield 0;
        }
        case STAT -> stat(operation);
        case MAKE_DIRECTORY -> Naming.makeDirectory(this, operation);
        case REMOVE -> Naming.remove(this, operation);
        case RENAME -> Naming.rename(this, operation);
        case SYMLINK -> Naming.symlink(this, operation);
        case READ_LINK -> Naming.readLink(this, operation);
        case LINK -> Naming.link(this, operation);
        case SET_ATTRIBUTES -> AttributeChange.beneath(this, operation);
        default -> SyscallError.WRONG_CAPABILITY_TYPE.result();
      };
    } finally {
      lock.unlock();
    }
  }

  private long stat(Operation operation) throws IOException {
    if (operation.path.length == 0) {
      StatusRecord.write(operation, place.own(), place.path());
      return 0;
    }
    boolean follow = (operation.flags & StatFlags.NO_FOLLOW) == 0;
    try (Walk walk = new Walk(this)) {
      walk.go(operation.path, follow ? Walk.Last.FOLLOW : Walk.Last.NO_FOLLOW);
      BasicFileAttributes found = walk.found();
      if (found == null) {
        return SyscallError.NOT_FOUND.result();
      }
      Path name = walk.name();
      Path path = walk.place().path();
      StatusRecord.write(operation, found, name == null ? path : path.resolve(name));
      return 0;
    }
  }

  /**
   * Forces the directory's entries; where a directory cannot be opened there is nothing to force.
   */
  private long fsync() throws IOException {
    try (SeekableByteChannel self = openSelf()) {
      if (self instanceof FileChannel channel) {
        channel.force(true);
      }
    }
    return 0;
  }

  private @Nullable SeekableByteChannel openSelf() throws IOException {
    try {
      return place.openSelf();
    } catch (IOException | RuntimeException e) {
      boolean unix =
          place.path().getFileSystem().equals(FileSystems.getDefault())
              && place.path().getFileSystem().getSeparator().equals("/");
      if (unix) {
        throw e;
      }
      return null; // Windows and file systems in memory: their directories have no such call
    }
  }

  @Override
  public @Nullable SyscallError close() {
    try (place) {
      listings.close();
      return null;
    } catch (IOException e) {
      return Failures.errorOf(e);
    }
  }
}
